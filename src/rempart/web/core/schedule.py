"""Periodic jobs: declared by their modules, started once however many workers there are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from rempart.web.core import jobs
from rempart.web.core.models import Periodic


@dataclass(frozen=True, slots=True)
class Daily:
    """A job to run once a day, at an hour of the local clock."""

    function: Callable[..., None]
    at: time

    def after(self, moment: datetime) -> datetime:
        """The first instant after `moment` when it is due."""
        local = timezone.localtime(moment)
        due = local.replace(
            hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0, fold=0
        )
        return due if due > local else due + timedelta(days=1)


_DAILY: Final[dict[str, Daily]] = {}


def daily(name: str, *, at: time) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a declared job (`name` is its kind) every day at this hour."""

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        _DAILY[name] = Daily(function, at)
        return function

    return declare


def start_due(now: datetime | None = None) -> list[str]:
    """Queue the periodic jobs that are due, and say which; two workers never start the same one twice."""
    now = now or timezone.now()
    started = []
    known = set(Periodic.objects.values_list("kind", flat=True))
    for name, plan in _DAILY.items():
        if name not in known:
            Periodic.objects.get_or_create(kind=name, defaults={"due_at": plan.after(now)})
    if not Periodic.objects.filter(kind__in=_DAILY, due_at__lte=now).exists():
        return []
    with transaction.atomic():
        due = Periodic.objects.select_for_update(skip_locked=True).filter(
            kind__in=_DAILY, due_at__lte=now
        )
        for row in due:
            plan = _DAILY[row.kind]
            jobs.enqueue(plan.function)
            row.last_at, row.due_at = now, plan.after(now)
            row.save(update_fields=["last_at", "due_at"])
            started.append(row.kind)
    return started
