"""Background work: declared, asked for, run, tried again.

@job("analyse_collection", title="Analyser une collecte")
def analyse(run: Run, *, audit_id: int) -> None: ...

enqueue(analyse, by=user, establishment=finess, audit_id=3)

A job may run twice (a machine that stops in the middle): its function writes in one transaction, or looks first at
what is already done. Declare it in the `jobs` or `actions` module of its app: the worker imports those.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from rempart.kernel.errors import RempartError
from rempart.web.core import board, journal, queue
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job

log = logging.getLogger(__name__)

LONGEST_PAUSE: Final = timedelta(hours=1)
PATIENCE_SECONDS: Final = 120
UNEXPECTED: Final = (
    "Ce travail s’est arrêté sur un défaut de Rempart. Le détail est dans le journal du serveur, sous le numéro du "
    "travail : donnez-le à la personne qui l’exploite."
)


class Cancelled(Exception):
    """The person who asked for the work does not want it any more."""


class Interrupted(Exception):
    """The server stops: the work goes back to the queue, and no try is counted."""

    pause = timedelta(0)


class GaveWay(Interrupted):
    """A long work lets others pass: it goes back to the queue, behind them, or for after a pause."""

    def __init__(self, pause: timedelta = Interrupted.pause) -> None:
        super().__init__()
        self.pause = pause


class Watch(Protocol):
    """What a worker gives a run: it publishes the progress and carries the orders."""

    @property
    def name(self) -> str:
        """Who works, said in the row of the job."""

    def begin(self, job: Job) -> None:
        """A job begins."""

    def end(self) -> None:
        """It has ended."""

    def check(self) -> None:
        """Raise Cancelled or Interrupted when the run must stop."""

    def others_wait(self) -> bool:
        """Whether other jobs wait for a place. Asks nothing of the database: this may be called in the middle of work."""

    def run_apart(self, job_id: int) -> None:
        """Run a heavy job in a process of its own."""


WATCH: Final[ContextVar[Watch | None]] = ContextVar("watch", default=None)


@dataclass(slots=True)
class Run:
    """What a job function is given: an observer of its progress that the screen reads."""

    job: Job
    watch: Watch | None = None
    _began: float = field(default_factory=time.monotonic, repr=False)

    @property
    def lasts(self) -> float:
        """Seconds since the job, or this turn of it, began."""
        return time.monotonic() - self._began

    def should_give_way(self) -> bool:
        """Whether a job that can stop half-way has had its turn, and others wait. It then raises GaveWay."""
        if self.watch is None or self.lasts < settings.JOB_TURN_SECONDS:
            return False
        return self.watch.others_wait()

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        self.job.stage, self.job.total_units, self.job.done_units = name[:200], total, 0
        self._said()

    def advance(self, units: int = 1) -> None:
        """`units` more are done."""
        self.job.done_units += units
        if self.watch:
            self.watch.check()

    def note(self, message: str) -> None:
        """Something to know, kept with the job."""
        self.job.message = f"{self.job.message}{message}\n"
        self._said()

    def leads_to(self, url: str, words: str) -> None:
        """Where the page of the job sends the person once it is done."""
        self.job.result |= {"url": url, "words": words}

    def _said(self) -> None:
        if self.watch:
            # The worker publishes by itself, outside this transaction.
            self.watch.check()
            return
        self.job.seen_at = timezone.now()
        self.job.save(update_fields=["stage", "total_units", "done_units", "message", "seen_at"])


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its name in the database, its French title, its function, its tries."""

    name: str
    title: str
    function: Callable[..., None]
    tries: int
    is_heavy: bool = False


KINDS: Final[dict[str, Kind]] = {}


