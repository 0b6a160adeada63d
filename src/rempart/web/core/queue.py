"""The queue of jobs. This module alone knows the library that keeps it in the database.

The library carries numbers of jobs from whoever asks to whoever works; all that people see is in the row of the job.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django_tasks import task
from django_tasks_db.management.commands.db_worker import Worker as LibraryWorker
from django_tasks_db.models import DBTaskResult

POLL_SECONDS: Final = 0.3
_RECEIVERS: Final[dict[str, Callable[[int], None]]] = {}


def receive_with(function: Callable[[int], None]) -> None:
    """Give what is called with each number that a worker takes from the queue."""
    _RECEIVERS["job"] = function


@task()
def run_job(job_id: int) -> None:
    """What the library keeps: the number of a job."""
    _RECEIVERS["job"](job_id)


def put(job_id: int, not_before_at: datetime | None) -> UUID:
    """Put a number in the queue, in the present transaction; gives the name of its delivery."""
    message = run_job.using(run_after=not_before_at) if not_before_at else run_job
    return UUID(str(message.enqueue(job_id).id))


def undelivered() -> Any:
    """The names of the deliveries that no worker has taken, as a subquery."""
    return DBTaskResult.objects.filter(status="READY").values("id")


def forget(before: datetime, *, wanted: Any) -> None:
    """Delete old deliveries, but for those that a job still waits for."""
    DBTaskResult.objects.filter(enqueued_at__lt=before).exclude(id__in=wanted).delete()


class Taker:
    """Takes numbers from the queue, one after the other, until it is stopped."""

    def __init__(self, name: str) -> None:
        self._worker = LibraryWorker(
            queue_names=["*"],
            interval=POLL_SECONDS,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )

    def run(self) -> None:
        """Take and run; raises what the database raises when it goes away."""
        self._worker.run()

    def stop(self) -> None:
        """Take nothing more after the present one."""
        self._worker.running = False
