"""Deposits: what is taken in, what becomes of it."""

import errno
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import cast as cast_to

import msgspec
import pytest
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from factories.audits import (
    APRIL,
    JUNE,
    MARCH,
    MAY,
    a_control,
    a_deposit,
    a_report,
    an_upload,
)
from rempart.engines.directory.report import Exposure
from rempart.kernel.outcome import Outcome
from rempart.render.outputs import encoded
from rempart.web.apps.audits import actions, keeping
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.audits.pages import read_compared, read_page
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.core import files, jobs
from rempart.web.core.errors import NoRoom, Refused
from rempart.web.core.models import Job, JournalEntry, StoredFile
from support import reports
from web.conftest import Cast

SAMPLE = Path(__file__).parents[4] / "samples" / "chu-exemple.zip"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def given(cast: Cast, *files: bytes, name: str = "report.json") -> Audit:
    uploads = [an_upload(content, name) for content in files]
    return actions.deposit(
        establishment=cast.home, files=uploads, is_kept=True, by=cast.alice
    ).audit


@pytest.mark.slow
def test_a_raw_collection_becomes_an_audit_with_its_findings_and_its_plan(cast: Cast) -> None:
    audit = a_deposit(cast.home, cast.alice, an_upload(SAMPLE.read_bytes(), SAMPLE.name))
    assert (audit.state, audit.form, audit.level) == (Audit.State.DONE, "collection", 1)
    assert (audit.exposed, audit.low_privileged, audit.plan_cost) == (47, 555, 5)
    assert Finding.objects.filter(key="vuln_krbtgt", severity="high").exists()
    assert Action.objects.filter(title__startswith="Retirer à G_SERVICE09").exists()


def test_the_report_of_an_audit_becomes_the_same_figures(cast: Cast) -> None:
    report = reports.sample()
    audit = a_deposit(cast.home, cast.alice, report)
    assert (audit.state, audit.form, audit.level) == (
        Audit.State.DONE,
        "report",
        report.level.value,
    )
    assert audit.measured_on == date(2026, 11, 13)
    assert (audit.exposed, audit.plan_bound, audit.is_plan_minimal) == (49, 6.0, True)
    assert read_page(audit.page.report).paths == len(report.exposure.paths)


def test_the_same_file_twice_is_the_same_audit(cast: Cast) -> None:
    report = encoded(a_report(a_control("a")))
    first = a_deposit(cast.home, cast.alice, report)
    again = actions.deposit(
        establishment=cast.home, files=[an_upload(report)], is_kept=True, by=cast.alice
    )
    assert (again.audit, again.is_known) == (first, True)
    assert Audit.objects.count() == Job.objects.filter(kind="analyse_audit").count() == 1


def test_the_same_report_in_another_file_is_the_same_audit(cast: Cast) -> None:
    report = a_report(a_control("a"))
    first = a_deposit(cast.home, cast.alice, report)
    second = a_deposit(cast.home, cast.alice, encoded(report) + b"\n")
    assert (second.state, second.same_as) == (Audit.State.SAME, first)
    assert Finding.objects.count() == 1


def test_the_same_file_on_two_establishments_is_stored_once_and_audited_twice(cast: Cast) -> None:
    report = a_report(a_control("a"))
    audits = [a_deposit(home, cast.alice, report) for home in (cast.home, cast.far)]
    assert audits[0] != audits[1]
    assert StoredFile.objects.count() == 1


def test_a_collection_that_is_not_kept_leaves_no_file(cast: Cast, tmp_path: Path) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")), is_kept=False)
    assert (audit.state, audit.is_kept, audit.transient) == (Audit.State.DONE, False, "")
    assert list((tmp_path / "transient").iterdir()) == []
    assert [s.file for s in audit.sources.all()] == [None]


def test_a_collection_that_is_not_kept_and_not_readable_leaves_no_file(
    cast: Cast, tmp_path: Path
) -> None:
    audit = a_deposit(cast.home, cast.alice, b'{"title": "tronqu', is_kept=False)
    assert audit.state == Audit.State.REFUSED
    assert list((tmp_path / "transient").iterdir()) == []


