"""One finding looked at again: the right pieces, and a proof that never takes silence for a repair."""

import pytest

from rempart.engines.exposure.report import Finding
from rempart.engines.exposure.retest import Retested, pieces_to_redo, retested
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.engines.exposure.work import Kind
from support.exposure import CONTENTS, FUNCTIONS, TODAY, catalogue, report, service, snapshot, zone

BEFORE = report(service(3389, "rdp"), zone("bad.example"))


def finding(check: str) -> Finding:
    return next(f for f in BEFORE.findings if f.check == check)


def outcome(*seen: AnySeen) -> Retested:
    return retested(
        finding("service_rdp"),
        snapshot(*seen),
        catalogue=CONTENTS,
        today=TODAY,
        tool_version="1",
        checks=FUNCTIONS,
    ).outcome


def test_a_service_is_asked_again_at_its_address_and_under_its_name() -> None:
    (piece,) = pieces_to_redo(finding("service_rdp"), BEFORE)
    assert (piece.kind, piece.address, piece.port) == (Kind.ENDPOINT, "127.0.0.9", 3389)
    assert [lead.name for lead in piece.leads] == ["www.hopital.example"]


def test_each_address_of_a_name_is_asked_again() -> None:
    both = report(service(3389, "rdp"), service(3389, "rdp", address="127.0.0.8"))
    pieces = pieces_to_redo(both.findings[0], both)
    assert [p.address for p in pieces] == ["127.0.0.8", "127.0.0.9"]


def test_a_zone_is_asked_again_as_a_zone_only() -> None:
    (piece,) = pieces_to_redo(finding("dns_bad"), BEFORE)
    assert (piece.kind, piece.name) == (Kind.ZONE, "bad.example")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([service(3389, "rdp")], Retested.STILL),
        ([service(3389, "https")], Retested.MENDED),
        ([service(3389, reach=Reach.CLOSED)], Retested.MENDED),
        ([service(3389, reach=Reach.SILENT)], Retested.UNMEASURED),
        (
            [service(3389, "https"), service(3389, reach=Reach.SILENT, address="127.0.0.8")],
            Retested.UNMEASURED,
        ),
        ([service(443, "https")], Retested.UNMEASURED),
        ([service(3389, "https"), service(3389, "rdp", host="b.example")], Retested.MENDED),
        (
            [service(3389, "https"), service(3389, reach=Reach.SILENT, host="b.example")],
            Retested.MENDED,
        ),
        ([], Retested.UNMEASURED),
    ],
)
def test_a_new_look_says_only_what_it_saw(seen: list[AnySeen], said: Retested) -> None:
    assert outcome(*seen) is said


def test_a_name_that_leads_nowhere_is_the_reason_that_is_given() -> None:
    lost = HostSeen(reach=Reach.CLOSED, name="www.hopital.example", reason="Ce nom n’existe pas.")
    said = retested(
        finding("service_rdp"), snapshot(lost), catalogue=CONTENTS, today=TODAY, tool_version="1",
        checks=FUNCTIONS,
    )  # fmt: skip
    assert said.outcome is Retested.UNMEASURED
    assert "www.hopital.example n’a mené à aucune adresse (Ce nom n’existe pas)" in said.detail


def tried(address: str = "127.0.0.9", **more: list[int]) -> PortsSeen:
    return PortsSeen(reach=Reach.ANSWERED, address=address, **more)


def test_the_ports_that_the_report_knows_of_a_machine_are_tried_beside_a_silent_one() -> None:
    known = report(service(3389, "rdp"), service(443, "https"), service(22, reach=Reach.CLOSED))
    door, piece = pieces_to_redo(known.findings[0], known)
    assert (door.kind, door.port, door.witnesses) == (Kind.DOOR, 3389, (443, 22))
    assert (piece.kind, piece.leads) == (Kind.ENDPOINT, door.leads)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([tried(silent=[3389], open=[443])], Retested.MENDED),
        ([tried(silent=[3389], closed=[22])], Retested.MENDED),
        ([tried(silent=[3389])], Retested.UNMEASURED),
        ([tried("127.0.0.8", silent=[3389], open=[443])], Retested.UNMEASURED),
        (
            [tried(silent=[3389], open=[443]), service(3389, "rdp", address="127.0.0.8")],
            Retested.STILL,
        ),
        (
            [tried(silent=[3389], open=[443]), service(3389, "https", address="127.0.0.8")],
            Retested.UNMEASURED,
        ),
    ],
)
def test_a_silent_port_is_filtered_when_its_machine_answers_elsewhere(
    seen: list[AnySeen], said: Retested
) -> None:
    assert outcome(*seen, service(3389, reach=Reach.SILENT, reason="Muet.")) is said


def test_the_proof_of_a_filter_names_the_ports_that_answer() -> None:
    proof = retested(
        finding("service_rdp"),
        snapshot(tried(silent=[3389], open=[443], closed=[22]), service(3389, reach=Reach.SILENT)),
        catalogue=CONTENTS, today=TODAY, tool_version="1", checks=FUNCTIONS,
    )  # fmt: skip
    assert "paquets ignorés" in proof.detail
    assert proof.evidence == "3389 se tait ; 443 accepte, 22 refuse"


def test_the_proof_names_when_and_what_was_seen() -> None:
    proof = retested(
        finding("service_rdp"),
        snapshot(service(3389, reach=Reach.CLOSED)),
        catalogue=CONTENTS,
        today=TODAY,
        tool_version="1",
        checks=FUNCTIONS,
    )
    assert (proof.detail, proof.target) == (
        "Plus rien n’écoute sur ce port.",
        "www.hopital.example:3389",
    )
    assert proof.seen_at.startswith("2026-05-28")
    assert len(proof.snapshot_sha256) == 64


def test_a_check_that_is_gone_leaves_its_finding_open() -> None:
    proof = retested(
        finding("service_rdp"), snapshot(), catalogue=catalogue(), today=TODAY, tool_version="1"
    )
    assert proof.outcome is Retested.UNMEASURED