def job(
    name: str, *, title: str, tries: int = 3, is_heavy: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a kind of job; the function is given its `Run`, then its arguments by keyword.

    `is_heavy`: workers run it in a process of its own, so that the pages keep their memory and their speed.
    """

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        KINDS[name] = Kind(name, title, function, tries, is_heavy)
        return function

    return declare


def enqueue(
    function: Callable[..., None],
    *,
    by: Any = None,
    establishment: str = "",
    delay: timedelta | None = None,
    **arguments: Any,
) -> Job:
    """Queue a job in the present transaction, so that both are written or neither; arguments are JSON values."""
    kind = next(k for k in KINDS.values() if k.function is function)
    with transaction.atomic():
        row = Job.objects.create(
            kind=kind.name,
            asked_by_id=by.pk if by else None,
            establishment=establishment,
            arguments=arguments,
            not_before_at=timezone.now() + delay if delay else None,
        )
        deliver(row)
    return row


def deliver(row: Job) -> None:
    """Put the number of a job in the queue, for when the job may run."""
    row.delivery = queue.put(row.pk, row.not_before_at)
    row.save(update_fields=["delivery"])


def taken(job_id: int) -> None:
    """A worker has taken the number of a job from the queue."""
    watch = WATCH.get()
    if watch and _is_heavy(job_id):
        watch.run_apart(job_id)
    else:
        perform(job_id)


queue.receive_with(taken)


def perform(job_id: int) -> Job:
    """Run one waiting job now, in this process (the worker, and tests), and give it as it ended.

    Nothing is raised: a refusal ends the job with its sentence, another fault is logged and tried again later.
    """
    watch = WATCH.get()
    row = claim(job_id, watch.name if watch else "")
    if row is None:
        return Job.objects.get(pk=job_id)
    kind = KINDS.get(row.kind)
    if kind is None:
        return _ended(row, Job.State.FAILED, "Cette version de Rempart ne connaît pas ce travail.")
    if watch:
        watch.begin(row)
    try:
        kind.function(Run(row, watch), **row.arguments)
    except Cancelled:
        return _stopped(row)
    except Interrupted as fault:
        return _put_back(row, fault.pause, attempts=row.attempts - 1)
    except RempartError as fault:
        return _ended(row, Job.State.FAILED, str(fault))
    except Exception as fault:  # noqa: BLE001  # whatever it is, the job must not stay running
        return _fell(row, kind, fault)
    finally:
        if watch:
            watch.end()
    return _ended(row, Job.State.DONE)


def cancel(row: Job, *, by: Any = None) -> None:
    """Take a job out of the queue, or ask the one that runs to stop. Raises Refused once it has ended.

    Journaled here for a job that waits. One that runs does it when it has stopped: until then it may itself hold the
    head of the journal.
    """
    now = timezone.now()
    board.wish_to_cancel(row, by)
    asker = {"cancelled_by_id": by.pk, "cancelled_by": str(by)[:200]} if by else {}
    with transaction.atomic():
        waiting = Job.objects.filter(pk=row.pk, state=Job.State.WAITING).update(
            state=Job.State.CANCELLED,
            ended_at=timezone.now(),
            error=f"Annulé avant de commencer, par {by or 'Rempart'}.",
            **asker,
        )
        running = Job.objects.filter(pk=row.pk, state=Job.State.RUNNING)
        if waiting:
            _record_cancelled(row, by)
            board.clear(row.pk)
        elif not running.update(is_cancel_asked=True, **asker):
            # The wish may have been heard before this line: then it is done, and not too late.
            heard = Job.objects.filter(pk=row.pk, state=Job.State.CANCELLED, ended_at__gt=now)
            if not heard.exists():
                board.clear(row.pk)
                raise Refused("Ce travail est déjà terminé.", todo="Il n’y a plus rien à annuler.")


def _record_cancelled(row: Job, by: Any) -> None:
    journal.record(
        "cancel_job",
        by=by,
        object_kind="job",
        object_id=row.pk,
        object_label=title_of(row),
        establishment=row.establishment,
    )


def title_of(row: Job) -> str:
    """What a job is, in French."""
    kind = KINDS.get(row.kind)
    return kind.title if kind else row.kind


def pause_before(attempt: int) -> timedelta:
    """How long to wait after the failed try number `attempt`: four times longer each time, at most an hour."""
    seconds = settings.JOB_FIRST_PAUSE_SECONDS * 4 ** int(attempt - 1)
    return min(timedelta(seconds=seconds), LONGEST_PAUSE)


def give_back(row: Job) -> None:
    """Take a job from a worker that is no longer heard: it waits again, or fails after its last try."""
    kind = KINDS.get(row.kind)
    tries = kind.tries if kind else 1
    if row.attempts >= tries:
        _ended(
            row,
            Job.State.FAILED,
            f"Ce travail a été interrompu {row.attempts} fois par un arrêt du serveur. Relancez-le quand le serveur "
            "est stable ; s’il s’arrête encore, la mémoire de la machine ne lui suffit peut-être pas.",
        )
    else:
        _put_back(row, timedelta(0), attempts=row.attempts)


def others_wait(row: Job) -> bool:
    """Whether another job could begin now, had it a worker."""
    waiting = Job.objects.filter(state=Job.State.WAITING).exclude(pk=row.pk)
    now = timezone.now()
    return waiting.filter(Q(not_before_at=None) | Q(not_before_at__lte=now)).exists()


def _is_heavy(job_id: int) -> bool:
    name = Job.objects.filter(pk=job_id).values_list("kind", flat=True).first()
    return name in KINDS and KINDS[name].is_heavy


def claim(job_id: int, worker: str) -> Job | None:
    """The job, marked as running by this worker; None when it is not waiting any more."""
    now = timezone.now()
    row = Job.objects.filter(pk=job_id, state=Job.State.WAITING).first()
    if row is None:
        return None
    name = f"{worker}#{row.attempts + 1}"
    taken = Job.objects.filter(pk=job_id, state=Job.State.WAITING, attempts=row.attempts).update(
        state=Job.State.RUNNING, attempts=row.attempts + 1, worker=name, started_at=now, seen_at=now
    )
    if not taken:
        return None
    row.refresh_from_db()
    return row


def _fell(row: Job, kind: Kind, fault: Exception) -> Job:
    log.error("job %s (%s) failed, try %s", row.pk, row.kind, row.attempts, exc_info=fault)
    if not connection.in_atomic_block and isinstance(fault, OperationalError | InterfaceError):
        connection.close()
    if row.attempts >= kind.tries:
        return _ended(row, Job.State.FAILED, UNEXPECTED)
    return _put_back(row, pause_before(row.attempts), attempts=row.attempts)


def _ended(row: Job, state: Job.State, error: str = "") -> Job:
    row.state, row.error, row.ended_at = state, error, timezone.now()
    _patiently(lambda: _write(row))
    return row


def _stopped(row: Job) -> Job:
    """The end of a job that somebody cancelled, written with its entry in the journal."""
    by = board.who_cancels(row)
    row.state, row.ended_at = Job.State.CANCELLED, timezone.now()
    row.error = "Annulé à votre demande ; rien n’a été écrit."

    def write() -> None:
        with transaction.atomic():
            if _write(row):
                _record_cancelled(row, by)

    _patiently(write)
    return row


def _put_back(row: Job, pause: timedelta, *, attempts: int) -> Job:
    row.state, row.attempts, row.started_at = Job.State.WAITING, attempts, None
    row.not_before_at = timezone.now() + pause if pause else None

    def write() -> None:
        with transaction.atomic():
            if _write(row):
                deliver(row)

    _patiently(write)
    return row


def _write(row: Job) -> bool:
    """Write the end of a run, unless the job was taken from it meanwhile."""
    fields = ("state", "error", "ended_at", "attempts", "started_at", "not_before_at")
    said = ("stage", "done_units", "total_units", "message", "result", "seen_at")
    mine = Job.objects.filter(pk=row.pk, state=Job.State.RUNNING, worker=row.worker)
    written = mine.update(**{name: getattr(row, name) for name in (*fields, *said)})
    if not written:
        log.warning("job %s was taken by another worker: what this one says is ignored", row.pk)
    board.clear(row.pk)
    return bool(written)


def _patiently(write: Callable[[], object]) -> None:
    """Write as soon as the database answers again, which a restart takes a few seconds to let it do."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            write()
            return
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            connection.close()
            time.sleep(0.5)


def due_since(row: Job) -> datetime:
    """When a waiting job could first run."""
    return row.not_before_at or row.asked_at
