"""A sweep: what leads to what, what is left outside, what a stop leaves, and what a resumption does again."""

import contextlib
import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.look import Allowed
from rempart.engines.exposure.scope import Scope, demand_consent
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.sweep import (
    HOST_CUT,
    Emit,
    InProcess,
    Paused,
    Settings,
    do,
    run_sweep,
)
from rempart.engines.exposure.work import Done, Kind, Piece, Planner, grouped
from rempart.kernel.errors import UnreadableSource
from support.fake_probes import FakeProbes, broken, perimeter_text, settings_of, slow

DAY = date(2026, 11, 22)


def scope_of(settings: Settings) -> Scope:
    return demand_consent(settings.perimeter, DAY)


def swept(settings: Settings, folder: Path, *, resume: bool = False) -> Snapshot:
    return run_sweep(settings, scope_of(settings), journal=folder / "journal", resume=resume)


def labels(snapshot: Snapshot, kind: type, reach: Reach = Reach.ANSWERED) -> list[str]:
    return [one.target for one in snapshot.seen if type(one) is kind and one.reach is reach]


def test_names_lead_to_addresses_to_ports_to_services_and_sites(tmp_path: Path) -> None:
    snapshot = swept(settings_of(), tmp_path)
    assert labels(snapshot, TlsSeen)[-2:] == ["vpn.chu.example:443", "www.chu.example:443"]
    assert "127.0.9.3:443" in labels(snapshot, ServiceSeen)
    assert len(labels(snapshot, PortsSeen)) == 6
    assert (snapshot.pieces_stopped, snapshot.notes) == (0, [])
    assert snapshot.pieces == 2 + 5 + 6 + 6


def test_what_a_name_may_not_lead_to_is_said_and_never_tried(tmp_path: Path) -> None:
    snapshot = swept(settings_of(), tmp_path)
    outside = {one.target: one.reason for one in snapshot.seen if one.reach is Reach.OUTSIDE}
    assert outside.keys() == {"cdn.chu.example:443", "loop.chu.example:443"}
    assert "alias de x.cdn.example" in outside["cdn.chu.example:443"]
    assert "cette machine" in outside["loop.chu.example:443"]
    assert not {"198.41.0.4", "127.0.0.1"} & set(labels(snapshot, PortsSeen))
    refused = {s.name: s.refused for s in snapshot.seen if isinstance(s, HostSeen) and s.refused}
    assert refused.keys() == {"cdn.chu.example", "loop.chu.example"}


def test_the_same_sweep_twice_gives_the_same_snapshot(tmp_path: Path) -> None:
    assert swept(settings_of(), tmp_path / "a") == swept(settings_of(), tmp_path / "b")


def test_a_probe_with_a_mistake_makes_a_gap_and_the_sweep_goes_on(tmp_path: Path) -> None:
    snapshot = swept(settings_of(broken), tmp_path)
    assert labels(snapshot, ServiceSeen) == []
    assert len(labels(snapshot, ServiceSeen, Reach.BROKEN)) == 6
    assert "www.chu.example:443" in labels(snapshot, TlsSeen)


def test_a_stop_in_the_middle_is_quick_and_leaves_gaps_with_their_reason(tmp_path: Path) -> None:
    stop = tmp_path / "arret"
    began = time.monotonic()
    threading.Timer(0.5, stop.touch).start()
    snapshot = swept(settings_of(slow, stop_file=stop), tmp_path)
    assert time.monotonic() - began < 2.5
    stopped = [one for one in snapshot.seen if one.reach is Reach.STOPPED]
    assert {one.reason for one in stopped} == {"Arrêt demandé."}
    assert snapshot.pieces_stopped == 6
    assert snapshot.notes == ["Arrêt demandé."]


