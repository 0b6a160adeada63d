"""Workers that are killed, stopped, cancelled: nothing is lost, nothing is done twice."""

import pytest

from support.installation import Installation, ended, wait_for
from support.parts import LOOPBACK

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(LOOPBACK)]

STATES = "SELECT state, attempts FROM core_job ORDER BY id"
ACTS = "SELECT act FROM core_journalentry ORDER BY id"
ASK = "from support.light.jobs import slow, heavy\n"


def asked(site: Installation, kind: str, seconds: float, times: int = 1) -> None:
    site.python(f"{ASK}said = [jobs.enqueue({kind}, seconds={seconds}).pk for _ in range({times})]")


def is_running(site: Installation) -> bool:
    return any(state == "running" for state, _ in site.rows(STATES))


def is_done(site: Installation) -> bool:
    return all(state == "done" for state, _ in site.rows(STATES))


def acts(site: Installation) -> list[str]:
    return [act for (act,) in site.rows(ACTS)]


@pytest.mark.parametrize("kind", ["slow", "heavy"])
def test_a_worker_killed_in_the_middle_leaves_a_job_that_another_ends_once(
    light_site: Installation, kind: str
) -> None:
    asked(light_site, kind, 2)
    with light_site.running("worker") as first:
        wait_for(lambda: is_running(light_site))
        first.kill()
    with light_site.running("worker"):
        wait_for(lambda: is_done(light_site))
    assert acts(light_site) == ["begun", "ended"]


def test_a_worker_that_is_stopped_puts_its_job_back_without_counting_a_try(
    light_site: Installation,
) -> None:
    asked(light_site, "slow", 60)
    with light_site.running("worker") as process:
        wait_for(lambda: is_running(light_site))
        process.terminate()
        assert ended(process) == 0
    assert (light_site.rows(STATES), acts(light_site)) == ([("waiting", 0)], [])


@pytest.mark.parametrize("kind", ["slow", "heavy"])
def test_a_running_job_shows_its_progress_and_can_be_cancelled(
    light_site: Installation, kind: str
) -> None:
    asked(light_site, kind, 100)
    with light_site.running("worker"):
        wait_for(lambda: is_running(light_site))
        seen = light_site.python(
            "until = time.monotonic() + 30\njob = None\n"
            "while time.monotonic() < until and not (job and job.done_units):\n"
            "    time.sleep(0.2); job = board.refresh(Job.objects.get())\n"
            "said = [job.stage, job.done_units > 0]\njobs.cancel(job, by=journal.Actor(7, 'Alice'))"
        )
        wait_for(lambda: light_site.rows(STATES) == [("cancelled", 1)])
    assert (seen, acts(light_site)) == (["Attente", True], ["cancel_job"])
    assert light_site.rows("SELECT actor_id, actor_label FROM core_journalentry") == [(7, "Alice")]


def test_many_workers_share_the_jobs_and_do_each_once(light_site: Installation) -> None:
    asked(light_site, "slow", 0, times=20)
    with light_site.running("worker"), light_site.running("worker"):
        wait_for(lambda: is_done(light_site))
    assert [tries for _, tries in light_site.rows(STATES)] == [1] * 20
    assert sorted(acts(light_site)) == ["begun"] * 20 + ["ended"] * 20


def test_a_process_that_dies_before_it_begins_is_not_started_for_ever(
    light_site: Installation,
) -> None:
    asked(light_site, "heavy", 0)
    light_site.environment["LIGHT_SUDDEN_DEATH"] = "1"
    with light_site.running("worker"):
        wait_for(lambda: light_site.rows(STATES) == [("failed", 3)])
    assert acts(light_site) == []