def test_kept_files_are_deleted_on_demand_and_the_report_stays(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    source = encoded(a_report(a_control("a"))) + b"\n"  # not the bytes of the report itself
    audit = a_deposit(cast.home, cast.alice, source)
    place = files.path_of(audit.sources.get().sha256)
    assert place.exists()
    with django_capture_on_commit_callbacks(execute=True):
        actions.forget_collection(audit=audit, by=cast.alice)
    assert not place.exists()
    assert files.path_of(audit.report_id or "").exists()
    with pytest.raises(Refused, match="pas de fichiers conservés"):
        actions.forget_collection(audit=audit, by=cast.alice)


def test_files_that_another_deposit_keeps_are_not_deleted_with_the_first(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    source = encoded(a_report(a_control("a"))) + b"\n"
    audits = [a_deposit(home, cast.alice, source) for home in (cast.home, cast.far)]
    with django_capture_on_commit_callbacks(execute=True):
        actions.forget_collection(audit=audits[0], by=cast.alice)
    assert files.path_of(audits[1].sources.get().sha256).exists()


def test_a_full_disk_leaves_nothing_of_a_deposit(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, *_: object) -> Iterator[bytes]:
        yield b"x"
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SimpleUploadedFile, "chunks", full)
    for is_kept in (True, False):
        file = an_upload(b"x" * 10, "collecte.zip")
        with pytest.raises(NoRoom, match="disque du serveur est plein"):
            actions.deposit(establishment=cast.home, files=[file], is_kept=is_kept, by=cast.alice)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    assert not Audit.objects.exists()


def test_a_deposit_of_two_hundred_megabytes_is_streamed(cast: Cast, tmp_path: Path) -> None:
    big = tmp_path / "collecte.zip"
    with big.open("wb") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    with big.open("rb") as stream:
        audit = actions.deposit(
            establishment=cast.home,
            files=[cast_to(keeping.Upload, File(stream, name=big.name))],
            is_kept=False,
            by=cast.alice,
        ).audit
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
    jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    assert audit.state == Audit.State.REFUSED
    assert not list((tmp_path / "transient").iterdir())


def test_a_job_that_was_killed_finds_the_files_again_and_deletes_them(
    cast: Cast, tmp_path: Path
) -> None:
    upload = an_upload(a_report(a_control("a")))
    audit = actions.deposit(
        establishment=cast.home, files=[upload], is_kept=False, by=cast.alice
    ).audit
    assert len(list((tmp_path / "transient").iterdir())) == 1
    Job.objects.filter(pk=audit.job_id).update(state=Job.State.RUNNING, attempts=1)
    jobs.give_back(Job.objects.get(pk=audit.job_id))
    jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    assert audit.state == Audit.State.DONE
    assert list((tmp_path / "transient").iterdir()) == []


def test_what_a_lost_job_left_is_swept(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DEPOSIT_SECONDS", -1)
    upload = an_upload(a_report(a_control("a")))
    audit = actions.deposit(
        establishment=cast.home, files=[upload], is_kept=False, by=cast.alice
    ).audit
    assert actions.sweep() == 0
    Job.objects.filter(pk=audit.job_id).update(
        state=Job.State.FAILED, error="Arrêt du serveur.", ended_at=timezone.now()
    )
    actions.sweep()
    audit.refresh_from_db()
    assert (audit.state, audit.refusal["found"]) == (Audit.State.REFUSED, "Arrêt du serveur.")
    assert list((tmp_path / "transient").iterdir()) == []


def test_an_unexpected_fault_is_tried_again_then_said(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("rempart.web.apps.audits.reading.analyse", lambda *_: 1 / 0)
    audit = given(cast, SAMPLE.read_bytes(), name="collecte.zip")
    for _ in range(actions.TRIES):
        Job.objects.filter(pk=audit.job_id).update(not_before_at=None)
        jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    assert audit.state == Audit.State.REFUSED
    assert "défaut" in audit.refusal["found"]


def test_refused_files_can_be_given_again(cast: Cast) -> None:
    broken = a_deposit(cast.home, cast.alice, b'{"title": "tronqu')
    assert broken.state == Audit.State.REFUSED
    again = a_deposit(cast.home, cast.alice, b'{"title": "tronqu')
    assert (again, Job.objects.filter(kind="analyse_audit").count()) == (broken, 2)


BOMB = BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("users.json", b'{"data": [' + b"0," * 1_000_000)
    archive.writestr("../../etc/cron.d/x", b"x")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("plan.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image SVG"),
        ("report.json", b'\n <svg onload="alert(1)"/>', "image SVG"),
        ("collecte.zip", b"<!DOCTYPE html><script>alert(1)</script>", "page HTML"),
        ("collecte.ldif", b"<?xml version='1.0'?><a/>", "fichier XML"),
        ("virus.exe", b"MZ\x90", "n’a pas le nom"),
        ("vide.zip", b"", "est vide"),
    ],
)
def test_what_cannot_be_a_collection_is_refused_at_once(
    cast: Cast, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        given(cast, content, name=name)
    assert not Audit.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("collecte.zip", BOMB.getvalue(), "nom dangereux"),
        ("collecte.zip", b"PK\x03\x04 tronquee", "tronquée"),
        ("image.zip", b"\x89PNG\r\n", "pas une collecte"),
        ("report.json", b'{"schema": "rempart/directory-report/9"}', "autre version"),
        ("report.json", b'{"title":' + b"[" * 100_000, "JSON|lisible"),
        ("autre.json", b'{"bonjour": 1}', "JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_sentence(
    cast: Cast, name: str, content: bytes, words: str
) -> None:
    audit = a_deposit(cast.home, cast.alice, an_upload(content, name))
    assert audit.state == Audit.State.REFUSED
    assert re.search(words, audit.refusal["found"])


def test_a_deposit_that_is_too_large_is_refused_with_what_to_do(
    cast: Cast, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(Refused, match="rempart audit directory"):
        given(cast, b"x" * 11)


def test_a_report_whose_level_was_changed_by_hand_is_refused(cast: Cast) -> None:
    honest = a_report(a_control("a", level=1))
    better = msgspec.structs.replace(honest.level, value=5)
    audit = a_deposit(cast.home, cast.alice, msgspec.structs.replace(honest, level=better))
    assert "annonce le niveau 5, mais ses points donnent 1" in audit.refusal["found"]


def test_a_report_of_tomorrow_is_refused(cast: Cast) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=tomorrow))
    assert "date à venir" in audit.refusal["found"]


def test_a_report_of_another_version_is_refused(cast: Cast) -> None:
    other = msgspec.structs.replace(a_report(a_control("a")), schema="rempart/directory-report/2")
    audit = a_deposit(cast.home, cast.alice, other)
    assert "autre version" in audit.refusal["found"]


def test_a_report_among_other_files_is_refused(cast: Cast) -> None:
    files = [an_upload(a_report(a_control("a"))), an_upload(SAMPLE.read_bytes(), "c.zip")]
    audit = a_deposit(cast.home, cast.alice, *files)
    assert "dont un rapport" in audit.refusal["found"]


def test_hostile_names_are_written_and_shown_as_names(cast: Cast) -> None:
    audit = a_deposit(cast.home, cast.alice, reports.hostile())
    assert audit.state == Audit.State.DONE
    assert not any("\x00" in domain for domain in audit.domains)


def test_a_figure_that_was_not_measured_is_not_a_zero(cast: Cast) -> None:
    blind = a_report(a_control("a"), exposure=Exposure(0, 0, {}, reason="Sans les droits."))
    audit = a_deposit(cast.home, cast.alice, blind)
    assert (audit.exposed, audit.plan_cost, audit.low_privileged) == (None, None, None)


def test_every_act_of_a_deposit_is_in_the_journal(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    acts = list(JournalEntry.objects.values_list("act", flat=True))
    told = ["deposit_audit", "record_findings", "propose_actions", "propose_measures"]
    assert acts == [*told, "record_audit"]


def test_the_last_measure_stands_for_the_establishment_not_the_last_deposit(cast: Cast) -> None:
    newer = a_deposit(cast.home, cast.alice, a_report(a_control("a", level=3), on=MAY))
    older = a_deposit(cast.home, cast.alice, a_report(a_control("a", level=1), on=MARCH))
    assert Audit.objects.get(is_latest=True) == newer
    assert not older.is_newest


def test_the_weakest_directory_stands_for_the_establishment(cast: Cast) -> None:
    weak = a_deposit(cast.home, cast.alice, a_report(a_control("a", level=1), on=MARCH))
    strong = a_deposit(
        cast.home, cast.alice, a_report(a_control("a", level=3), on=MAY, domain="S-1-5-21-9")
    )
    weak.refresh_from_db()
    assert (weak.is_latest, weak.is_newest) == (True, True)
    assert (strong.is_latest, strong.is_newest) == (False, True)


def test_the_difference_from_the_audit_before_says_mended_new_and_still_there(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a"), a_control("b"), on=MARCH))
    mended = (a_control("a", Outcome.PASSED), a_control("b"), a_control("c"))
    audit = a_deposit(cast.home, cast.alice, a_report(*mended, on=APRIL))
    found = read_compared(audit.page.comparison)
    assert found is not None
    assert found.comparison.controls_mended == ["a"]
    assert {(c.control, c.state) for c in found.changes} == {("a", "mended"), ("b", "still_there")}


def test_an_audit_put_between_two_changes_the_difference_of_the_next(cast: Cast) -> None:
    first = a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MARCH))
    last = a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=JUNE))
    assert last.page.compared_with == first
    between = a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MAY))
    last.page.refresh_from_db()
    assert (between.page.compared_with, last.page.compared_with) == (first, between)


def test_two_directories_are_not_compared_with_each_other(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MARCH))
    other = a_report(a_control("a"), on=APRIL, domain="S-1-5-21-9")
    assert a_deposit(cast.home, cast.alice, other).page.comparison is None


def test_an_older_audit_deposited_later_proposes_nothing(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a", Outcome.PASSED), on=MAY))
    a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MARCH))
    assert not Action.objects.exists()
    assert Finding.objects.get(key="a").mended_on == MAY


def test_an_accepted_risk_is_not_taken_for_mended(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MARCH))
    risk = msgspec.structs.replace(reports.sample().accepted[0], control="a")
    accepted = a_report(a_control("a", Outcome.PASSED), on=APRIL, accepted=[risk])
    a_deposit(cast.home, cast.alice, accepted)
    assert Finding.objects.get(key="a").mended_on is None
