"""Mail through a real SMTP server: it arrives, and waits when the server is away."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from rempart.web.core import jobs, mail
from rempart.web.core.models import Job
from support.parts import LOOPBACK

pytestmark = pytest.mark.allow_hosts(LOOPBACK)


class Kept:
    """An SMTP server that keeps what it is sent."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # its name
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append(message)  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def listening(port: int = 0) -> Iterator[tuple[Kept, int]]:
    """The server, on a free port of loopback."""
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=port or 10025 + id(kept) % 20000)
    controller.start()
    try:
        yield kept, controller.port
    finally:
        controller.stop()


@pytest.fixture
def _real_delivery(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 5


@pytest.mark.usefixtures("_real_delivery")
def test_a_message_arrives_in_french_with_a_number_of_its_own(db: None, settings: Any) -> None:
    with listening() as (kept, settings.EMAIL_PORT):
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
    with listening() as (_, settings.EMAIL_PORT):
        pass
    mail.write(to="alice@exemple.test", subject="Un", text="Un")
    away = jobs.perform(Job.objects.get().pk)
    assert (away.state, "ConnectionRefused" in caplog.text) == ("waiting", True)
    assert away.not_before_at and away.not_before_at > timezone.now() + timedelta(seconds=5)
    with listening(settings.EMAIL_PORT) as (kept, _):
        assert jobs.perform(away.pk).state == "done"
    assert len(kept.messages) == 1
