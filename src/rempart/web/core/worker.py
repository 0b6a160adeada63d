"""The worker: takes jobs from the queue, in a thread of the one process or in processes of its own.

Three threads: the first runs jobs, the second says each second how far the job is and hears what is asked of it, the third
gives back the jobs of workers that died and starts periodic ones.
"""

import logging
import os
import socket
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
from django_tasks_db.management.commands.db_worker import Worker as LibraryWorker
from django_tasks_db.models import DBTaskResult

from rempart.web.core import board, jobs, schedule
from rempart.web.core.models import Job

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.3


class Worker:
    """One worker; `run` lasts until `stop`."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}:{get_random_string(6)}"
        self.stopped = threading.Event()
        self._ended = threading.Event()
        self._job: Job | None = None
        self._orders = board.Orders()
        self._library = LibraryWorker(
            queue_names=["*"],
            interval=POLL_SECONDS,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=self.name,
            excluded_queue_names=[],
        )

    def run(self) -> None:
        """Work until `stop`; a database that is away is waited for."""
        discover()
        for name, step, pause in (
            ("beat", self._beat, BEAT_SECONDS),
            ("keeper", keep, settings.JOB_LOST_AFTER_SECONDS / 3),
        ):
            threading.Thread(
                target=self._repeat, args=(step, pause), name=f"jobs-{name}", daemon=True
            ).start()
        jobs.WATCH.set(self)
        while not self.stopped.is_set():
            try:
                self._library.run()
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
        self._library.running = False

    def begin(self, job: Job) -> None:
        """A job begins: its progress is published from now on."""
        self._orders = board.Orders()
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

    def _beat(self) -> None:
        if (job := self._job) is not None:
            self._orders = board.beat(job)

    def _repeat(self, step: Callable[[], None], pause: float) -> None:
        while not self.stopped.is_set():
            try:
                step()
            except (DatabaseError, InterfaceError, OSError) as fault:
                log.warning("%s: %s", threading.current_thread().name, fault)
                connection.close()
            close_old_connections()
            self.stopped.wait(pause)
        connection.close()


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
    queued = DBTaskResult.objects.filter(status="READY").values("id")
    waiting = Job.objects.filter(state=Job.State.WAITING).exclude(delivery__in=queued)
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
