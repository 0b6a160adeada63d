"""Open ports that prove nothing: a guard accepts in the place of the machine, or a trap says nothing to anyone."""

import pytest

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.content.fingerprints import exposure_ports
from rempart.engines.exposure.judge import Judge
from rempart.engines.exposure.screens import MANY_OPEN, doubted
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.kernel.outcome import Outcome
from support.exposure import TODAY, service, snapshot

ALL = [p.port for p in exposure_ports() if p.transport == "tcp"]
PRINTER = service(9100, "printer", details={"proof": "port"})


def tried(most: int) -> PortsSeen:
    return PortsSeen(reach=Reach.ANSWERED, address="127.0.0.9", open=ALL[:most], closed=ALL[most:])


def reaches(*seen: AnySeen) -> list[Reach]:
    return [one.reach for one in doubted(seen) if isinstance(one, ServiceSeen)]


@pytest.mark.parametrize(
    ("most", "reach"),
    [(len(ALL), Reach.SILENT), (MANY_OPEN, Reach.ANSWERED), (5, Reach.ANSWERED)],
)
def test_a_machine_that_accepts_everything_proves_no_service_by_its_number(
    most: int, reach: Reach
) -> None:
    assert reaches(tried(most), PRINTER) == [reach]


def test_what_a_handshake_proved_stands_behind_such_a_guard() -> None:
    assert reaches(tried(len(ALL)), service(3389, "rdp")) == [Reach.ANSWERED]


@pytest.mark.parametrize(
    ("more", "reach"),
    [
        ([], Reach.SILENT),
        ([service(443, "https")], Reach.ANSWERED),
        ([service(443, "https", address="127.0.0.8")], Reach.SILENT),
    ],
)
def test_a_machine_mute_on_every_port_proves_nothing_by_its_silence(
    more: list[AnySeen], reach: Reach
) -> None:
    silent = [service(port, reach=Reach.SILENT) for port in (22, 445, 3389)]
    mllp = service(2575, "mllp", details={"proof": "silence"})
    assert reaches(mllp, *silent, *more)[0] is reach


def test_the_judge_says_why_such_a_port_is_not_measured() -> None:
    judge, catalogue = Judge(snapshot(tried(len(ALL)), PRINTER), today=TODAY), exposure_catalogue()
    judged = {one.result.id: one for one in judge.judge_all(catalogue)}["service_printer"]
    assert (judged.result.outcome, judged.findings) == (Outcome.NOT_MEASURED, [])
    assert "un équipement répond à sa place" in judged.gaps[0].reason
