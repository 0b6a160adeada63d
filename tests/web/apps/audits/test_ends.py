"""How an analysis ends when it does not end well, and what is swept after it."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from factories.audits import APRIL, MARCH, a_control, a_deposit, a_report, an_upload
from rempart.web.apps.audits import actions, keeping, reading
from rempart.web.apps.audits.models import Audit, AuditPage
from rempart.web.core import jobs
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job
from web.conftest import Cast


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def given(cast: Cast) -> Audit:
    files = [an_upload(a_report(a_control("a")))]
    return actions.deposit(establishment=cast.home, files=files, is_kept=False, by=cast.alice).audit


def raised(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(reading, "read_report", fail)


def test_a_server_that_stops_keeps_the_files_for_the_next_start(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = given(cast)
    raised(monkeypatch, jobs.Interrupted())
    jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    assert (audit.state, Job.objects.get(pk=audit.job_id).state) == ("waiting", "waiting")
    assert len(list((tmp_path / "transient").iterdir())) == 1


def test_a_running_analysis_that_is_cancelled_leaves_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = given(cast)
    raised(monkeypatch, jobs.Cancelled())
    jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    assert (audit.state, "annulée" in audit.refusal["found"]) == ("refused", True)
    assert not list((tmp_path / "transient").iterdir())


def test_an_analysis_that_runs_is_asked_to_stop_and_ends_by_itself(cast: Cast) -> None:
    audit = given(cast)
    jobs.perform(audit.job_id or 0)
    Job.objects.filter(pk=audit.job_id).update(state=Job.State.RUNNING, ended_at=None)
    Audit.objects.filter(pk=audit.pk).update(
        state=Audit.State.WAITING, is_latest=False, is_newest=False
    )
    actions.cancel(audit=Audit.objects.select_related("job").get(pk=audit.pk), by=cast.alice)
    assert Job.objects.get(pk=audit.job_id).is_cancel_asked
    assert Audit.objects.get().state == Audit.State.WAITING


def test_an_analysis_that_has_ended_is_not_run_again(cast: Cast) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    job = jobs.enqueue(actions.analyse, audit_id=audit.pk)
    jobs.perform(job.pk)
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    assert Job.objects.get(pk=job.pk).result == {}


def test_files_that_somebody_removed_are_asked_for_again(cast: Cast) -> None:
    audit = given(cast)
    keeping.forget(audit.transient)
    jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    assert "ne sont plus là" in audit.refusal["found"]


def test_a_folder_that_no_deposit_names_is_swept_each_night(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DEPOSIT_SECONDS", -1)
    lost = tmp_path / "transient" / "lost"
    lost.mkdir(parents=True)
    (lost / "collecte.zip").write_bytes(b"x")
    job = jobs.perform(jobs.enqueue(actions.sweep_deposits).pk)
    assert (job.result["deleted"], lost.exists()) == (1, False)


def test_a_deposit_that_is_being_written_is_not_swept(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "transient" / "young").mkdir(parents=True)
    assert actions.sweep() == 0
    assert (tmp_path / "transient" / "young").exists()


def test_files_that_could_not_be_written_down_leave_no_folder(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Refused("La base ne répond pas.")

    monkeypatch.setattr(jobs, "enqueue", fail)
    with pytest.raises(Refused):
        given(cast)
    assert not list((tmp_path / "transient").iterdir())
    assert not Audit.objects.exists()


def test_kept_files_are_read_where_links_cannot_be_made(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError("pas de liens ici")

    monkeypatch.setattr(os, "link", no_link)
    assert a_deposit(cast.home, cast.alice, a_report(a_control("a"))).state == Audit.State.DONE


def test_a_refused_deposit_is_not_analysed_by_a_late_job(cast: Cast) -> None:
    audit = a_deposit(cast.home, cast.alice, b'{"title": "tronqu')
    jobs.perform(jobs.enqueue(actions.analyse, audit_id=audit.pk).pk)
    jobs.perform(jobs.enqueue(actions.analyse, audit_id=0).pk)
    audit.refresh_from_db()
    assert audit.state == Audit.State.REFUSED


def test_a_worker_that_died_before_the_difference_leaves_it_to_the_next(cast: Cast) -> None:
    first = a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MARCH))
    second = a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=APRIL))
    AuditPage.objects.filter(audit=second).update(comparison=None, compared_with=None)
    jobs.perform(jobs.enqueue(actions.analyse, audit_id=second.pk).pk)
    second.page.refresh_from_db()
    assert second.page.compared_with == first