def test_a_resumption_does_only_what_was_not_done(tmp_path: Path) -> None:
    stop = tmp_path / "arret"
    threading.Timer(0.5, stop.touch).start()
    swept(settings_of(slow, stop_file=stop), tmp_path)
    stop.unlink()
    snapshot = swept(settings_of(stop_file=stop), tmp_path, resume=True)
    assert (snapshot.pieces_stopped, snapshot.notes) == (0, [])
    assert snapshot.seen == swept(settings_of(), tmp_path / "other").seen


class Stopping(FakeProbes):
    """Is stopped between two requests of a site, and gives what it has: a site that was looked at by half."""

    async def http(
        self, endpoint: Endpoint, dial: Dial, is_tls: bool, allowed: Allowed
    ) -> HttpSeen:
        stop = dial.gate.switch.stop  # type: ignore[attr-defined]
        stop("Arrêt demandé.")
        with contextlib.suppress(NotReached):
            await dial.gate.enter(endpoint.address, endpoint.port)
        return HttpSeen(reach=Reach.ANSWERED, endpoint=endpoint, is_tls=is_tls)


def half_a_site(settings: Settings) -> FakeProbes:
    return Stopping()


def test_a_site_that_a_stop_cut_by_half_is_looked_at_again(tmp_path: Path) -> None:
    first = swept(settings_of(half_a_site), tmp_path)
    assert first.notes == ["Arrêt demandé."]
    snapshot = swept(settings_of(), tmp_path, resume=True)
    assert (snapshot.pieces_stopped, snapshot.notes) == (0, [])
    assert snapshot.seen == swept(settings_of(), tmp_path / "other").seen


def test_a_resumption_of_a_finished_sweep_touches_nothing(tmp_path: Path) -> None:
    first = swept(settings_of(), tmp_path)
    assert swept(settings_of(broken), tmp_path, resume=True) == first


def test_a_sweep_that_gives_way_again_and_again_ends_as_if_it_had_not(tmp_path: Path) -> None:
    settings, turns, keys = settings_of(in_flight=2), 0, []

    class Turn(InProcess):
        def run(self, groups: list[list[Piece]], settings: Settings, emit: Emit) -> None:
            super().run(groups, settings, lambda done: (keys.append(done.key), emit(done))[1])

    turn = Turn(lambda done: done >= 3)
    scope, journal = scope_of(settings), tmp_path / "journal"
    snapshot = None
    while snapshot is None:
        try:
            snapshot = run_sweep(
                settings, scope, journal=journal, executor=turn, resume=journal.exists()
            )
        except Paused:
            turns += 1
    assert turns >= 3
    assert len(keys) == len(set(keys)) == snapshot.pieces
    assert snapshot == swept(settings_of(), tmp_path / "whole")


def test_a_resumption_ends_when_its_settings_say(tmp_path: Path) -> None:
    settings = settings_of()
    with pytest.raises(Paused):
        run_sweep(
            settings,
            scope_of(settings),
            journal=tmp_path / "journal",
            executor=InProcess(lambda done: done > 0),
        )
    late = replace(settings, ends_at=settings.clock())
    snapshot = swept(late, tmp_path, resume=True)
    assert snapshot.notes == ["La durée permise pour le balayage est écoulée."]


def test_a_journal_of_another_perimeter_is_refused(tmp_path: Path) -> None:
    swept(settings_of(), tmp_path)
    other = settings_of(text=perimeter_text(more="excluded: [127.0.9.1]\n"))
    with pytest.raises(UnreadableSource, match="a changé"):
        swept(other, tmp_path, resume=True)


def test_a_torn_record_is_dropped_and_its_piece_done_again(tmp_path: Path) -> None:
    first = swept(settings_of(), tmp_path)
    path = tmp_path / "journal"
    path.write_bytes(path.read_bytes()[:-7])
    assert swept(settings_of(), tmp_path, resume=True).seen == first.seen


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"rempart sweep 1\n", b"autre chose"):
        (tmp_path / "journal").write_bytes(content)
        with pytest.raises(UnreadableSource, match="pas un journal"):
            swept(settings_of(), tmp_path, resume=True)
    with pytest.raises(UnreadableSource, match="pas de balayage interrompu"):
        swept(settings_of(), tmp_path / "absent", resume=True)


