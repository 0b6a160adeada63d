"""Jobs: queued with the act, run once, tried again, cancelled, given back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rempart.kernel.errors import RempartError
from rempart.web.core import board, jobs, journal, worker
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job, JournalEntry
from support.tree import files

LONG_AGO = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _kinds(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Kinds of jobs that only these tests have, and a folder for what is said of them."""
    settings.DATA = tmp_path
    before = dict(jobs.KINDS)
    jobs.job("count", title="Compter")(count)
    jobs.job("refuse", title="Refuser")(refuse)
    jobs.job("fail", title="Échouer", tries=2)(fail)
    jobs.job("leave", title="Renoncer")(leave)
    yield
    jobs.KINDS.clear()
    jobs.KINDS.update(before)


def count(run: Run, *, upto: int) -> None:
    run.stage("Compte", total=upto)
    for _ in range(upto):
        run.advance()
    run.note("Compté.")
    run.leads_to("/fin", "Voir")


def refuse(run: Run) -> None:
    raise RempartError("Ce fichier est vide.", todo="Donnez-en un autre.")


def fail(run: Run) -> None:
    raise ZeroDivisionError


def leave(run: Run) -> None:
    raise jobs.Cancelled


def state(row: Job) -> tuple[str, int]:
    row.refresh_from_db()
    return row.state, row.attempts


def running(seen: timedelta, **fields: Any) -> Job:
    """A job that some worker is running, and was last heard that long ago."""
    now = timezone.now()
    values = {"kind": "count", "arguments": {"upto": 1}, "attempts": 1, "worker": "elsewhere#1"}
    return Job.objects.create(
        **values | fields, state=Job.State.RUNNING, started_at=now - seen, seen_at=now - seen
    )


def test_a_job_ends_with_its_progress_its_notes_and_its_address(db: None) -> None:
    row = jobs.perform(jobs.enqueue(count, upto=3).pk)
    assert (row.state, row.stage, row.done_units, row.total_units) == ("done", "Compte", 3, 3)
    assert (row.message, row.result) == ("Compté.\n", {"url": "/fin", "words": "Voir"})


