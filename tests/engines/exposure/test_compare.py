"""From one report to the next: mended only when it was measured again, or when the door is known to be shut."""

import msgspec
import pytest

from rempart.engines.exposure.compare import ExposureComparison, compare
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.report import is_cleared
from rempart.engines.exposure.run import run
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.kernel.errors import UnreadableSource
from support.exposure import AT, FUNCTIONS, TODAY, catalogue, content, report, service, snapshot

HOST = "www.hopital.example"
OPEN = [service(3389, "rdp")]


def after(*seen: AnySeen) -> ExposureComparison:
    return compare(report(*OPEN), report(*seen))


def ports(address: str = "127.0.0.9", **more: list[int]) -> PortsSeen:
    return PortsSeen(reach=Reach.ANSWERED, address=address, **more)


def name(*addresses: str) -> HostSeen:
    return HostSeen(reach=Reach.ANSWERED, name=HOST, addresses=list(addresses))


def test_a_finding_that_is_measured_again_and_good_is_mended() -> None:
    (change,) = after(service(3389, "https", banner="x")).changes
    assert (change.state, change.finding.check) == ("mended", "service_rdp")


def test_a_finding_whose_port_was_closed_is_mended() -> None:
    result = after(name("127.0.0.9"), ports(closed=[3389], open=[443]))
    assert [c.state for c in result.changes] == ["mended"]
    assert [d.state for d in result.doors] == ["closed"]


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [service(3389, reach=Reach.SILENT, reason="Muet.")],
        [name("127.0.0.9"), ports(silent=[3389])],
        [name("127.0.0.9", "127.0.0.8"), ports(closed=[3389]), ports("127.0.0.8", silent=[3389])],
        [name("127.0.0.9"), ports(closed=[3389]), ports(silent=[3389])],
    ],
)
def test_a_finding_that_nobody_could_measure_again_is_not_mended(seen: list[AnySeen]) -> None:
    result = after(*seen)
    assert [(c.state, bool(c.reason)) for c in result.changes] == [("unmeasured", True)]
    assert [d.state for d in result.doors] == ["silent"]


def test_a_port_that_falls_silent_on_a_machine_that_answers_calls_for_a_retest() -> None:
    old = report(*OPEN, service(443, "https"))
    result = compare(old, report(service(443, "https"), ports(open=[443], silent=[3389])))
    (change,) = (c for c in result.changes if c.finding.target == f"{HOST}:3389")
    assert change.state == "unmeasured"
    assert "répond sur le port 443" in change.reason and "regardez de nouveau" in change.reason


def test_a_finding_that_is_there_again_is_still_there_and_one_more_is_new() -> None:
    result = after(*OPEN, service(3390, "rdp"))
    assert {c.finding.target: c.state for c in result.changes} == {
        f"{HOST}:3389": "still",
        f"{HOST}:3390": "new",
    }
    assert (result.count("still"), result.count("new")) == (1, 1)


def test_a_door_that_was_closed_and_answers_has_opened() -> None:
    shut = report(name("127.0.0.9"), ports(closed=[443]), service(3389, "rdp"))
    (door,) = compare(shut, report(*OPEN, service(443, "https", banner="x"))).doors
    assert (door.state, door.line.port, bool(door.line.seen_at)) == ("opened", 443, True)


def test_a_door_that_nobody_had_tried_has_only_appeared() -> None:
    assert [d.state for d in after(*OPEN, service(443, "https", banner="x")).doors] == ["appeared"]


def test_two_perimeters_with_nothing_in_common_are_refused() -> None:
    other = report(service(80, "http", host="www.autre.example"), perimeter="Un autre")
    with pytest.raises(UnreadableSource, match="même périmètre"):
        compare(report(*OPEN), other)


def test_two_reports_of_one_establishment_are_compared_whatever_their_names() -> None:
    old, new = report(*OPEN, finess="010000024"), report(finess="010000024", perimeter="Renommé")
    assert compare(old, new).perimeter == "Renommé"
    with pytest.raises(UnreadableSource):
        compare(old, report(*OPEN, finess="010000099"))


def test_cleared_says_what_is_known_to_be_gone() -> None:
    target = f"{HOST}:3389"
    good = report(service(3389, "https"))
    shut = report(name("127.0.0.9"), ports(closed=[3389]))
    silent = report(service(3389, reach=Reach.SILENT))
    said = [is_cleared(r, "service_rdp", target) for r in (good, shut, silent, report(*OPEN))]
    assert said == [True, True, False, False]
    assert not is_cleared(good, "service_unknown", target)


def test_a_check_that_is_gone_from_the_catalogue_leaves_its_findings_unmeasured() -> None:
    new = run(
        snapshot(service(3389, "https")),
        catalogue=catalogue(content("http_banner", "low")),
        today=TODAY,
        tool_version="0.1.0",
        checks=FUNCTIONS,
    )
    (change,) = compare(report(*OPEN), new).changes
    assert (change.state, change.finding.check) == ("unmeasured", "service_rdp")
    assert "n’existe plus" in change.reason


def claimed(port: int, at: float, host: str = "") -> ClaimSeen:
    """What nmap saw of the same machine."""
    told = {"tool": "nmap", "rule": "port", "title": "Port ouvert"}
    place = Endpoint("127.0.0.9", port, host)
    return ClaimSeen(reach=Reach.ANSWERED, endpoint=place, at=at, **told)


def test_a_door_that_another_tool_saw_too_opens_once_and_at_our_hour() -> None:
    new = report(*OPEN, service(3306, "mysql"), claimed(3306, AT - 3600))
    (door,) = compare(report(*OPEN), new).doors
    assert (door.line.target, door.line.seen_at) == (f"{HOST}:3306", instant(AT))


def test_a_door_seen_by_another_tool_before_the_earlier_sweep_has_no_hour() -> None:
    new = report(*OPEN, claimed(3306, AT - 3600))
    (door,) = compare(report(*OPEN), new).doors
    assert (door.state, door.line.seen_at) == ("appeared", "")
    shut = report(*OPEN, ports(closed=[3306]))
    assert compare(shut, new).doors == []


def test_an_address_alone_is_the_door_of_the_name_at_its_place() -> None:
    named, bare = report(*OPEN, service(3306, "mysql")), report(*OPEN, service(3306, host=""))
    both = msgspec.structs.replace(named, endpoints=[*named.endpoints, *bare.endpoints])
    for old, new in ((named, bare), (bare, named), (both, named), (bare, both)):
        assert compare(old, new).doors == []
    assert len(compare(report(*OPEN), both).doors) == 1
