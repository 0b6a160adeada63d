"""Sweeps of the server: never without a consent, stopped by one button, taken up where they were."""

import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import a_perimeter, an_exposure, an_exposure_audit
from factories.joining import joined, nmap_file
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import packed
from rempart.web.apps.exposure import pages, perimeters, sweeping, traces
from rempart.web.apps.exposure.models import Asset, ExposedFinding, ExposureAudit, Perimeter
from rempart.web.core import files, jobs
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job
from rempart.web.core.worker import Watcher
from support import fake_probes
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
HOME = "/etablissements/350000019/exposition/"
REAL_PROBES = sweeping.probes


@pytest.fixture(autouse=True)
def _probes(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA = tmp_path
    settings.SWEEP_PRIVATE = True
    monkeypatch.setattr(sweeping, "probes", lambda: fake_probes.quick)


def a_small_perimeter(cast: Cast, **fields: object) -> Perimeter:
    row = a_perimeter(cast.home, cast.alice, connections_per_second=50, **fields)
    perimeters.add_asset(establishment=cast.home, kind="address", value="127.0.9.1", by=cast.alice)
    return row


def run_job(audit: ExposureAudit) -> ExposureAudit:
    jobs.perform(audit.job_id or 0)
    audit.refresh_from_db()
    return audit


def test_a_sweep_becomes_an_audit(cast: Cast, browser_of: BrowserOf) -> None:
    a_small_perimeter(cast)
    answer = browser_of("alice").post(f"{HOME}balayer/")
    audit = run_job(ExposureAudit.objects.get())
    assert answer.headers["Location"] == f"/exposition/audits/{audit.pk}/"
    assert (audit.state, audit.form, audit.is_latest) == ("done", "sweep", True)
    assert (
        "Camille Martin"
        in browser_of("alice").get(f"/exposition/audits/{audit.pk}/").content.decode()
    )
    assert traces.known_journals() == set()


@pytest.mark.parametrize("fault", ["none", "ended", "withdrawn", "stopped"])
def test_nothing_is_swept_without_a_consent_that_stands(
    cast: Cast, browser_of: BrowserOf, fault: str
) -> None:
    if fault != "none":
        a_small_perimeter(cast)
    if fault == "ended":
        past = timezone.localdate() - timedelta(days=2)
        Perimeter.objects.update(consent_on=past, consent_until=past)
    if fault == "withdrawn":
        perimeters.withdraw_consent(establishment=cast.home, by=cast.alice)
    if fault == "stopped":
        perimeters.stop(establishment=cast.home, by=cast.alice)
    assert browser_of("alice").post(f"{HOME}balayer/").status_code == 409
    assert not ExposureAudit.objects.exists()


def test_a_consent_that_ends_before_the_job_begins_stops_it(cast: Cast) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    past = timezone.localdate() - timedelta(days=2)
    Perimeter.objects.update(consent_on=past, consent_until=past)
    assert run_job(audit).state == "refused"
    assert "Personne ne consent" in audit.refusal["found"]


def test_two_sweeps_are_not_made_at_once(cast: Cast) -> None:
    a_small_perimeter(cast)
    sweeping.launch(establishment=cast.home, by=cast.alice)
    with pytest.raises(Refused, match="déjà en cours"):
        sweeping.launch(establishment=cast.home, by=cast.alice)


def test_the_button_stops_what_waits_and_what_would_begin(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    browser_of("alice").post(f"{HOME}perimetre/arreter/")
    audit.refresh_from_db()
    assert (audit.state, Job.objects.get(pk=audit.job_id).state) == ("refused", "cancelled")
    with pytest.raises(Refused, match="arrêtés"):
        sweeping.launch(establishment=cast.home, by=cast.alice)
    browser_of("alice").post(f"{HOME}perimetre/reprendre/")
    assert sweeping.launch(establishment=cast.home, by=cast.alice).state == "waiting"


def test_the_button_puts_the_file_that_the_engine_sees(cast: Cast) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    Job.objects.filter(pk=audit.job_id).update(state="running", started_at=timezone.now())
    perimeters.stop(establishment=cast.home, by=cast.alice)
    assert traces.stop_file_of(cast.home.pk).exists()
    assert Job.objects.get(pk=audit.job_id).is_cancel_asked


def test_a_stop_is_seen_by_a_job_that_begins_at_the_same_time(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    a_small_perimeter(cast)
    with django_capture_on_commit_callbacks(execute=True):
        perimeters.stop(establishment=cast.home, by=cast.alice)
        traces.may_go(cast.home.pk)
        assert not traces.stop_file_of(cast.home.pk).exists()
    assert traces.stop_file_of(cast.home.pk).exists()


def test_a_stopped_sweep_records_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)

    def stopped(*_: object, **__: object) -> None:
        raise jobs.Cancelled

    monkeypatch.setattr(sweeping, "swept", stopped)
    assert run_job(audit).state == "refused"
    assert "annulé" in audit.refusal["found"]


def test_a_sweep_that_a_dead_worker_left_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    monkeypatch.setattr(sweeping.judging, "judge", lambda *_: 1 / 0)
    run_job(audit)
    assert (audit.state, traces.known_journals()) == ("waiting", {audit.pk})
    monkeypatch.undo()
    asked: list[str] = []
    monkeypatch.setattr(fake_probes.FakeProbes, "service", lambda *_: asked.append("again"))
    monkeypatch.setattr(sweeping, "probes", lambda: fake_probes.quick)
    assert (run_job(audit).state, asked) == ("done", [])


class Busy(Watcher):
    """A worker that others wait for, always."""

    def others_wait(self) -> bool:
        return True


def a_turn(audit: ExposureAudit) -> Job:
    token = jobs.WATCH.set(Busy("busy"))
    try:
        return jobs.perform(audit.job_id or 0)
    finally:
        jobs.WATCH.reset(token)


def a_long_sweep(cast: Cast, settings: Settings) -> ExposureAudit:
    settings.JOB_TURN_SECONDS = 0
    a_small_perimeter(cast, connections_at_once=2)
    perimeters.add_asset(establishment=cast.home, kind="range", value="127.0.9.0/29", by=cast.alice)
    return sweeping.launch(establishment=cast.home, by=cast.alice)


def test_a_long_sweep_lets_other_jobs_pass_and_keeps_what_it_saw(
    cast: Cast, browser_of: BrowserOf, settings: Settings
) -> None:
    audit, turns = a_long_sweep(cast, settings), 0
    while (job := a_turn(audit)).state == "waiting":
        turns += 1
        assert (job.attempts, job.not_before_at, traces.known_journals()) == (0, None, {audit.pk})
        if turns == 1:
            page = browser_of("alice").get(f"/exposition/audits/{audit.pk}/").content.decode()
            assert "d’autres travaux passent" in page
    audit.refresh_from_db()
    assert (job.error, audit.state, traces.known_journals()) == ("", "done", set())
    assert turns >= 2


@pytest.mark.parametrize("way", ["annuler", "arreter"])
def test_a_sweep_between_two_turns_is_stopped_at_once(
    cast: Cast, browser_of: BrowserOf, settings: Settings, way: str
) -> None:
    audit = a_long_sweep(cast, settings)
    assert a_turn(audit).state == "waiting"
    url = {"annuler": f"/exposition/audits/{audit.pk}/annuler/"}.get(
        way, f"{HOME}perimetre/arreter/"
    )
    assert browser_of("alice").post(url).status_code == 302
    audit.refresh_from_db()
    job = Job.objects.get(pk=audit.job_id)
    assert (audit.state, job.state, traces.known_journals()) == ("refused", "cancelled", set())


def test_a_stop_asked_as_a_turn_ends_is_heard(cast: Cast, settings: Settings) -> None:
    audit = a_long_sweep(cast, settings)
    a_turn(audit)
    Job.objects.filter(pk=audit.job_id).update(is_cancel_asked=True)
    assert a_turn(audit).state == "cancelled"
    audit.refresh_from_db()
    assert (audit.state, traces.known_journals()) == ("refused", set())


def test_a_sweep_that_meets_hours_without_probes_goes_on_after_them(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    now = timezone.localtime()
    day = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")[now.weekday()]
    Perimeter.objects.update(blackouts=f"{day} 00:00-24:00")
    job = jobs.perform(audit.job_id or 0)
    assert (job.state, job.attempts) == ("waiting", 0)
    assert job.not_before_at is not None
    assert timezone.localtime(job.not_before_at).date() == now.date() + timedelta(days=1)
    Job.objects.filter(pk=job.pk).update(stage="Ports", done_units=4, total_units=9)
    page = browser_of("alice").get(f"/exposition/audits/{audit.pk}/").content.decode()
    assert "Balayage en attente" in page and "En pause jusqu’au" in page and "4 sur 9" in page
    assert "d’autres travaux" not in page
    Perimeter.objects.update(blackouts="")
    assert run_job(audit).state == "done"


def test_a_sweep_that_never_ends_says_what_it_had_no_time_for(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    Job.objects.filter(pk=audit.job_id).update(result={"worked_seconds": 6 * 3600})
    audit = run_job(audit)
    page = pages.read_page(bytes(audit.page or b""))
    assert (audit.state, audit.findings_count) == ("done", 0)
    assert page.report.notes[0].startswith("Balayage incomplet")
    assert "La durée permise pour le balayage est écoulée." in page.report.notes
    for path in (HOME, f"/exposition/audits/{audit.pk}/"):
        shown = browser_of("alice").get(path).content.decode()
        assert shown.index("Balayage incomplet") < shown.index("En quatre chiffres")


def test_a_sweep_whose_job_was_cancelled_apart_holds_back_nothing(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_small_perimeter(cast)
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    assert browser_of("alice").post(f"/travaux/{audit.job_id}/annuler").status_code == 302
    assert "est en cours" not in browser_of("alice").get(HOME).content.decode()
    again = sweeping.launch(establishment=cast.home, by=cast.alice)
    audit.refresh_from_db()
    assert (audit.state, again.state) == ("refused", "waiting")
    assert "Annulé avant de commencer" in audit.refusal["found"]


def test_hours_without_probe_put_the_sweep_off(cast: Cast) -> None:
    now = timezone.localtime()
    day = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")[now.weekday()]
    a_small_perimeter(cast, blackouts=f"{day} 00:00-24:00")
    audit = sweeping.launch(establishment=cast.home, by=cast.alice)
    later = Job.objects.get(pk=audit.job_id).not_before_at
    assert later is not None
    assert timezone.localtime(later).date() == now.date() + timedelta(days=1)


def test_the_night_sweeps_those_whose_turn_it_is(cast: Cast) -> None:
    a_small_perimeter(cast, rhythm="weekly")
    a_perimeter(cast.far, cast.charlie)
    assert sweeping.due(timezone.now()) == [cast.home]
    an_exposure_audit(cast.home, cast.alice, an_exposure(at=timezone.now() - timedelta(days=3)))
    assert sweeping.due(timezone.now()) == []
    assert sweeping.due(timezone.now() + timedelta(days=4)) == [cast.home]


def test_the_night_launches_without_anybody(cast: Cast) -> None:
    a_small_perimeter(cast, rhythm="daily")
    jobs.perform(jobs.enqueue(sweeping.plan_sweeps).pk)
    audit = ExposureAudit.objects.get()
    assert (audit.asked_by, run_job(audit).state) == (None, "done")


def test_what_a_sweep_sees_beside_the_perimeter_is_proposed(cast: Cast) -> None:
    a_small_perimeter(cast)
    audit = run_job(sweeping.launch(establishment=cast.home, by=cast.alice))
    proposed = Asset.objects.proposed().values_list("value", flat=True)
    assert audit.state == "done"
    assert "198.41.0.4" not in proposed
    assert not Asset.objects.accepted().filter(value__in=proposed).exists()


def test_a_snapshot_made_elsewhere_is_judged_here(cast: Cast) -> None:
    seen = [ZoneSeen(reach=Reach.SILENT, reason="Pas de réponse.", domain="chu.example")]
    at = timezone.now().timestamp() - 60
    snapshot = Snapshot(
        perimeter="CH", started_at=at - 60, ended_at=at, tool_version="1", seen=seen, pieces=1
    )
    audit = an_exposure_audit(cast.home, cast.alice, packed(snapshot))
    assert (audit.state, audit.form, audit.findings_count) == ("done", "snapshot", 0)
    assert audit.gaps_count


def test_a_cut_snapshot_is_refused_with_advice(cast: Cast) -> None:
    snapshot = Snapshot(perimeter="CH", started_at=0, ended_at=1, tool_version="1", seen=[])
    audit = an_exposure_audit(cast.home, cast.alice, packed(snapshot)[:-9])
    assert audit.state == "refused"
    assert audit.refusal["todo"]


class Quiet(SimpleHTTPRequestHandler):
    """A site with a banner, that logs nothing."""

    server_version = "nginx/1.18.0"
    sys_version = ""

    def log_message(self, *_: object) -> None:
        return None


@pytest.mark.allow_hosts(["127.0.9.77"])
def test_real_probes_look_at_a_real_server(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "probes", REAL_PROBES)
    perimeter = {"touch": ["http", "services"], "connections_per_second": 50}
    a_perimeter(cast.home, cast.alice, **perimeter)  # type: ignore[arg-type]
    perimeters.remove_asset(asset=Asset.objects.get(), by=cast.alice)
    perimeters.add_asset(establishment=cast.home, kind="address", value="127.0.9.77", by=cast.alice)
    with ThreadingHTTPServer(("127.0.9.77", 8080), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        audit = run_job(sweeping.launch(establishment=cast.home, by=cast.alice))
        server.shutdown()
    assert (audit.state, audit.refusal) == ("done", {})
    targets = audit.exposed_services.values_list("target", flat=True)
    assert "127.0.9.77:8080" in targets
    assert ExposedFinding.objects.filter(check_id="http_no_https").exists()


def test_what_the_last_sweep_saw_is_kept_until_the_next(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    a_small_perimeter(cast)
    with django_capture_on_commit_callbacks(execute=True):
        first = run_job(sweeping.launch(establishment=cast.home, by=cast.alice))
        kept = files.path_of(first.source_id or "")
        assert kept.exists()
        audit = joined(cast.home, cast.alice, nmap_file(("127.0.9.1", 5900, "vnc")))
        assert (audit.state, audit.joined_to, audit.refusal) == ("done", first, {})
        second = run_job(sweeping.launch(establishment=cast.home, by=cast.alice))
    first.refresh_from_db()
    assert (first.source, kept.exists()) == (None, False)
    assert files.path_of(second.source_id or "").exists()
    assert first.report is not None
