"""What other tools say of places that nobody declared is set apart: it counts for nothing, and can be proposed."""

from typing import Final

import msgspec
import pytest

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.discover import propose
from rempart.engines.exposure.outside import MOST_SAID, MOST_TARGETS, set_apart
from rempart.engines.exposure.perimeter import Perimeter, parse_perimeter
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.run import run
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.snapshot import AnySeen
from support.exposure import TODAY, snapshot

PERIMETER: Final = parse_perimeter(
    "name: CH\nexcluded: [pacs.chu.example, 192.0.2.9]\nassets:\n"
    "  - {kind: domain, value: chu.example, subdomains: true}\n"
    "  - {kind: domain, value: seul.example}\n"
    "  - {kind: range, value: 192.0.2.0/28}\n"
)
SEEN: Final[list[AnySeen]] = [
    ZoneSeen(reach=Reach.ANSWERED, domain="seul.example"),
    PortsSeen(reach=Reach.ANSWERED, address="198.51.100.7"),
]


def claim(name: str = "", address: str = "", **more: object) -> ClaimSeen:
    told = {"tool": "nessus", "rule": "1", "title": "Mauvais", "severity": "critical"} | more
    return ClaimSeen(reach=Reach.ANSWERED, endpoint=Endpoint(address, 443, name), **told)  # type: ignore[arg-type]


def report(*claims: ClaimSeen, perimeter: Perimeter | None = PERIMETER) -> ExposureReport:
    return run(
        snapshot(*SEEN), catalogue=exposure_catalogue(), today=TODAY, tool_version="1", claims=claims,
        perimeter=perimeter,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "address", "is_inside"),
    [
        ("www.chu.example", "", True),
        ("WWW.chu.example.", "203.0.113.5", True),
        ("autre.example", "192.0.2.3", True),
        ("", "198.51.100.7", True),
        ("", "::ffff:192.0.2.3", True),
        ("www.seul.example", "", False),
        ("autre.example", "203.0.113.5", False),
        ("pacs.chu.example", "192.0.2.3", False),
        ("www.chu.example", "192.0.2.9", False),
        ("", "10.1.2.3", False),
        ("pas un nom", "", False),
        ("", "", False),
    ],
)
def test_a_place_is_inside_by_its_name_its_address_or_the_sweep(
    name: str, address: str, is_inside: bool
) -> None:
    kept, outside = set_apart([claim(name, address)], PERIMETER, SEEN)
    assert (len(kept), len(outside)) == (int(is_inside), int(not is_inside))
    assert all(line.why for line in outside)


def test_what_is_outside_changes_neither_the_score_nor_a_finding() -> None:
    stranger = claim("www.mutuelle.example", "203.0.113.9", check="service_rdp")
    without, with_it = report(), report(stranger, claim("", "203.0.113.8"))
    assert (with_it.score, with_it.findings, with_it.endpoints) == (
        without.score, without.findings, without.endpoints,
    )  # fmt: skip
    assert [line.host for line in with_it.outside] == ["203.0.113.8", "www.mutuelle.example"]
    assert any("Hors périmètre" in note and "2 noms ou adresses" in note for note in with_it.notes)


def test_the_same_words_on_a_declared_machine_still_count() -> None:
    found = report(claim("www.chu.example", "192.0.2.3"))
    assert [f.target for f in found.findings if f.sources == ["nessus"]] == ["www.chu.example:443"]
    assert (found.outside, report(claim("", "203.0.113.8"), perimeter=None).outside) == ([], [])


def test_claims_that_a_snapshot_holds_are_set_apart_like_the_others() -> None:
    seen = snapshot(*SEEN, claim("autre.example"), claim("www.chu.example"))
    found = run(
        seen, catalogue=exposure_catalogue(), today=TODAY, tool_version="1", perimeter=PERIMETER
    )
    assert [line.host for line in found.outside] == ["autre.example"]
    assert {f.target for f in found.findings if "nessus" in f.sources} == {"www.chu.example:443"}


def test_the_mail_of_a_zone_that_was_looked_at_is_inside() -> None:
    said = claim("_dmarc.seul.example", check="mail_dmarc")
    assert set_apart([said], PERIMETER, SEEN) == ([said], [])


def test_a_place_is_one_line_however_much_is_said_of_it() -> None:
    claims = [claim("autre.example", title=f"Faille {k}", severity="low") for k in range(50)]
    claims += [
        msgspec.structs.replace(
            claims[0], endpoint=Endpoint("", port, "autre.example"), tool="nmap"
        )
        for port in range(1, 60)
    ]
    claims.append(claim("autre.example", says="passed"))
    _, [line] = set_apart(claims, PERIMETER, SEEN)
    assert (line.count, line.severity, line.tools) == (109, "low", ["nessus", "nmap"])
    assert (len(line.says), len(line.targets)) == (MOST_SAID, MOST_TARGETS)


def test_what_is_outside_is_proposed_unless_it_is_excluded_or_private() -> None:
    claims = [
        claim("vpn.mutuelle.example", "203.0.113.9"), claim("", "2001:4860:4860::8888"), claim("", "10.1.2.3"),
        claim("pacs.chu.example"), claim("", "192.0.2.9"), claim("", "pas une adresse"), claim("neuf.chu.example"),
    ]  # fmt: skip
    found = propose(PERIMETER, claims)
    assert [(str(p.kind), p.value, p.why) for p in found] == [
        ("host", "neuf.chu.example", ["rapport de nessus"]),
        ("address", "2001:4860:4860::8888", ["rapport de nessus"]),
        ("host", "vpn.mutuelle.example", ["rapport de nessus"]),
    ]
