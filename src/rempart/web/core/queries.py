"""What the pages of core show: the journal, the work in the background."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Case, Q, QuerySet, When

from rempart.web.core import acts, board, jobs, reach
from rempart.web.core.models import Job, JournalEntry
from rempart.web.core.scope import Act, Scope

TONES: Final[dict[str, str]] = {
    Job.State.WAITING: "none",
    Job.State.RUNNING: "said",
    Job.State.DONE: "ok",
    Job.State.FAILED: "bad",
    Job.State.CANCELLED: "none",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the journal as the page shows it."""

    entry: JournalEntry
    words: str
    details: list[tuple[str, str]]
    label: str


@dataclass(frozen=True, slots=True)
class Work:
    """One job as pages show it."""

    job: Job
    title: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Check:
    """The last time the whole chain was followed, at night."""

    at: datetime
    holds: bool
    entries: int
    sentence: str


def entries(scope: Scope, *, establishment: str = "", act: str = "") -> QuerySet[JournalEntry]:
    """Entries that the scope may read, the newest first."""
    found = JournalEntry.objects.visible_to(scope).order_by("-id")
    if establishment:
        found = found.filter(establishment=establishment)
    return told(found.filter(act=act) if act else found, scope)


def told(rows: QuerySet[JournalEntry], scope: Scope) -> QuerySet[JournalEntry]:
    """The entries, each knowing whether this scope may read what it is about: what an authority may know of an
    establishment is that an act took place, not the titles of its findings."""
    may_read = Q(establishment="") | reach.within(scope, Act.SEE_FINDINGS)
    return rows.annotate(is_told=Case(When(may_read, then=True), default=False))


def line(entry: JournalEntry) -> Line:
    """An entry, its act in French; what it is about stays out where it is not for this reader."""
    if not getattr(entry, "is_told", False):
        return Line(entry, acts.said(entry.act), [], "réservé à l’établissement")
    label = entry.object_label or entry.object_id
    return Line(entry, acts.said(entry.act), sorted(entry.details.items()), label)


def last_check() -> Check | None:
    """What the last nightly verification of the journal said."""
    job = Job.objects.filter(kind="verify_journal", ended_at__isnull=False).first()
    if job is None or job.ended_at is None:
        return None
    holds = job.state == Job.State.DONE
    return Check(job.ended_at, holds, int(job.result.get("entries", 0)), job.error)


def works(scope: Scope) -> QuerySet[Job]:
    """The jobs that the scope may see, without what the platform does for itself."""
    return Job.objects.visible_to(scope).asked_by_people()


def work(job: Job) -> Work:
    """A job with its latest progress and its words."""
    fresh = board.refresh(job)
    words = str(fresh.get_state_display())
    if fresh.state == Job.State.WAITING and fresh.attempts:
        words = "nouvel essai prévu"
    return Work(fresh, jobs.title_of(fresh), words, TONES[fresh.state])