def test_hosts_are_swept_together_and_a_slow_one_holds_no_other(tmp_path: Path) -> None:
    text = perimeter_text("\n  - {kind: range, value: 127.0.8.0/24}\n")
    settings = settings_of(text=text)
    began = time.monotonic()
    snapshot = swept(settings, tmp_path)
    assert len(labels(snapshot, TlsSeen)) == 256
    assert time.monotonic() - began < 5


def test_a_host_has_so_much_time_and_the_rest_of_it_is_a_gap(tmp_path: Path) -> None:
    text = perimeter_text(more="limits: {seconds_per_host: 0.3}\n")
    snapshot = swept(settings_of(slow, text=text), tmp_path)
    assert snapshot.notes == ["La durée permise pour cette machine est écoulée."]
    assert labels(snapshot, PortsSeen, Reach.STOPPED) != []


def test_excluded_and_unconsented_assets_make_no_piece() -> None:
    ended = "consent: {by: a, function: b, on: 2025-01-01, until: 2025-02-01}"
    text = perimeter_text(
        f"\n  - {{kind: range, value: 127.0.9.0/30}}\n  - {{kind: host, value: a.chu.example, {ended}}}\n",
        "excluded: [127.0.9.2]\n",
    )
    planner = Planner(scope_of(settings_of(text=text)))
    assert [p.target for p in planner.next()] == ["127.0.9.0", "127.0.9.1", "127.0.9.3"]


def test_dns_alone_opens_no_port(tmp_path: Path) -> None:
    text = perimeter_text("\n  - {kind: domain, value: chu.example, touch: [dns]}\n")
    snapshot = swept(settings_of(text=text), tmp_path)
    assert [(type(s).__name__, s.target) for s in snapshot.seen] == [("ZoneSeen", "chu.example")]


def test_a_batch_gives_results_named_by_rules_target_and_minute() -> None:
    settings = settings_of()
    batch = grouped([Piece(kind=Kind.PORTS, address=f"127.0.9.{k}") for k in (1, 2)])
    keys = [done.key for done in do(batch, settings)]
    assert sorted(keys) == sorted(done.key for done in do(batch, settings))
    assert len(set(keys)) == 2
    later = replace(settings, started_at=settings.started_at + 60)
    assert not set(keys) & {done.key for done in do(batch, later)}


def test_an_address_is_asked_under_all_its_names_in_one_piece() -> None:
    planner = Planner(scope_of(settings_of()))
    while planned := planner.next():
        for done in do(grouped(planned), settings_of()):
            planner.take(done)
        last = planned
    first = next(p for p in last if p.address == "127.0.9.1")
    assert [lead.name for lead in first.leads] == ["chu.example", "www.chu.example"]


def test_pieces_of_a_host_whose_time_is_spent_are_not_begun() -> None:
    text = perimeter_text(more="limits: {seconds_per_host: 0.2, connections: 2}\n")
    pieces = [Piece(kind=Kind.ENDPOINT, address="127.0.9.1", port=p) for p in (80, 443, 8443)]
    began = time.monotonic()
    found = do(grouped(pieces), settings_of(slow, text=text))
    assert time.monotonic() - began < 2
    assert [(done.piece.port, done.stopped) for done in found] == [
        (port, HOST_CUT) for port in (80, 443, 8443)
    ]


def test_a_result_given_twice_counts_once(tmp_path: Path) -> None:
    class Twice(InProcess):
        def run(self, groups: list[list[Piece]], settings: Settings, emit: Emit) -> None:
            def both(done: Done) -> None:
                emit(done)
                emit(done)

            super().run(groups, settings, both)

    settings = settings_of()
    path = tmp_path / "twice"
    found = run_sweep(settings, scope_of(settings), journal=path, executor=Twice())
    assert found.seen == swept(settings_of(), tmp_path).seen
