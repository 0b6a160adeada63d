"""A real Dask scheduler and three workers in processes of their own, on loopback; one is killed in the middle."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from rempart.engines.exposure.processes import LOST
from rempart.engines.exposure.scope import demand_consent
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.sweep import Executor, InProcess, Settings, run_sweep
from rempart.engines.exposure.work import Done, Kind, Piece, grouped
from rempart.kernel.errors import RempartError
from support.fake_probes import perimeter_text, settings_of, slow, unhurried
from support.parts import LOOPBACK

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("distributed"),
    pytest.mark.allow_hosts(LOOPBACK),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

TESTS = Path(__file__).parents[2]
WIDE = perimeter_text("\n  - {kind: range, value: 127.0.8.0/27}\n")


class Workers:
    """A scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        log = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.address = self._wait(log, r"(tcp://127\.0\.0\.1:\d+)")
        for _ in range(3):
            log = self._start(
                "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"
            )
            self._wait(log, r"Registered to")

    def _start(self, *arguments: str) -> Path:
        log = self.folder / f"{len(self.processes)}.log"
        path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
        with log.open("wb") as output:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                    stdout=output, stderr=subprocess.STDOUT, cwd=self.folder,
                    env={**os.environ, "PYTHONPATH": path},
                )
            )  # fmt: skip
        return log

    def _wait(self, log: Path, shape: str) -> str:
        for _ in range(300):
            if found := re.search(shape, log.read_text("utf-8", "replace")):
                return found[0]
            time.sleep(0.05)
        raise TimeoutError(log.read_text("utf-8", "replace")[-2000:])

    def kill_one(self) -> None:
        self.processes[1].send_signal(signal.SIGKILL)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(tmp_path)
    yield made
    made.end()


def swept(settings: Settings, folder: Path, executor: Executor) -> Snapshot:
    scope = demand_consent(settings.perimeter, date(2026, 11, 22))
    return run_sweep(settings, scope, journal=folder / "journal", executor=executor)


def test_three_workers_of_which_one_is_killed_see_what_one_process_sees(
    workers: Workers, tmp_path: Path
) -> None:
    from rempart.engines.exposure.cluster import Cluster

    cluster = Cluster(workers.address)
    assert cluster.workers == 3
    threading.Timer(1.0, workers.kill_one).start()
    shared = swept(settings_of(unhurried, text=WIDE), tmp_path / "shared", cluster)
    assert workers.processes[1].poll() == -signal.SIGKILL
    cluster.close()
    alone = swept(settings_of(text=WIDE), tmp_path / "alone", InProcess())
    assert len(shared.seen) > 100
    assert shared.seen == alone.seen
    assert shared.pieces_stopped == 0


def test_a_stop_reaches_the_workers_of_the_cluster(workers: Workers, tmp_path: Path) -> None:
    from rempart.engines.exposure.cluster import Cluster

    cluster = Cluster(workers.address)
    stop = tmp_path / "stop"
    threading.Timer(2.0, stop.touch).start()
    began = time.monotonic()
    snapshot = swept(settings_of(slow, text=WIDE, stop_file=stop), tmp_path / "shared", cluster)
    cluster.close()
    assert time.monotonic() - began < 8
    assert "Arrêt demandé." in snapshot.notes
    assert {one.reach for one in snapshot.seen} == {Reach.STOPPED}


def test_a_scheduler_that_is_not_there_is_said() -> None:
    from rempart.engines.exposure.cluster import Cluster

    with pytest.raises(RempartError, match="ne répond pas"):
        Cluster("tcp://127.0.0.1:9")


def test_what_is_no_address_of_a_scheduler_is_refused_before_any_connection() -> None:
    from rempart.engines.exposure.cluster import Cluster

    with pytest.raises(RempartError, match="ce n’est pas l’adresse d’un ordonnanceur") as refused:
        Cluster("http://127.0.0.1:8786/status")
    assert "tls://ordonnanceur:8786" in refused.value.expected


def test_a_scheduler_lost_on_the_way_is_said_with_how_to_resume() -> None:
    from rempart.engines.exposure.cluster import Cluster

    cluster = Cluster.__new__(Cluster)
    cluster.address = "tcp://127.0.0.1:8786"
    cluster._client = SimpleNamespace(status="closed")
    with pytest.raises(RempartError, match="ne répond plus") as refused:
        cluster._finished([])
    assert "--resume" in refused.value.todo
    with pytest.raises(RempartError, match="ne répond plus"):
        cluster._take(SimpleNamespace(status="cancelled"), [], settings_of(), list[Done]().append)


def test_a_batch_whose_workers_all_died_is_given_as_not_done() -> None:
    from rempart.engines.exposure.cluster import Cluster

    given: list[Done] = []
    batch = grouped([Piece(kind=Kind.PORTS, address="127.0.9.1")])
    error = SimpleNamespace(status="error")
    Cluster.__new__(Cluster)._take(error, batch, settings_of(), given.append)
    assert [(done.piece.address, done.stopped) for done in given] == [("127.0.9.1", LOST)]
