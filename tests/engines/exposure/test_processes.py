"""Several processes of one machine, one of which dies in the middle."""

import sys
from datetime import date
from pathlib import Path

import pytest

from rempart.engines.exposure.processes import BATCHES_A_WORKER, LOST, Processes, batches
from rempart.engines.exposure.scope import demand_consent
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.sweep import InProcess, Settings, run_sweep
from rempart.engines.exposure.work import Kind, Piece, grouped
from support.fake_probes import always_deadly, deadly, settings_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX"),
]


def swept(settings: Settings, folder: Path, executor: Processes | InProcess) -> Snapshot:
    scope = demand_consent(settings.perimeter, date(2026, 11, 22))
    return run_sweep(settings, scope, journal=folder / "journal", executor=executor)


def test_processes_see_what_one_process_sees(tmp_path: Path) -> None:
    alone = swept(settings_of(), tmp_path / "a", InProcess())
    shared = swept(settings_of(), tmp_path / "b", Processes(2))
    assert shared.seen == alone.seen


def test_a_process_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    alone = swept(settings_of(), tmp_path / "a", InProcess())
    mark = tmp_path / "kill-once"
    mark.touch()
    shared = swept(settings_of(deadly, stop_file=tmp_path / "stop"), tmp_path / "b", Processes(2))
    assert not mark.exists()  # it was killed
    assert shared.seen == alone.seen
    assert shared.pieces_stopped == 0


def test_a_target_that_kills_each_time_costs_only_itself(tmp_path: Path) -> None:
    alone = swept(settings_of(), tmp_path / "a", InProcess())
    shared = swept(settings_of(always_deadly), tmp_path / "b", Processes(2))
    lost = [one for one in shared.seen if one.reach is Reach.STOPPED]
    assert {one.target for one in lost} == {"127.0.9.3:443"}
    assert {one.reason for one in lost} == {LOST}
    others = [one for one in shared.seen if one.target != "127.0.9.3:443"]
    assert others == [one for one in alone.seen if one.target != "127.0.9.3:443"]


def test_a_host_is_never_shared_between_two_batches() -> None:
    pieces = [
        Piece(kind=Kind.ENDPOINT, address=f"127.0.0.{k % 7}", port=port)
        for k in range(20)
        for port in (80, 443)
    ]
    found = list(batches(grouped(pieces), 2))
    hosts = [{piece.address for group in batch for piece in group} for batch in found]
    assert sum(len(h) for h in hosts) == len(set().union(*hosts)) == 7
    assert len(found) > 2


def test_batches_are_of_one_size_but_the_last() -> None:
    pieces = [
        Piece(kind=Kind.PORTS, address=f"127.0.0.{k}") for k in range(2 * BATCHES_A_WORKER + 1)
    ]
    found = list(batches(grouped(pieces), 1))
    assert [len(batch) for batch in found] == [2] * BATCHES_A_WORKER + [1]
    assert sum((group for batch in found for group in batch), []) == pieces
    assert list(batches([], 1)) == []
