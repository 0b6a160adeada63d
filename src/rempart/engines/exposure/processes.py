"""A sweep by several processes of this machine: a process that dies takes nothing with it but the time of its batch."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from typing import Final

from rempart.engines.exposure.look import not_done
from rempart.engines.exposure.sweep import Batch, Emit, Settings, do
from rempart.engines.exposure.work import Done, Piece

TRIES: Final = 3
BATCHES_A_WORKER: Final = 6
LARGEST_BATCH: Final = 400  # pieces
LOST: Final = "L’examen de cette cible fait tomber la sonde à chaque fois : abandonné."


class Processes:
    """The work shared between `workers` processes."""

    def __init__(self, workers: int) -> None:
        self.workers = max(1, workers)

    def run(self, groups: list[list[Piece]], settings: Settings, emit: Emit) -> None:
        """Do every group. A batch whose process died is done again, alone with its suspects, three times at most."""
        per_worker = replace(settings, in_flight=max(1, settings.in_flight // self.workers))
        left = list(batches(groups, self.workers))
        tries = 0
        while left:
            alone = tries > 0
            left = self._round(left, per_worker, emit, 1 if alone else self.workers)
            tries += 1
            if left and tries >= TRIES:
                for batch in left:
                    lost(batch, settings, emit)
                return
            # What was under way when the process died is cut finer, so that one bad target costs only itself.
            left = [[group] for batch in left for group in batch]

    def _round(
        self, waiting: Sequence[Batch], settings: Settings, emit: Emit, workers: int
    ) -> list[Batch]:
        """Do batches, and give those that a dead process left undone."""
        left: list[Batch] = []
        remaining = list(waiting)
        while remaining:
            remaining, undone = self._pool(remaining, settings, emit, workers)
            left += undone
        return left

    def _pool(
        self, waiting: Sequence[Batch], settings: Settings, emit: Emit, workers: int
    ) -> tuple[list[Batch], list[Batch]]:
        """Run one pool until it ends or breaks: (batches that it did not come to, batches under way when it broke)."""
        queue, running = list(reversed(waiting)), dict[Future[list[Done]], Batch]()
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_deaf_to_interrupts
        ) as pool:
            try:
                while queue or running:
                    # Little is given ahead: what a broken pool held is what is suspected.
                    while queue and len(running) < workers:
                        running[pool.submit(do, queue[-1], settings)] = queue[-1]
                        queue.pop()
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        for done in future.result():
                            emit(done)
                        del running[future]
            except BrokenProcessPool:
                return list(reversed(queue)), list(running.values())
        return [], []


def batches(groups: Sequence[list[Piece]], workers: int) -> Iterator[Batch]:
    """Groups put together into batches of about the same number of pieces; a group is never cut."""
    pieces = sum(len(group) for group in groups)
    size = min(max(pieces // (workers * BATCHES_A_WORKER), 1), LARGEST_BATCH)
    batch: Batch = []
    count = 0
    for group in groups:
        batch.append(group)
        count += len(group)
        if count >= size:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def lost(batch: Batch, settings: Settings, emit: Emit) -> None:
    """Give the pieces of a batch as not done: nobody could do them."""
    at, rules, minute = settings.clock(), settings.rules, settings.minute
    for group in batch:
        for piece in group:
            emit(not_done(piece, LOST, at=at, rules=rules, minute=minute))


def _deaf_to_interrupts() -> None:
    """An interruption of the keyboard is for the process that leads: it writes the stop file that all obey."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
