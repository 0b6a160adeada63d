"""Periodic jobs: started once a day, however many workers ask."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from rempart.web.core import jobs, schedule
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job, Periodic

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def tick(run: Run) -> None:
    run.note("tick")


@pytest.fixture(autouse=True)
def _one_plan() -> Iterator[None]:
    """One periodic job, in place of those of the platform."""
    before, kinds = dict(schedule._DAILY), dict(jobs.KINDS)
    schedule._DAILY.clear()
    schedule.daily("tick", at=time(3, 10))(jobs.job("tick", title="Tic")(tick))
    yield
    schedule._DAILY.clear()
    schedule._DAILY.update(before)
    jobs.KINDS.clear()
    jobs.KINDS.update(kinds)


def test_a_new_installation_waits_for_the_hour(db: None) -> None:
    assert schedule.start_due(NOON) == []
    assert Periodic.objects.get().due_at == datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


def test_a_job_that_is_due_is_queued_once_and_planned_for_the_next_day(db: None) -> None:
    schedule.start_due(NOON)
    late = NOON + timedelta(days=3)
    assert (schedule.start_due(late), schedule.start_due(late)) == (["tick"], [])
    assert Job.objects.get().kind == "tick"
    assert Periodic.objects.get().due_at > late


def test_the_hour_is_that_of_the_clock_on_the_wall_when_summer_ends(db: None) -> None:
    plan = schedule.Daily(tick, time(7, 30))
    before = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    assert plan.after(before) == datetime(2026, 10, 25, 6, 30, tzinfo=UTC)


def test_two_workers_never_start_the_same_job_twice(transactional_db: None) -> None:
    schedule.start_due(NOON)
    late = NOON + timedelta(days=1)

    def start() -> None:
        schedule.start_due(late)
        connection.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == 1
