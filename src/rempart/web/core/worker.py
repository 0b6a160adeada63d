"""The worker: takes jobs from the queue, in a thread of the one process or in processes of its own.

Three threads: the first runs jobs, the second says each second how far the job is and hears what is asked of it, the
third gives back the jobs of workers that died and starts periodic ones. A heavy job has a process of its own: its
memory and its faults are not those of the pages.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import autodiscover_modules

from rempart.web.core import board, jobs, queue, schedule
from rempart.web.core.models import Job

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 1.0
CHILD_POLL_SECONDS: Final = 0.1


class Watcher:
    """Says each second how far a running job is, and hears what is asked of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stopped = threading.Event()
        self._job: Job | None = None
        self._orders = board.Orders()
        self._others_wait = False

    def begin(self, job: Job) -> None:
        """A job begins: its progress is published from now on."""
        self._orders, self._others_wait = board.Orders(), False
        self._job = job

    def end(self) -> None:
        """It has ended."""
        self._job = None

    def check(self) -> None:
        """Raise when the running job must stop."""
        if self._orders.cancelled:
            raise jobs.Cancelled
        if self._orders.lost or self.stopped.is_set():
            raise jobs.Interrupted

    def others_wait(self) -> bool:
        """Whether other jobs waited at the last look."""
        return self._others_wait

    def run_apart(self, job_id: int) -> None:
        """Run a heavy job here: this process is already one of its own."""
        jobs.perform(job_id)

    def watch(self) -> None:
        """Publish from a thread of its own, until stopped."""
        self.repeat("beat", self._beat, BEAT_SECONDS)

    def _beat(self) -> None:
        if (job := self._job) is not None:
            self._orders = board.beat(job)
            self._others_wait = jobs.others_wait(job)

    def repeat(self, name: str, step: Callable[[], object], pause: float) -> None:
        """Do a step again and again in a thread of its own; a fault is logged, and waited for."""

        def loop() -> None:
            while not self.stopped.is_set():
                try:
                    step()
                except (DatabaseError, InterfaceError, OSError) as fault:
                    log.warning("%s: %s", name, fault)
                    connection.close()
                close_old_connections()
                self.stopped.wait(pause)
            connection.close()

        threading.Thread(target=loop, name=f"jobs-{name}", daemon=True).start()


class Worker(Watcher):
    """One worker; `run` lasts until `stop`."""

    def __init__(self) -> None:
        super().__init__(f"{socket.gethostname()[:30]}:{os.getpid()}:{get_random_string(6)}")
        self._ended = threading.Event()
        self._taker = queue.Taker(self.name)

    def run(self) -> None:
        """Work until `stop`; a database that is away is waited for."""
        discover()
        self.watch()
        self.repeat("keeper", keep, settings.JOB_LOST_AFTER_SECONDS / 3)
        jobs.WATCH.set(self)
        while not self.stopped.is_set():
            try:
                self._taker.run()
            except (DatabaseError, InterfaceError) as fault:
                log.warning("the database does not answer, waiting: %s", fault)
                connection.close()
                self.stopped.wait(1)
        connection.close()
        self._ended.set()

    def wait(self, seconds: float) -> bool:
        """Wait until the last job has gone back to the queue; tells whether it has."""
        return self._ended.wait(seconds)

    def stop(self) -> None:
        """End soon: the running job goes back to the queue at its next progress."""
        self.stopped.set()
        self._taker.stop()

    def run_apart(self, job_id: int) -> None:
        """Run one job in a process of its own, and give the job back if that process dies."""
        name = f"{self.name}/{job_id}"
        before = Job.objects.get(pk=job_id)
        module = jobs.KINDS[before.kind].function.__module__
        # Its standard input stays open as long as this process lives: a worker that is killed takes it along.
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", "rempart.web.core.apart", str(job_id), name, module],
            stdin=subprocess.PIPE,
        )
        while child.poll() is None:
            if self.stopped.wait(CHILD_POLL_SECONDS):
                child.communicate()
        if child.stdin:
            child.stdin.close()
        if child.returncode:
            log.error("job %s: its process ended with %s", job_id, child.returncode)
            # One that died before it began has counted no try: it must not begin again for ever.
            if Job.objects.filter(pk=job_id, attempts=before.attempts).exists():
                jobs.claim(job_id, name)
            mine = Job.objects.filter(
                pk=job_id, state=Job.State.RUNNING, worker__startswith=f"{name}#"
            )
            for row in mine:
                jobs.give_back(row)


def discover() -> None:
    """Import every module that declares jobs."""
    autodiscover_modules("jobs", "actions")
    import_module(settings.ROOT_URLCONF)


def keep() -> None:
    """Give back what dead workers left, and start what is due."""
    reap()
    schedule.start_due()


def reap() -> int:
    """Give back running jobs that nobody has said alive for a while, and waiting ones whose delivery is lost."""
    silent_since = timezone.now() - timedelta(seconds=settings.JOB_LOST_AFTER_SECONDS)
    count = 0
    for row in Job.objects.filter(state=Job.State.RUNNING, seen_at__lt=silent_since):
        seen_at = board.refresh(row).seen_at
        if seen_at is None or seen_at < silent_since:
            log.warning("job %s is given back: %s is not heard any more", row.pk, row.worker)
            jobs.give_back(row)
            count += 1
    waiting = Job.objects.filter(state=Job.State.WAITING).exclude(delivery__in=queue.undelivered())
    for row in waiting.filter(asked_at__lt=silent_since):
        if jobs.due_since(row) < silent_since:
            jobs.deliver(row)
            count += 1
    return count


def in_this_process() -> Worker:
    """A worker in a thread of the server, for a small installation; the caller stops it."""
    worker = Worker()
    threading.Thread(target=worker.run, name="jobs", daemon=True).start()
    return worker
