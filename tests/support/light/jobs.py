"""Two kinds of jobs that last: each writes its beginning and its end in the journal, in one transaction."""

import os
import sys
import time

from django.db import transaction

from rempart.web.core import journal
from rempart.web.core.jobs import Run, job


@job("slow", title="Lent")
def slow(run: Run, *, seconds: float) -> None:
    """Last some seconds in one transaction."""
    with transaction.atomic():
        journal.record("begun", by=None, object_kind="try", object_id=run.job.pk)
        run.stage("Attente", total=int(seconds * 20))
        for _ in range(int(seconds * 20)):
            time.sleep(0.05)
            run.advance()
        journal.record("ended", by=None, object_kind="try", object_id=run.job.pk)


@job("heavy", title="Lourd", is_heavy=True)
def heavy(run: Run, *, seconds: float) -> None:
    """The same, in a process of its own."""
    slow(run, seconds=seconds)


# A module that kills the process that imports it for the job alone, as a broken installation would.
SUDDEN = "rempart.web.core.apart" in sys.orig_argv and os.environ.get("LIGHT_SUDDEN_DEATH")
if SUDDEN:
    os._exit(9)
