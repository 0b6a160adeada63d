"""A sweep of real servers: nginx, a tarpit, names that lead away, and what lies outside and must hear nothing."""

import time
from collections.abc import Iterator
from datetime import date

import pytest

from rempart.engines.exposure.perimeter import parse_perimeter
from rempart.engines.exposure.scope import demand_consent
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.sweep import Settings, look_again, run_sweep
from rempart.engines.exposure.work import pieces_for
from support.parts import LOOPBACK
from support.sweep_sites import (
    CANARY,
    SITES,
    TARPIT,
    WEB,
    StubNames,
    Trap,
    nginx,
    perimeter_text,
    stub_probes,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("nginx"),
    pytest.mark.allow_hosts(LOOPBACK),
]

ASSETS = f"""
  - {{kind: domain, value: chu.example, subdomains: true, addresses: follow}}
  - {{kind: address, value: {WEB}}}
  - {{kind: address, value: {TARPIT}}}
"""
TABLE = {
    "chu.example": WEB,
    "www.chu.example": "CNAME chu.example",
    "vpn.chu.example": "CNAME vpn.hebergeur.example",
    "vpn.hebergeur.example": CANARY,
    "mail.chu.example": CANARY,
}


@pytest.fixture(scope="module")
def canary() -> Iterator[Trap]:
    with Trap(CANARY, 8080, 8443, 4443) as trap:
        yield trap


@pytest.fixture(scope="module")
def swept(canary: Trap, tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, float]:
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "nginx").mkdir()
    with nginx(folder / "nginx", SITES), StubNames(TABLE), Trap(TARPIT, 8443, 8080, 4443):
        settings, began = settings_of(), time.monotonic()
        scope = demand_consent(settings.perimeter, date(2026, 11, 22))
        snapshot = run_sweep(settings, scope, journal=folder / "journal")
        return snapshot, time.monotonic() - began


def settings_of() -> Settings:
    perimeter = parse_perimeter(perimeter_text(ASSETS))
    now = time.time()
    return Settings(
        perimeter, stub_probes, time.time, "0.1.0", now, connect_seconds=0.5, exchange_seconds=1.0
    )


def by_target(snapshot: Snapshot, kind: type) -> dict[str, object]:
    return {one.target: one for one in snapshot.seen if type(one) is kind}


def test_a_real_site_is_seen_under_its_names(swept: tuple[Snapshot, float]) -> None:
    found = by_target(swept[0], TlsSeen)
    seen = found["www.chu.example:8443"]
    assert isinstance(seen, TlsSeen) and seen.reach is Reach.ANSWERED
    assert {v.version for v in seen.offered} >= {"TLSv1.2"}
    assert "chu.example:8443" in found
    assert f"{WEB}:8443" not in found


def test_what_lies_outside_hears_nothing_by_alias_by_address_nor_by_redirection(
    swept: tuple[Snapshot, float], canary: Trap
) -> None:
    assert canary.count == 0
    hosts = by_target(swept[0], HostSeen)
    refused = {n: h.refused for n, h in hosts.items() if isinstance(h, HostSeen) and h.refused}
    assert refused.keys() == {"vpn.chu.example", "mail.chu.example"}
    gaps = {s.target: s.reason for s in swept[0].seen if s.reach is Reach.OUTSIDE}
    assert "cette machine" in gaps["vpn.chu.example:443"]
    site = by_target(swept[0], HttpSeen)["www.chu.example:8080"]
    assert isinstance(site, HttpSeen) and site.reach is Reach.ANSWERED
    assert CANARY in site.steps[0].location


def test_a_tarpit_costs_its_deadline_and_is_no_finding(swept: tuple[Snapshot, float]) -> None:
    snapshot, spent = swept
    assert spent < 40
    ports = by_target(snapshot, PortsSeen)[TARPIT]
    assert isinstance(ports, PortsSeen) and {4443, 8080, 8443} <= set(ports.open)
    mute = [
        one
        for one in snapshot.seen
        if isinstance(one, TlsSeen) and one.target in (f"{TARPIT}:4443", f"{TARPIT}:8443")
    ]
    assert len(mute) == 2
    assert {one.reach for one in mute} == {Reach.SILENT}
    assert all(one.reason for one in mute)
    assert snapshot.pieces_stopped == 0


def test_a_retest_resolves_the_name_again_and_goes_nowhere_else(canary: Trap) -> None:
    settings = settings_of()
    scope = demand_consent(settings.perimeter, date(2026, 11, 22))
    pieces = pieces_for("www.chu.example:8443", WEB)
    with StubNames(TABLE | {"chu.example": CANARY}):
        snapshot = look_again(settings, scope, pieces)
    assert canary.count == 0
    assert [type(one).__name__ for one in snapshot.seen if one.reach is Reach.ANSWERED] == [
        "HostSeen"
    ]
