"""Sweeps of this server: asked for by a person or by the clock, done by a job, stopped by a switch.

A sweep that a dead worker left begins again where it was: what it had seen is in its journal, under the data folder.
So does a long one, which works by turns and lets other jobs pass in between, and one that meets hours without probes.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from time import time as seconds
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart import __version__
from rempart.engines.exposure.hours import is_open, local_words, next_open
from rempart.engines.exposure.snapshot import Snapshot
from rempart.kernel.errors import RempartError, UnreadableSource
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import declared, discovering, judging, keeping, recording
from rempart.web.apps.exposure.ending import TRIES, Ending, bury, waiting
from rempart.web.apps.exposure.models import ExposureAudit, Perimeter
from rempart.web.apps.exposure.traces import (
    forget,
    journal_of,
    known_journals,
    may_go,
    stop_file_of,
)
from rempart.web.core import jobs, schedule
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run

WEEK: Final = timedelta(days=7)
MARGIN: Final = timedelta(hours=12)


def launch(*, establishment: Establishment, by: User | None) -> ExposureAudit:
    """Queue a sweep, for when the hours allow it. Raises Refused without a consent that stands, or when one is under way."""
    with transaction.atomic():
        Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)
        row = may_sweep(establishment)
        bury(establishment.pk)
        mine = ExposureAudit.objects.filter(establishment=establishment)
        if mine.filter(state=ExposureAudit.State.WAITING, form=ExposureAudit.Form.SWEEP).exists():
            raise Refused("Un balayage est déjà en cours.", todo="Attendez sa fin, ou arrêtez-le.")
        opens_at = next_open(declared.hours_of(row), seconds())
        if opens_at is None:
            raise Refused("Les heures sans sonde ne laissent aucun moment pour balayer.")
        audit = ExposureAudit.objects.create(
            establishment=establishment,
            form=ExposureAudit.Form.SWEEP,
            source_name="Balayage",
            asked_by=by,
        )
        delay = timedelta(seconds=max(opens_at - seconds(), 0.0))
        audit.job = jobs.enqueue(
            sweep, by=by, establishment=establishment.pk, delay=delay or None, audit_id=audit.pk
        )
        audit.save(update_fields=["job"])
        recording.told(audit, "ask_sweep", by)
    return audit


def may_sweep(establishment: Establishment) -> Perimeter:
    """The perimeter that may be swept now. Raises Refused: no flag and no role passes this."""
    row = Perimeter.objects.filter(pk=establishment.pk).select_related("establishment").first()
    if row is None or not row.is_consented(timezone.localdate()):
        raise Refused(
            "Personne ne consent aujourd’hui à ce que cet établissement soit sondé.",
            todo="Dites qui consent, dans quelle fonction et jusqu’à quand, sur la page du périmètre.",
        )
    if row.stopped_at is not None:
        raise Refused(
            "Les balayages de cet établissement sont arrêtés.",
            todo="Une personne doit les laisser reprendre, sur la page du périmètre.",
        )
    return row


def may_sweep_now(establishment: Establishment) -> Perimeter:
    """The perimeter that may be touched at this very moment. Raises Refused, with the next hour when it is too early."""
    row = may_sweep(establishment)
    hours, now = declared.hours_of(row), seconds()
    if not is_open(hours, now):
        again = next_open(hours, now)
        raise Refused(
            "Rien n’est sondé à cette heure : l’établissement l’a réglé ainsi.",
            todo=f"Recommencez à partir du {local_words(hours, again)}." if again else "",
        )
    return row


@jobs.job("sweep_exposure", title="Balayer ce qui est exposé", tries=TRIES, is_heavy=True)
def sweep(run: Run, *, audit_id: int) -> None:
    """Sweep the perimeter as it is declared now, judge what was seen, and write it."""
    audit = waiting(audit_id)
    if audit is None:
        return
    with Ending(audit, run):
        try:
            if run.job.is_cancel_asked:
                raise jobs.Cancelled  # asked as its last turn ended
            may_go(audit.establishment_id)
            snapshot = swept(may_sweep(audit.establishment), audit.pk, run)
        except (jobs.Cancelled, RempartError):
            forget(audit.pk)
            raise  # of any other fault the journal stays: the sweep goes on where it was
        report = judging.judge(snapshot, "", run)
        run.stage("Enregistrement des constats")
        audit.source = keeping.keep(snapshot)
        done = recording.record(audit, report, ExposureAudit.Form.SWEEP, timezone.localdate())
        keeping.drop_older(done.establishment_id)
        forget(audit.pk)
        discovering.from_snapshot(done.establishment, snapshot)
        run.leads_to(reverse("exposure_of", args=[done.establishment_id]), "Voir l’exposition")


def swept(row: Perimeter, audit_id: int, run: Run) -> Snapshot:
    """What a sweep of this perimeter sees. Raises NoConsent, since the engine asks for the consent again, and GaveWay
    when it goes on later."""
    # The engine and its probes are heavy: the process of the pages must not carry them.
    from rempart.engines.exposure.scope import demand_consent  # noqa: PLC0415
    from rempart.engines.exposure.sweep import InProcess, Paused, run_sweep  # noqa: PLC0415

    worked = float(run.job.result.get("worked_seconds", 0))
    settings = settings_of(row, declared.LONGEST_SECONDS - worked)
    hours, clock = settings.perimeter.hours, settings.clock

    def gives_way(done: int) -> bool:
        return (done > 0 and run.should_give_way()) or not is_open(hours, clock())

    scope = demand_consent(settings.perimeter, timezone.localdate())
    go = partial(
        run_sweep, settings, scope, journal=journal_of(audit_id), executor=InProcess(gives_way), observer=run,
        consent=consent_words(row),
    )  # fmt: skip
    try:
        return _gone_on(go, run) if journal_of(audit_id).exists() else go()
    except Paused:
        if stop_file_of(row.pk).exists():
            raise jobs.Cancelled from None
        run.job.result |= {"worked_seconds": round(worked + run.lasts)}
        now = clock()
        raise jobs.GaveWay(timedelta(seconds=(next_open(hours, now) or now) - now)) from None


def _gone_on(go: Callable[..., Snapshot], run: Run) -> Snapshot:
    try:
        return go(resume=True)
    except UnreadableSource:
        run.note("Le périmètre a changé pendant l’interruption : le balayage recommence.")
    return go()


def consent_words(row: Perimeter) -> str:
    """Who consents, as a report says it."""
    return f"{row.consent_by}, {row.consent_function}, jusqu’au {row.consent_until:%d/%m/%Y}"


def settings_of(row: Perimeter, most_seconds: float = declared.LONGEST_SECONDS) -> Any:
    """What the engine needs to probe a perimeter now, for so long at most."""
    from rempart.engines.exposure.sweep import Settings  # noqa: PLC0415

    now = seconds()
    return Settings(
        perimeter=declared.declared(row),
        make_probes=probes(),
        clock=seconds,
        tool_version=__version__,
        started_at=now,
        stop_file=stop_file_of(row.pk),
        ends_at=now + max(most_seconds, 0.0),
    )


def probes() -> Callable[[Any], Any]:
    """What makes the probes of a sweep."""
    # The probes are heavy: the process of the pages must not carry them.
    from rempart.engines.exposure.probes import real_probes  # noqa: PLC0415

    return real_probes


@schedule.daily("plan_sweeps", at=time(0, 40))
@jobs.job("plan_sweeps", title="Prévoir les balayages de la nuit")
def plan_sweeps(run: Run) -> None:
    """One sweep for each perimeter whose turn it is; one that may not be swept tonight does not stop the others."""
    sweep_traces()
    for establishment in due(timezone.now()):
        try:
            launch(establishment=establishment, by=None)
        except RempartError as fault:
            run.note(f"{establishment} : {fault.found}")


def sweep_traces() -> None:
    """Delete the journals of sweeps that no job will take up again, once these have ended too."""
    bury()
    alive = ExposureAudit.objects.filter(state=ExposureAudit.State.WAITING)
    for audit_id in known_journals() - set(alive.values_list("pk", flat=True)):
        forget(audit_id)


def due(now: datetime) -> list[Establishment]:
    """The establishments whose perimeter is to be swept tonight by itself."""
    today = timezone.localtime(now).date()
    rows = Perimeter.objects.consented(today).exclude(rhythm=Perimeter.Rhythm.NONE)
    last = dict(
        ExposureAudit.objects.done()
        .filter(is_latest=True, establishment__in=rows.values("pk"))
        .values_list("establishment_id", "swept_at")
    )
    found = []
    for row in rows.select_related("establishment").order_by("pk"):
        pause = WEEK if row.rhythm == Perimeter.Rhythm.WEEKLY else timedelta(days=1)
        before = last.get(row.pk) or datetime.min.replace(tzinfo=UTC)
        if now - before >= pause - MARGIN:
            found.append(row.establishment)
    return found