def test_a_job_is_queued_with_the_act_or_not_at_all(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue(count, upto=1)
        raise ZeroDivisionError
    assert (Job.objects.count(), DBTaskResult.objects.count()) == (0, 0)


def test_a_job_that_was_done_is_not_done_again(db: None) -> None:
    row = jobs.enqueue(count, upto=1)
    jobs.perform(row.pk)
    assert jobs.perform(row.pk).attempts == 1


def test_a_refusal_ends_the_job_with_its_sentence_and_no_other_try(db: None) -> None:
    row = jobs.perform(jobs.enqueue(refuse).pk)
    assert (row.state, row.error) == ("failed", "Ce fichier est vide. Donnez-en un autre.")


def test_a_fault_is_tried_again_later_then_said(db: None, caplog: pytest.LogCaptureFixture) -> None:
    row = jobs.enqueue(fail)
    jobs.perform(row.pk)
    assert state(row) == ("waiting", 1)
    assert row.not_before_at and row.not_before_at > timezone.now()
    jobs.perform(row.pk)
    assert state(row) == ("failed", 2)
    assert "défaut de Rempart" in row.error
    assert "ZeroDivisionError" in caplog.text


def test_pauses_grow_to_an_hour_and_no_further() -> None:
    pauses = [jobs.pause_before(n).total_seconds() for n in (1, 2, 3, 4, 5, 9)]
    assert pauses == [10, 40, 160, 640, 2560, 3600]


def test_a_kind_that_this_version_does_not_know_fails_with_a_sentence(db: None) -> None:
    row = jobs.perform(Job.objects.create(kind="of_another_version").pk)
    assert "ne connaît pas" in row.error


def test_a_waiting_job_that_is_cancelled_never_runs(db: None) -> None:
    row = jobs.enqueue(count, upto=1)
    jobs.cancel(row)
    jobs.perform(row.pk)
    assert state(row) == ("cancelled", 0)


def test_a_running_job_that_is_cancelled_ends_at_its_next_progress(db: None) -> None:
    row = jobs.perform(jobs.enqueue(leave).pk)
    assert (row.state, row.error) == (
        "cancelled",
        "Annulé à votre demande ; rien n’a été écrit.",
    )


def test_whoever_cancels_a_waiting_job_is_in_the_journal(db: None) -> None:
    row = jobs.enqueue(count, upto=1, establishment="350000019")
    jobs.cancel(row, by=journal.Actor(7, "Alice"))
    entry = JournalEntry.objects.get(act="cancel_job")
    assert (entry.actor_id, entry.establishment) == (7, "350000019")
    assert (entry.object_label, journal.verified().broken) == ("Compter", None)


def test_whoever_cancels_a_running_job_is_in_the_journal_once_it_has_stopped(db: None) -> None:
    row = jobs.enqueue(leave)
    Job.objects.filter(pk=row.pk).update(cancelled_by_id=7, cancelled_by="Alice")
    jobs.perform(row.pk)
    entry = JournalEntry.objects.get(act="cancel_job")
    assert (entry.actor_label, entry.object_id) == ("Alice", str(row.pk))


def test_a_wish_that_comes_too_late_leaves_nothing_in_the_journal(db: None) -> None:
    row = running(timedelta(0))
    jobs.cancel(row, by=journal.Actor(7, "Alice"))
    jobs._ended(row, Job.State.DONE)
    assert not JournalEntry.objects.exists()


def test_a_job_that_has_ended_cannot_be_cancelled(db: None) -> None:
    row = jobs.perform(jobs.enqueue(count, upto=1).pk)
    with pytest.raises(Refused, match="déjà terminé"):
        jobs.cancel(row)


def test_the_wish_to_cancel_reaches_the_worker_that_runs(db: None) -> None:
    row = running(timedelta(0))
    assert board.beat(row) == board.Orders()
    jobs.cancel(row)
    assert board.beat(row) == board.Orders(cancelled=True)


def test_progress_is_read_while_the_transaction_of_the_job_is_open(db: None) -> None:
    row = running(timedelta(0))
    row.stage, row.done_units, row.total_units = "Lecture", 4, 10
    board.beat(row)
    seen = board.refresh(Job.objects.get(pk=row.pk))
    assert (seen.stage, seen.done_units, seen.total_units) == ("Lecture", 4, 10)


def test_a_worker_whose_job_was_taken_is_told(db: None) -> None:
    row = running(timedelta(0))
    Job.objects.filter(pk=row.pk).update(worker="another#2")
    assert board.beat(row).lost


def test_a_job_of_a_dead_worker_waits_again_and_is_queued_again(db: None) -> None:
    row = running(LONG_AGO)
    assert worker.reap() == 1
    assert state(row) == ("waiting", 1)
    assert DBTaskResult.objects.get(pk=row.delivery).status == "READY"


def test_a_job_that_kills_its_worker_each_time_ends_by_failing(db: None) -> None:
    row = running(LONG_AGO, attempts=3)
    worker.reap()
    assert state(row) == ("failed", 3)
    assert "interrompu 3 fois" in row.error


def test_a_job_that_is_heard_is_left_alone(db: None) -> None:
    row = running(timedelta(seconds=5))
    assert (worker.reap(), state(row)) == (0, ("running", 1))


def test_what_a_worker_says_after_it_lost_its_job_is_ignored(db: None) -> None:
    row = running(LONG_AGO)
    stale = Job.objects.get(pk=row.pk)
    worker.reap()
    jobs._ended(stale, Job.State.DONE)
    assert state(row) == ("waiting", 1)


def test_a_waiting_job_whose_delivery_died_with_a_worker_is_queued_again(db: None) -> None:
    row = jobs.enqueue(count, upto=1)
    DBTaskResult.objects.update(status="RUNNING")
    Job.objects.update(asked_at=timezone.now() - LONG_AGO)
    assert worker.reap() == 1
    assert DBTaskResult.objects.filter(status="READY").count() == 1
    assert state(row) == ("waiting", 0)


def test_one_module_knows_the_library_of_the_queue() -> None:
    knowing = [p.name for p in files("src/rempart/*.py") if "import" in (t := p.read_text("utf-8"))
               and ("from django_tasks" in t or "import django_tasks" in t)]  # fmt: skip
    assert knowing == ["queue.py"]
