"""A sweep by several machines, through Dask distributed (`rempart[cluster]`): the same function, results named by key.

The scheduler gives a batch to another worker when the one that had it dies; a batch is done again without harm. Whoever
reaches the scheduler can have code run: it must be on a network of its own, or under TLS with certificates (`tls://`).
"""

import hashlib
import re
import socket
import tempfile
import threading
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from rempart.engines.exposure.look import not_done
from rempart.engines.exposure.processes import batches, lost
from rempart.engines.exposure.sweep import Batch, Emit, Settings, do
from rempart.engines.exposure.work import Done, Piece, key_of
from rempart.kernel.errors import RempartError, system_words

distributed: Any = import_module("distributed")  # an optional part, whose functions have no types

LOOK_EVERY: Final = 0.5  # seconds between two looks at the stop file while batches are under way
CONNECT_SECONDS: Final = 5
ADDRESS: Final = re.compile(r"(?:tcp|tls)://([^/:]+):(\d{1,5})")
AHEAD: Final = 2  # batches that each worker has before it, so that it never waits for us
SMALLER: Final = 4  # batches are that many times smaller than between the processes of one machine


class Cluster:
    """The work shared between the workers of a Dask scheduler (« tls://ordonnanceur:8786 »)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = _client(address)
        self.workers = max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

    def run(self, groups: list[list[Piece]], settings: Settings, emit: Emit) -> None:
        """Do every group. Raises RempartError when the scheduler is lost: what came before is in the journal."""
        waiting = list(reversed(list(batches(groups, self.workers * SMALLER))))
        name = f"rempart-{settings.rules[:12]}-{settings.minute}"
        self._stop = distributed.Event(name, client=self._client)
        self._stop.clear()
        running: dict[Any, Batch] = {}
        switch = settings.switch()
        try:
            while waiting or running:
                while waiting and len(running) < self.workers * AHEAD:
                    batch = waiting.pop()
                    key = batch_key(batch, settings)
                    running[self._client.submit(do_watched, batch, settings, name, key=key)] = batch
                for future in self._finished(list(running)):
                    self._take(future, running.pop(future), settings, emit)
                if why := switch.why(time.monotonic()):
                    self._stop.set()
                    _give_up(waiting, why, settings, emit)
        finally:
            self._client.cancel(list(running))

    def close(self) -> None:
        """Leave the scheduler."""
        self._client.close()

    def _finished(self, futures: list[Any]) -> list[Any]:
        """The futures that ended within a moment."""
        if self._client.status not in ("running", "connecting"):
            raise self._lost()
        try:
            with self._client.as_current():
                found = distributed.wait(futures, timeout=LOOK_EVERY, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return []
        return list(found.done)

    def _take(self, future: Any, batch: Batch, settings: Settings, emit: Emit) -> None:
        """Give the results of a batch. One whose worker died each time is given as not done."""
        if future.status == "finished":
            for done in future.result():
                emit(done)
        elif future.status == "cancelled":
            raise self._lost()
        else:
            lost(batch, settings, emit)

    def _lost(self) -> RempartError:
        return RempartError(
            f"L’ordonnanceur {self.address} ne répond plus.",
            todo="Rétablissez-le, puis reprenez avec --resume : rien de ce qui a été vu n’est perdu.",
        )


def do_watched(batch: Batch, settings: Settings, stop: str) -> list[Done]:
    """The results of a batch, on a worker: the event of the cluster stands for the stop file, which is elsewhere."""
    event = distributed.Event(stop, client=distributed.get_client())
    over = threading.Event()
    with tempfile.TemporaryDirectory(prefix="rempart-") as folder:
        file = Path(folder) / "stop"
        watcher = threading.Thread(target=_watch, args=(event, over, file), daemon=True)
        watcher.start()
        try:
            return do(batch, replace(settings, stop_file=file))
        finally:
            over.set()
            watcher.join()


def _watch(event: Any, over: threading.Event, file: Path) -> None:
    while not over.wait(LOOK_EVERY):
        if event.is_set():
            file.touch()
            return


def batch_key(batch: Batch, settings: Settings) -> str:
    """The name of a batch on the cluster: the rules, the targets and the minute, as for its results."""
    keys = [key_of(p, settings.rules, settings.minute) for group in batch for p in group]
    return "rempart-" + hashlib.sha256("".join(keys).encode("ascii")).hexdigest()[:40]


def _give_up(waiting: list[Batch], why: str, settings: Settings, emit: Emit) -> None:
    """Give as not done what was not sent yet."""
    at, rules, minute = settings.clock(), settings.rules, settings.minute
    while waiting:
        for group in waiting.pop():
            for piece in group:
                emit(not_done(piece, why, at=at, rules=rules, minute=minute))


def _client(address: str) -> Any:
    shape = ADDRESS.fullmatch(address)
    try:
        if shape is None:
            raise ValueError("ce n’est pas l’adresse d’un ordonnanceur")
        # A client that finds nobody is long to give up, and speaks of it after the end.
        socket.create_connection((shape[1], int(shape[2])), CONNECT_SECONDS).close()
        return distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as fault:
        words = system_words(fault) if isinstance(fault, OSError) else str(fault)
        raise RempartError(
            f"L’ordonnanceur {address} ne répond pas ({words}).",
            expected="L’adresse d’un ordonnanceur Dask, comme tls://ordonnanceur:8786.",
        ) from fault
