"""What the night finds reaches the people of the establishment, by a real mail, in French, and says no secret."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import a_perimeter
from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.perimeter import Touch
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.web.apps.exposure import perimeters, sweeping
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import jobs, mail
from rempart.web.core.models import Job
from support import fake_probes
from support.mailbox import deliver_to, mailbox
from support.parts import LOOPBACK
from web.conftest import Cast

pytestmark = pytest.mark.allow_hosts(LOOPBACK)
SECRETS = ("127.0.9.1", "telnet", "Telnet", "3389", "bureau à distance")


class Opened(fake_probes.FakeProbes):
    """One service more than before, on the port that it is given."""

    def __init__(self, port: int, service: str) -> None:
        super().__init__()
        self.port, self.name = port, service

    async def ports(
        self, address: str, touch: frozenset[Touch], dial: Dial
    ) -> list[tuple[int, Reach]]:
        return [(self.port, Reach.ANSWERED)]

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        return ServiceSeen(reach=Reach.ANSWERED, endpoint=endpoint, service=self.name)


@pytest.fixture(autouse=True)
def _server(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    settings.SWEEP_PRIVATE = True
    settings.PUBLIC_URL = "https://rempart.chu.example"
    deliver_to(settings)


def swept_at_night(monkeypatch: pytest.MonkeyPatch, port: int, service: str) -> ExposureAudit:
    """What the plan of the night does when a sweep finds this."""
    monkeypatch.setattr(sweeping, "probes", lambda: lambda _: Opened(port, service))
    jobs.perform(jobs.enqueue(sweeping.plan_sweeps).pk)
    audit = ExposureAudit.objects.latest("pk")
    jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    return audit


def deliver() -> None:
    """Do what waits: the mails."""
    for pk in Job.objects.filter(state="waiting").values_list("pk", flat=True):
        jobs.perform(pk)


def said_of(message: Any) -> str:
    return f"{message['Subject']}\n{message.get_content()}"


def test_a_critical_finding_of_the_night_leaves_at_once_by_mail(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_perimeter(cast.home, cast.alice, rhythm="daily", connections_per_second=50)
    perimeters.add_asset(establishment=cast.home, kind="address", value="127.0.9.1", by=cast.alice)
    with mailbox() as (kept, settings.EMAIL_PORT):
        audit = swept_at_night(monkeypatch, 23, "telnet")
        deliver()
    assert (audit.asked_by, audit.state, audit.critical_open) == (None, "done", 1)
    [message] = kept.messages
    said = said_of(message)
    assert message["To"] == cast.alice.email
    assert message["Subject"].strip() == "Du nouveau visible depuis internet : EHPAD Les Genêts"
    assert "Un balayage a vu quelque chose de nouveau à corriger." in said
    assert "https://rempart.chu.example/etablissements/350000019/" in said
    assert not [secret for secret in SECRETS if secret in said]


def test_what_is_less_grave_waits_for_the_mail_of_the_day(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_perimeter(cast.home, cast.alice, rhythm="daily", connections_per_second=50)
    perimeters.add_asset(establishment=cast.home, kind="address", value="127.0.9.1", by=cast.alice)
    with mailbox() as (kept, settings.EMAIL_PORT):
        audit = swept_at_night(monkeypatch, 22, "ssh")
        deliver()
        assert (audit.critical_open, kept.messages) == (0, [])
        jobs.perform(jobs.enqueue(mail.plan_digests).pk)
        deliver()
    [message] = kept.messages
    assert "Du nouveau visible depuis internet" in said_of(message)
    assert not [secret for secret in SECRETS if secret in said_of(message)]


def test_the_same_finding_the_next_night_is_no_news(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_perimeter(cast.home, cast.alice, rhythm="daily", connections_per_second=50)
    perimeters.add_asset(establishment=cast.home, kind="address", value="127.0.9.1", by=cast.alice)
    with mailbox() as (kept, settings.EMAIL_PORT):
        swept_at_night(monkeypatch, 23, "telnet")
        ExposureAudit.objects.update(swept_at=timezone.now() - timedelta(days=2))
        swept_at_night(monkeypatch, 23, "telnet")
        deliver()
    assert (ExposureAudit.objects.done().count(), len(kept.messages)) == (2, 1)
