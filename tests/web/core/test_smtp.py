"""Mail through a real SMTP server: it arrives, and waits when the server is away."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from rempart.web.core import jobs, mail
from rempart.web.core.models import Job
from support.mailbox import deliver_to, mailbox
from support.parts import LOOPBACK

pytestmark = pytest.mark.allow_hosts(LOOPBACK)


@pytest.fixture
def _real_delivery(settings: Any) -> None:
    deliver_to(settings)


@pytest.mark.usefixtures("_real_delivery")
def test_a_message_arrives_in_french_with_a_number_of_its_own(db: None, settings: Any) -> None:
    with mailbox() as (kept, settings.EMAIL_PORT):
        row = mail.write(to="alice@exemple.test", subject="L’été à Rennes", text="Bonjour, ça va.")
        jobs.perform(Job.objects.get().pk)
    [message] = kept.messages
    assert (message["Subject"], message["To"]) == ("L’été à Rennes", "alice@exemple.test")
    assert f"rempart-{row.pk}@" in message["Message-ID"]
    assert "ça va" in message.get_content()


@pytest.mark.usefixtures("_real_delivery")
def test_a_message_waits_for_a_server_that_is_away(
    db: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with mailbox() as (_, settings.EMAIL_PORT):
        pass
    mail.write(to="alice@exemple.test", subject="Un", text="Un")
    away = jobs.perform(Job.objects.get().pk)
    assert (away.state, "ConnectionRefused" in caplog.text) == ("waiting", True)
    assert away.not_before_at and away.not_before_at > timezone.now() + timedelta(seconds=5)
    with mailbox(settings.EMAIL_PORT) as (kept, _):
        assert jobs.perform(away.pk).state == "done"
    assert len(kept.messages) == 1
