"""Files of other tools joined to the last sweep: one judgement, who saw what, and nothing counted from outside."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import a_perimeter, an_exposed, an_exposure, an_exposure_audit
from factories.joining import (
    AGREED,
    ALONE,
    DISPUTED,
    OUTSIDE,
    WWW,
    a_snapshot,
    a_swept_home,
    an_nmap_file,
    joined,
    nmap_file,
)
from rempart.cli.exposure import audit_exposure
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.snapshot_file import write_snapshot
from rempart.web.apps.exposure import actions, declared, pages, recording, retesting, sweeping
from rempart.web.apps.exposure.models import Asset, ExposedFinding, ExposureAudit, Perimeter
from rempart.web.apps.remediation.models import Finding as PlanFinding
from rempart.web.core import jobs
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job, JournalEntry
from support import fake_probes
from web.conftest import Cast

TESTSSL = b'[{"id": "SSLv3", "ip": "www.chu.example/203.0.113.10", "port": "443", "severity": "OK", "finding": "not offered"}]'
STATES = ("done", "waiting")


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_a_file_becomes_an_audit_of_the_same_sweep(cast: Cast) -> None:
    base = a_swept_home(cast.home, cast.alice)
    audit = joined(cast.home, cast.alice)
    base.refresh_from_db()
    assert (audit.state, audit.form, audit.refusal) == ("done", "import", {})
    assert (audit.joined_to, audit.is_latest, base.is_latest) == (base, True, False)
    assert (audit.swept_at, audit.compared_with) == (base.swept_at, base)
    assert JournalEntry.objects.filter(act="deposit_exposure_audit").last().details["sha256"]


def test_each_finding_says_who_saw_it_and_a_disagreement_is_not_one(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    audit = joined(cast.home, cast.alice)
    seen = dict(audit.exposed_findings.values_list("check_id", "sources"))
    assert (seen[AGREED], seen[ALONE]) == ("rempart,nmap", "nmap")
    assert DISPUTED not in seen
    assert ExposedFinding.objects.get(check_id=ALONE).confidence == "possible"
    told = pages.read_page(bytes(audit.page or b"")).joined
    assert told is not None
    assert (told.agreed, told.alone, told.disputed) == (1, 1, 1)
    assert (told.voices[0].target, told.voices[0].tool) == ("www.chu.example:443", "nmap")
    assert told.told == ["« scan.xml » (nmap) : 5 résultats lus, dont 1 pour information."]


def test_what_is_outside_is_proposed_and_never_counted(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    audit = joined(cast.home, cast.alice)
    without = recording.report_of(joined(cast.home, cast.alice, nmap_file((WWW, 5900, "vnc"))))
    report = recording.report_of(audit)
    assert [one.host for one in report.outside] == [OUTSIDE]
    assert not any(OUTSIDE in found.target for found in report.findings)
    assert report.score.value == without.score.value
    assert Asset.objects.proposed().filter(value=OUTSIDE).exists()


def test_the_command_line_says_the_same_of_the_same_files(cast: Cast, tmp_path: Path) -> None:
    a_perimeter(cast.home, cast.alice)
    snapshot = a_snapshot()
    write_snapshot(snapshot, tmp_path / "s.rempart-exposure")
    file = SimpleUploadedFile("s.rempart-exposure", (tmp_path / "s.rempart-exposure").read_bytes())
    made = actions.deposit(establishment=cast.home, file=file, by=cast.alice).audit
    jobs.perform(made.job_id or 0)
    ours = recording.report_of(joined(cast.home, cast.alice))
    row = Perimeter.objects.select_related("establishment").get()
    text = declared.file_of(row).replace(f"name: {row.establishment}", "name: CH")
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "scan.xml").write_bytes(an_nmap_file())
    command = [str(tmp_path / "p.yaml"), "--output", str(tmp_path / "out")]
    command += ["--snapshot", str(tmp_path / "s.rempart-exposure"), "--format", "json"]
    command += ["--import", str(tmp_path / "scan.xml"), "--today", ours.audited_on, "--quiet"]
    ended = CliRunner().invoke(audit_exposure, command)
    assert ended.exit_code == 0, ended.output
    written = (tmp_path / "out" / "report.json").read_bytes()
    assert msgspec.json.decode(written, type=ExposureReport) == ours


def test_a_second_file_speaks_beside_the_first(cast: Cast) -> None:
    base = a_swept_home(cast.home, cast.alice)
    joined(cast.home, cast.alice)
    second = joined(cast.home, cast.alice, TESTSSL, "testssl.json")
    assert (second.state, second.joined_to, second.is_latest) == ("done", base, True)
    seen = dict(second.exposed_findings.values_list("check_id", "sources"))
    assert seen[ALONE] == "nmap"
    told = pages.read_page(bytes(second.page or b"")).joined
    assert told is not None
    assert [line.split(" : ")[0] for line in told.told] == [
        "« scan.xml » (nmap)",
        "« testssl.json » (testssl)",
    ]


def test_the_same_file_is_joined_once_to_a_sweep_and_again_to_the_next(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    first = joined(cast.home, cast.alice)
    assert joined(cast.home, cast.alice).pk == first.pk
    newer = a_swept_home(cast.home, cast.alice, days_ago=1)
    again = joined(cast.home, cast.alice)
    assert (again.pk != first.pk, again.joined_to) == (True, newer)


def test_what_rests_on_an_audit_is_withdrawn_before_it(cast: Cast) -> None:
    base = a_swept_home(cast.home, cast.alice)
    first = joined(cast.home, cast.alice)
    second = joined(cast.home, cast.alice, TESTSSL, "testssl.json")
    for held in (base, first):
        with pytest.raises(Refused, match="joints à cet audit depuis"):
            recording.withdraw(audit=held, by=cast.alice, reason="Erreur")
    for audit in (second, first):
        recording.withdraw(audit=audit, by=cast.alice, reason="Erreur")
    base.refresh_from_db()
    assert base.is_latest
    assert not ExposedFinding.objects.filter(check_id=ALONE).exists()


def test_the_plan_follows_what_another_tool_alone_saw(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    joined(cast.home, cast.alice)
    found = PlanFinding.objects.open().get(key__startswith=f"{ALONE}@")
    assert (found.establishment, found.source_kind) == (cast.home, "exposure")
    again = a_swept_home(cast.home, cast.alice, days_ago=1)
    assert again.is_latest
    assert PlanFinding.objects.open().filter(pk=found.pk).exists()  # nobody measured it since


def test_files_are_joined_one_after_the_other(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    waiting = [
        actions.deposit(
            establishment=cast.home,
            file=SimpleUploadedFile(name, content),
            by=cast.alice,
            form=ExposureAudit.Form.IMPORT,
        ).audit
        for name, content in (("a.xml", an_nmap_file()), ("b.json", TESTSSL))
    ]
    put_back = jobs.perform(waiting[1].job_id or 0)
    assert (put_back.state, put_back.attempts) == ("waiting", 0)
    jobs.perform(waiting[0].job_id or 0)
    Job.objects.filter(pk=put_back.pk).update(not_before_at=None)
    jobs.perform(put_back.pk)
    waiting[1].refresh_from_db()
    assert waiting[1].exposed_findings.filter(sources="nmap").exists()


def test_a_file_of_another_tool_among_the_reports_is_joined_all_the_same(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    audit = an_exposure_audit(cast.home, cast.alice, an_nmap_file())
    assert (audit.state, audit.form) == ("done", "import")


def test_a_report_among_the_files_of_other_tools_is_read_all_the_same(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    report = an_exposure(an_exposed(), at=timezone.now() - timedelta(hours=1))
    audit = joined(cast.home, cast.alice, msgspec.json.encode(report), "report.json")
    assert (audit.state, audit.form, audit.joined_to) == ("done", "report", None)
    with pytest.raises(Refused, match="n’a ici que son rapport"):
        joined(cast.home, cast.alice)


def test_nothing_is_joined_without_a_sweep_or_a_perimeter(cast: Cast) -> None:
    with pytest.raises(Refused, match="ne déclare encore rien"):
        joined(cast.home, cast.alice)
    a_perimeter(cast.home, cast.alice)
    with pytest.raises(Refused, match="pas encore de balayage"):
        joined(cast.home, cast.alice)
    assert not ExposureAudit.objects.filter(state__in=STATES).exists()


def test_a_consent_that_has_ended_does_not_forbid_to_read_a_file(cast: Cast) -> None:
    a_swept_home(cast.home, cast.alice)
    past = timezone.localdate() - timedelta(days=1)
    Perimeter.objects.update(consent_on=past, consent_until=past)
    assert joined(cast.home, cast.alice).state == "done"


def test_what_another_tool_alone_saw_is_verified_like_any_finding(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SWEEP_PRIVATE = True
    monkeypatch.setattr(sweeping, "probes", lambda: fake_probes.quick)
    a_swept_home(cast.home, cast.alice)
    line = joined(cast.home, cast.alice).exposed_findings.get(check_id=ALONE)
    job = jobs.perform(retesting.ask(line=line, by=cast.alice).pk)
    line.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert line.retest_outcome in ("mended", "unmeasured")
