"""The worker inside the one process: in a thread of these tests."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from rempart.web.core import jobs, worker
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job
from support.installation import wait_for

pytestmark = pytest.mark.slow


def lasting(run: Run, *, seconds: float) -> None:
    run.stage("Dure", total=int(seconds * 50))
    for _ in range(int(seconds * 50)):
        time.sleep(0.02)
        run.advance()
    run.note("Fini.")


@pytest.fixture
def inside(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[worker.Worker]:
    """A worker in a thread, stopped at the end."""
    settings.DATA = tmp_path
    kinds = dict(jobs.KINDS)
    jobs.job("lasting", title="Durer")(lasting)
    found = worker.in_this_process()
    yield found
    found.stop()
    assert found.wait(10)
    time.sleep(0.2)
    jobs.KINDS.clear()
    jobs.KINDS.update(kinds)


def state(row: Job) -> str:
    row.refresh_from_db()
    return row.state


def test_a_job_is_done_by_the_thread_with_its_progress(inside: worker.Worker) -> None:
    row = jobs.enqueue(lasting, seconds=0.2)
    wait_for(lambda: state(row) == "done")
    assert (row.done_units, row.message, row.attempts) == (10, "Fini.\n", 1)
    assert row.worker.startswith(inside.name)


def test_a_job_is_cancelled_while_the_thread_runs_it(inside: worker.Worker) -> None:
    row = jobs.enqueue(lasting, seconds=60)
    wait_for(lambda: state(row) == "running")
    jobs.cancel(row)
    wait_for(lambda: state(row) == "cancelled")
    assert "à votre demande" in row.error


def test_a_thread_that_is_stopped_puts_its_job_back(inside: worker.Worker) -> None:
    row = jobs.enqueue(lasting, seconds=60)
    wait_for(lambda: state(row) == "running")
    inside.stop()
    wait_for(lambda: state(row) == "waiting")
    assert row.attempts == 0


def test_a_step_that_meets_a_database_away_is_tried_again(caplog: Any) -> None:
    watcher = worker.Watcher("test")
    tries: list[int] = []

    def step() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("gone")
        watcher.stopped.set()

    watcher.repeat("step", step, 0.01)
    wait_for(lambda: len(tries) == 2)
    assert "gone" in caplog.text
