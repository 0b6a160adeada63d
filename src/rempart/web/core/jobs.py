"""Background work. This module alone knows the library that queues it.

@job("analyse_collection", title="Analyser une collecte")
def analyse(run: Run, *, audit_id: int) -> None: ...

enqueue(analyse, by=user, establishment=finess, audit_id=3)
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from rempart.web.core.models import Job


class Cancelled(Exception):
    """The person who asked for the work does not want it any more."""


@dataclass(slots=True)
class Run:
    """What a job function is given: an observer of its progress that the screen reads."""

    job: Job

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        self.job.stage, self.job.total_units, self.job.done_units = name[:200], total, 0
        self._save()

    def advance(self, units: int = 1) -> None:
        """`units` more are done."""
        self.job.done_units += units

    def note(self, message: str) -> None:
        """Something to know, kept with the job."""
        self.job.message = f"{self.job.message}{message}\n"
        self._save()

    def _save(self) -> None:
        self.job.seen_at = timezone.now()
        self.job.save(
            update_fields=["stage", "total_units", "done_units", "message", "seen_at", "result"]
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its name in the database, its French title, its function, its tries."""

    name: str
    title: str
    function: Callable[..., None]
    tries: int


KINDS: Final[dict[str, Kind]] = {}


def job(
    name: str, *, title: str, tries: int = 3
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a kind of job; the function is given its `Run`, then its arguments by keyword."""

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        KINDS[name] = Kind(name, title, function, tries)
        return function

    return declare


def enqueue(
    function: Callable[..., None], *, by: Any = None, establishment: str = "", **arguments: Any
) -> Job:
    """Queue a job once the present transaction is written; arguments are JSON values."""
    kind = next(k for k in KINDS.values() if k.function is function)
    row = Job.objects.create(
        kind=kind.name,
        asked_by_id=by.pk if by else None,
        establishment=establishment,
        arguments=arguments,
    )
    transaction.on_commit(partial(run_job.enqueue, row.pk))
    return row


def perform(job_id: int) -> Job:
    """Run one job now, in this process (the worker, and tests)."""
    row = Job.objects.get(pk=job_id)
    kind = KINDS[row.kind]
    row.state, row.started_at, row.attempts = (
        Job.State.RUNNING,
        timezone.now(),
        row.attempts + 1,
    )
    row.save(update_fields=["state", "started_at", "attempts"])
    kind.function(Run(row), **row.arguments)
    row.state, row.ended_at = Job.State.DONE, timezone.now()
    row.save(update_fields=["state", "ended_at", "result"])
    return row


@task()
def run_job(job_id: int) -> None:
    """What the library queues: the number of a job."""
    perform(job_id)
