"""Looking again at one finding, in seconds: mended with its proof, still there, or not measured."""

from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from msgspec.structs import replace

from rempart import __version__
from rempart.engines.exposure.report import ExposureReport, Finding
from rempart.engines.exposure.snapshot import Snapshot
from rempart.render.french import day
from rempart.render.text import name
from rempart.web.apps.accounts.models import User
from rempart.web.apps.exposure import judging, pages, reading, recording, sweeping, traces
from rempart.web.apps.exposure.models import ExposedFinding, ExposureAudit, Perimeter
from rempart.web.apps.remediation import actions as remediation
from rempart.web.apps.remediation.recording import Observation
from rempart.web.apps.remediation.rules import Look
from rempart.web.core import jobs, journal
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job

MOST_SECONDS: Final = 300.0
LOOKS: Final = {"mended": Look.ABSENT, "still": Look.SEEN, "unmeasured": Look.NOT_MEASURED}


@transaction.atomic
def ask(*, line: ExposedFinding, by: User) -> Job:
    """Queue a new look at a finding. Raises Refused without a consent that stands, or when one is under way."""
    row = ExposedFinding.objects.select_for_update(of=("self",), no_key=True).get(pk=line.pk)
    sweeping.may_sweep_now(line.audit.establishment)
    if row.retest is not None and not row.retest.is_finished:
        raise Refused("Ce constat est déjà en train d’être revérifié.")
    finess = line.audit.establishment_id
    row.retest = jobs.enqueue(retest, by=by, establishment=finess, line_id=line.pk, by_id=by.pk)
    row.save(update_fields=["retest"])
    return row.retest


@jobs.job("retest_exposure", title="Revérifier un constat d’exposition", is_heavy=True)
def retest(run: Run, *, line_id: int, by_id: int) -> None:
    """Do again the few pieces of work that saw the finding, and write what they see now."""
    rows = ExposedFinding.objects.select_related("audit__establishment")
    line = rows.filter(pk=line_id).first()
    if line is None:
        raise Refused("Un balayage plus récent a remplacé ce constat.")
    finess = line.audit.establishment_id
    traces.may_go(finess)
    row = sweeping.may_sweep(line.audit.establishment)
    report = recording.report_of(line.audit)
    finding = report.findings[line.position]
    run.stage("Nouveau passage sur cette cible")
    snapshot = _seen_again(row, finding, line)
    # The checks and their content are heavy: the process of the pages must not carry them.
    from rempart.content.exposure_catalogue import exposure_catalogue  # noqa: PLC0415
    from rempart.engines.exposure.retest import retested  # noqa: PLC0415

    found = retested(
        finding,
        snapshot,
        catalogue=exposure_catalogue(),
        today=timezone.localdate(),
        tool_version=__version__,
        holes=judging.known_holes(run),
    )
    _write(line, finding, found, User.objects.filter(pk=by_id).first(), run.job.pk)
    _score_again(line.audit, report)
    run.leads_to(reverse("exposure_finding", args=[line.pk]), "Voir le constat")


def _seen_again(row: Perimeter, finding: Finding, line: ExposedFinding) -> Snapshot:
    """What the target shows now, asked where its name leads today: the addresses of a report may be old, or made up."""
    from rempart.engines.exposure.retest import pieces_to_redo  # noqa: PLC0415
    from rempart.engines.exposure.scope import demand_consent  # noqa: PLC0415
    from rempart.engines.exposure.sweep import look_again  # noqa: PLC0415

    settings = sweeping.settings_of(row, MOST_SECONDS)
    scope = demand_consent(settings.perimeter, timezone.localdate())
    pieces = pieces_to_redo(finding, recording.report_of(line.audit))
    return look_again(settings, scope, pieces, consent=sweeping.consent_words(row))


@transaction.atomic
def _score_again(audit: ExposureAudit, report: ExposureReport) -> None:
    """Keep beside the score of the sweep, which stays, what it would be without what was mended since."""
    from rempart.content.exposure_catalogue import exposure_catalogue  # noqa: PLC0415
    from rempart.engines.exposure.score import score  # noqa: PLC0415

    row = ExposureAudit.objects.select_for_update(of=("self",), no_key=True).get(pk=audit.pk)
    mended = row.exposed_findings.filter(retest_outcome="mended")
    gone = set(mended.values_list("position", flat=True))
    since = None
    if gone:
        left = [found for k, found in enumerate(report.findings) if k not in gone]
        catalogue = exposure_catalogue()
        is_same = report.catalogue_sha256 == catalogue.sha256
        since = pages.Since(
            len(gone),
            reading.critical_open(replace(report, findings=left)),
            score(left, report.gaps, catalogue) if is_same else None,
        )
    row.page = pages.page_with(bytes(row.page or b""), since)
    row.save(update_fields=["page"])


@transaction.atomic
@journal.gathered()
def _write(
    line: ExposedFinding, finding: Finding, found: Any, by: User | None, job_id: int
) -> None:
    today = timezone.localdate()
    line.retested_at, line.retest_outcome = timezone.now(), found.outcome
    seen = f" Vu : {found.evidence}" if found.evidence else ""
    line.retest_words = name(f"{found.detail}{seen}", 250)[:300]
    line.save(update_fields=["retested_at", "retest_outcome", "retest_words"])
    look = LOOKS[str(found.outcome)]
    again = reading.seen(finding) if look is Look.SEEN else Observation(line.key, look)
    remediation.record_findings(
        establishment=line.audit.establishment,
        source_kind=reading.KIND,
        source_id=f"retest-{job_id}",
        source_label=f"Contre-vérification du {day(str(today))}",
        measured_on=today,
        findings=[again],
        by=by,
        subject=reading.SUBJECT,
    )
    recording.told(
        line.audit, "retest_exposure", by,
        target=line.target, outcome=str(found.outcome), sha256=found.snapshot_sha256, on=found.seen_at,
    )  # fmt: skip
