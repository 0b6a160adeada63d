"""How far a running job is, said outside its transaction.

A job that imports for a minute holds one transaction: what it writes there is seen by nobody before the end. On
PostgreSQL the worker updates the row of the job through another connection. SQLite has one writer at a time, who is
then the job: the worker writes a small file beside the database, and a wish to cancel is a file too.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from rempart.web.core.journal import Actor
from rempart.web.core.models import Job


@dataclass(frozen=True, slots=True)
class Orders:
    """What a running job must know: somebody cancels it, or another worker has taken it."""

    cancelled: bool = False
    lost: bool = False


def beat(job: Job) -> Orders:
    """Say that the job is alive and how far it is, and read what is asked of it."""
    mine = Job.objects.filter(pk=job.pk, worker=job.worker, state=Job.State.RUNNING)
    said = {
        "stage": job.stage,
        "done_units": job.done_units,
        "total_units": job.total_units,
        "message": job.message,
    }
    now = timezone.now()
    if _is_apart():
        _put(_path(job.pk), said | {"seen_at": now.isoformat(), "worker": job.worker})
    else:
        mine.update(**said, seen_at=now)
    asked = mine.values_list("is_cancel_asked", flat=True).first()
    return Orders(
        cancelled=bool(asked) or (_is_apart() and _wish(job.pk).exists()), lost=asked is None
    )


def refresh(job: Job) -> Job:
    """The same job with its latest progress, which may be newer than its row."""
    if job.state == Job.State.RUNNING and _is_apart():
        said = _read(_path(job.pk))
        if said.get("worker") == job.worker:
            for name in ("stage", "done_units", "total_units", "message"):
                setattr(job, name, said[name])
            job.seen_at = datetime.fromisoformat(said["seen_at"])
    return job


def wish_to_cancel(job: Job, by: Any) -> None:
    """Ask before the database can be written, on the one where the job itself holds it."""
    if _is_apart():
        said = {"id": by.pk, "label": str(by)} if by else {}
        _put(_wish(job.pk), said)


def who_cancels(job: Job) -> Actor | None:
    """Whoever asked a job to stop, by its row or by the wish that came before it could be written."""
    said = _read(_wish(job.pk)) if _is_apart() else {}
    if said:
        return Actor(said["id"], said["label"])
    row = Job.objects.filter(pk=job.pk, cancelled_by_id__isnull=False)
    found = row.values_list("cancelled_by_id", "cancelled_by").first()
    return Actor(found[0], found[1]) if found and found[0] else None


def clear(job_id: int) -> None:
    """Forget what was said of a job that has ended."""
    if _is_apart():
        for path in (_path(job_id), _wish(job_id)):
            path.unlink(missing_ok=True)


def _is_apart() -> bool:
    return connection.vendor == "sqlite"


def _path(job_id: int) -> Path:
    return Path(settings.DATA) / "progress" / f"{job_id}.json"


def _wish(job_id: int) -> Path:
    return Path(settings.DATA) / "progress" / f"{job_id}.cancel"


def _put(path: Path, said: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said
