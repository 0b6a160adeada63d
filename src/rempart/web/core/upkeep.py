"""What the platform does for itself each night: it forgets what is too old, and follows its own journal."""

import time as clock
from datetime import time, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from rempart.kernel.errors import RempartError
from rempart.web.core import cache, files, jobs, journal, mail, queue, schedule
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job, Mail, Session, StoredFile

DONE_KEPT: Final = timedelta(days=30)
FAILED_KEPT: Final = timedelta(days=180)
STRAYS_KEPT: Final = timedelta(days=1)


@schedule.daily("prune", at=time(3, 10))
@jobs.job("prune", title="Effacer ce qui est trop vieux")
def prune(run: Run) -> None:
    """Forget finished jobs, sent mail, ended sessions, old counts of tries, and files that a cut upload left."""
    now = timezone.now()
    finished = Job.objects.filter(ended_at__lt=now - DONE_KEPT)
    finished.exclude(state=Job.State.FAILED).delete()
    Job.objects.filter(state=Job.State.FAILED, ended_at__lt=now - FAILED_KEPT).delete()
    wanted = Job.objects.unfinished().filter(delivery__isnull=False).values("delivery")
    queue.forget(now - STRAYS_KEPT, wanted=wanted)
    Mail.objects.filter(sent_at__lt=now - mail.KEPT).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    cache.forget_expired()
    sweep(Path(settings.DATA), older_than=STRAYS_KEPT)
    sweep_unnamed(older_than=STRAYS_KEPT)


def sweep(data: Path, *, older_than: timedelta) -> int:
    """Remove the drafts of uploads that nobody finished; gives how many."""
    limit = clock.time() - older_than.total_seconds()
    count = 0
    for path in (
        *(data / "tmp").glob("*"),
        *(data / "files").glob("tmp*"),
        *(data / "progress").glob("*"),
    ):
        if path.is_file() and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            count += 1
    return count


def sweep_unnamed(*, older_than: timedelta) -> int:
    """Remove the contents that no row names: their act was undone after they were written. Gives how many."""
    limit = clock.time() - older_than.total_seconds()
    old = {path.name: path for path in files.folder().glob("??/*") if path.stat().st_mtime < limit}
    named = set(StoredFile.objects.values_list("sha256", flat=True).iterator())
    unnamed = old.keys() - named
    for name in unnamed:
        # The same content given again in the meantime is a new file: it stays.
        if old[name].stat().st_mtime < limit:
            old[name].unlink(missing_ok=True)
    return len(unnamed)


@schedule.daily("verify_journal", at=time(4, 20))
@jobs.job("verify_journal", title="Vérifier le journal", tries=1)
def verify_journal(run: Run) -> None:
    """Follow the whole chain; a broken link makes a failed job, which `rempart doctor` shows."""
    walk = journal.verified()
    if walk.broken:
        raise RempartError(
            walk.broken.reason,
            todo="Gardez une copie de la base en l’état, puis suivez docs/exploitation/surveiller.md.",
        )
    run.job.result |= {"entries": walk.entries, "hash": walk.last_hash}
