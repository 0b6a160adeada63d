"""Services that speak on a port that is not theirs: named by what they say, and no site is missed there."""

import asyncio
from pathlib import Path

import pytest

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.gate import PerimeterGate
from rempart.engines.exposure.judge import verdicts_on
from rempart.engines.exposure.look import Allowed, Look, Tools
from rempart.engines.exposure.probes import RealProbes
from rempart.engines.exposure.registry import CHECKS, Context
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.engines.exposure.work import Kind, Piece
from support import service_servers as servers
from support.fake_probes import FakeProbes, noon, perimeter_text, settings_of
from support.parts import LOOPBACK
from support.web_servers import TODAY, nginx, outcome

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]
ADDRESS, ANSWERED = "127.0.14.8", Reach.ANSWERED
PERIMETER = perimeter_text(f"\n  - {{kind: address, value: {ADDRESS}}}\n")


def seen_at(port: int, fake: FakeProbes | None = None) -> list[AnySeen]:
    """What the real probes, or made-up ones, see of one port of the list."""

    async def work() -> list[AnySeen]:
        settings = settings_of(text=PERIMETER)
        gate = PerimeterGate(settings.perimeter, clock=noon, switch=settings.switch())
        probes = fake or RealProbes(settings)
        dial = Dial(gate, seconds=4.0)
        one = Look(
            Piece(kind=Kind.ENDPOINT, address=ADDRESS, port=port),
            Tools(probes, gate, dial, noon, settings.rules, settings.minute),
        )
        await one.run()
        probes.close()
        return one.done().seen

    return asyncio.run(work())


def services(seen: list[AnySeen]) -> list[str]:
    return [one.service for one in seen if isinstance(one, ServiceSeen)]


class Odd(FakeProbes):
    """A port of web sites that bears none; `words` is what is heard there when it is listened to."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    async def service(self, endpoint: Endpoint, dial: Dial, talk: str = "") -> ServiceSeen:
        if not talk:
            guess = {"proof": "port"}
            return ServiceSeen(reach=ANSWERED, endpoint=endpoint, service="https", details=guess)
        return ServiceSeen(reach=ANSWERED, endpoint=endpoint, service=self.words)

    async def tls(self, endpoint: Endpoint, dial: Dial, starttls: str) -> TlsSeen:
        return TlsSeen(reach=Reach.BROKEN, reason="?", endpoint=endpoint)

    async def http(
        self, endpoint: Endpoint, dial: Dial, is_tls: bool, allowed: Allowed
    ) -> HttpSeen:
        return HttpSeen(reach=Reach.BROKEN, reason="?", endpoint=endpoint)


@pytest.mark.parametrize(
    ("words", "found", "reach"),
    [("", "https", Reach.BROKEN), ("ssh", "ssh", Reach.NOT_OFFERED), ("tls", "tls", Reach.BROKEN)],
)
def test_a_port_that_says_nothing_when_listened_to_keeps_what_its_number_tells(
    words: str, found: str, reach: Reach
) -> None:
    seen = seen_at(443, Odd(words))
    assert services(seen) == [found]
    assert [one.reach for one in seen if isinstance(one, TlsSeen | HttpSeen)] == [reach] * 2


@pytest.mark.needs("sshd")
@pytest.mark.parametrize("port", [8080, 8443, 3389, 9100, 9200])
def test_an_ssh_server_is_one_on_whatever_port(port: int, tmp_path: Path) -> None:
    with servers.sshd(tmp_path, f"ListenAddress {ADDRESS}:{port}"):
        seen = seen_at(port)
    assert services(seen) == ["ssh"]
    (found,) = (one for one in seen if isinstance(one, ServiceSeen))
    assert outcome("service_ssh_exposed", found) == "failed"
    assert outcome("service_ssh_weak", found) == "passed"
    others = [one for one in seen if one is not found]
    said = [v for one in others for v in verdicts_on(CHECKS["tls_rc4"], one, Context({}, TODAY))]
    assert {str(v.outcome) for v in said} <= {"not_applicable"}


@pytest.mark.needs("nginx")
@pytest.mark.parametrize("port", [8443, 9200, 3389, 2375])
def test_a_site_in_clear_is_looked_at_on_whatever_port(port: int, tmp_path: Path) -> None:
    body = f"listen {ADDRESS}:{port};"
    with nginx(tmp_path / "n", body, {"index.html": "<title>Bonjour</title>"}):
        seen = seen_at(port)
    sites = [one for one in seen if getattr(one, "is_tls", None) is False]
    assert [(one.reach, outcome("http_no_https", one)) for one in sites] == [
        (Reach.ANSWERED, "failed")
    ]


@pytest.mark.needs("vsftpd")
def test_a_server_of_files_on_a_port_of_mail_keeps_its_check(tmp_path: Path) -> None:
    with servers.vsftpd(tmp_path) as port:
        seen = servers.look(port, "smtp")
    assert (seen.service, outcome("service_ftp_clear", seen)) == ("ftp", "failed")
