"""A report written down: figures, page, lines, findings and proposals, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rempart.content.exposure_rules import held_rules
from rempart.engines.exposure.held import reaches_level
from rempart.engines.exposure.report import ExposureReport, has_measured, is_partial
from rempart.render.french import day
from rempart.render.outputs import encoded_parts
from rempart.render.text import name, visible
from rempart.web.apps.accounts import notices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import lines, pages, reading
from rempart.web.apps.exposure.models import ExposedFinding, ExposedService, ExposureAudit
from rempart.web.apps.remediation import actions as remediation
from rempart.web.apps.remediation.following import Proposal
from rempart.web.apps.remediation.models import Finding
from rempart.web.apps.remediation.recording import Recorded
from rempart.web.core import files, journal, projections
from rempart.web.core.errors import Refused
from rempart.web.core.models import StoredFile

ROWS_AT_ONCE: Final = 500
told: Final = partial(journal.record_on, "exposure_audit")
"""Write an act on an audit in the journal."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that is drawn from a report before the database is written: it holds one writer at a time, who must be quick."""

    stored: StoredFile
    page: bytes
    proposals: Sequence[Proposal]
    findings: Sequence[ExposedFinding]
    services: Sequence[ExposedService]


def label_of(audit: ExposureAudit) -> str:
    """How findings name the audit that saw them."""
    return f"Audit d’exposition du {day(str(audit.swept_on))}"


def report_of(audit: ExposureAudit) -> ExposureReport:
    """The whole report of an audit, from its file."""
    path = files.path_of(audit.report_id or "")
    return msgspec.json.decode(path.read_bytes(), type=ExposureReport)


def record(
    audit: ExposureAudit, report: ExposureReport, form: str, today: date, told: Sequence[str] = ()
) -> ExposureAudit:
    """Write the report of an audit; `told` is what was read of the files of other tools. The same report twice is the
    same audit."""
    drawn = Drawn(
        files.store(encoded_parts(report), kind="report"),
        pages.page_of(report, told),
        reading.proposals(report),
        lines.findings(report),
        lines.services(report),
    )
    done = _written(audit, report, drawn, form, today)
    compare_around(done)
    return done


@transaction.atomic
@journal.gathered()
@projections.gathered()
def _written(
    audit: ExposureAudit, report: ExposureReport, drawn: Drawn, form: str, today: date
) -> ExposureAudit:
    establishment = _locked(audit)
    done = ExposureAudit.objects.done().filter(establishment=establishment)
    twin = done.filter(report=drawn.stored).first()
    audit.form, audit.refusal = form, {}
    if twin is not None:
        audit.state, audit.same_as = ExposureAudit.State.SAME, twin
        audit.save()
        told(audit, "find_same_exposure_audit", audit.asked_by, same_as=twin.pk)
        return twin
    _fill(audit, report, drawn)
    audit.save()
    _rank(audit)
    if audit.is_latest:
        _put_lines(audit, drawn)
    recorded = _tell_findings(audit, report)
    if audit.is_latest:
        _propose(audit, drawn, today)
    else:
        _replay_after(audit)
    told(
        audit, "record_exposure_audit", audit.asked_by,
        score=audit.score, grade=audit.grade, measured_on=str(audit.swept_on), report=drawn.stored.pk,
    )  # fmt: skip
    projections.refresh([establishment.pk])
    if audit.is_latest and (recorded.new or recorded.reopened):
        _alert(audit, report, {*recorded.new, *recorded.reopened})
    return audit


def compare_around(audit: ExposureAudit) -> None:
    """Write what changed from the audit before this one, and to the one after it."""
    order = list(
        ExposureAudit.objects.done().filter(establishment_id=audit.establishment_id).in_order()
    )
    now = next((k for k, row in enumerate(order) if row.pk == audit.pk), None)
    after = next(
        (k for k, row in enumerate(order) if (row.swept_at, row.pk) > (audit.swept_at, audit.pk)),
        None,
    )
    for k in (now, after):
        if k is not None:
            _compare(order[k], order[k - 1] if k else None)


def _compare(audit: ExposureAudit, before: ExposureAudit | None) -> None:
    found = pages.changes_between(report_of(before), report_of(audit)) if before else None
    ExposureAudit.objects.filter(pk=audit.pk).update(changes=found, compared_with=before)


@transaction.atomic
@journal.gathered()
@projections.gathered()
def withdraw(*, audit: ExposureAudit, by: User, reason: str) -> ExposureAudit:
    """Take an audit out of the figures of its establishment, as if it had not been made; its report stays."""
    establishment = _locked(audit)
    row = ExposureAudit.objects.select_for_update(of=("self",), no_key=True).get(pk=audit.pk)
    if row.state != ExposureAudit.State.DONE:
        raise Refused("Seul un audit terminé peut être retiré.")
    if _resting_on(row).exists():
        raise Refused(
            "Des fichiers d’autres outils ont été joints à cet audit depuis.",
            todo="Retirez-les d’abord, le plus récent en premier.",
        )
    was_latest = row.is_latest
    row.state, row.is_latest = ExposureAudit.State.WITHDRAWN, False
    row.save(update_fields=["state", "is_latest"])
    row.exposed_findings.all().delete()
    row.exposed_services.all().delete()
    _rank(row)
    latest = _latest(row.establishment_id)
    if was_latest and latest is not None:
        report = report_of(latest)
        _write_lines(latest, lines.findings(report), lines.services(report))
    told(row, "withdraw_exposure_audit", by, reason=reason)
    remediation.take_back_measure(
        establishment=establishment, source_kind=reading.KIND, source_id=str(row.pk), by=by
    )
    projections.refresh([establishment.pk])
    compare_around(row)
    return row


def _resting_on(audit: ExposureAudit) -> QuerySet[ExposureAudit]:
    """What was joined to it, or to the same sweep after it, and would say what it says once it is taken out."""
    done = ExposureAudit.objects.done()
    if audit.joined_to_id is None:
        return done.filter(joined_to=audit)
    return done.filter(joined_to=audit.joined_to_id, pk__gt=audit.pk)


def _locked(audit: ExposureAudit) -> Establishment:
    return Establishment.objects.select_for_update(no_key=True).get(pk=audit.establishment_id)


def _fill(audit: ExposureAudit, report: ExposureReport, drawn: Drawn) -> None:
    audit.state, audit.report, audit.page = ExposureAudit.State.DONE, drawn.stored, drawn.page
    audit.swept_at = reading.swept_at(report)
    audit.swept_on = timezone.localtime(audit.swept_at).date()
    if has_measured(report):
        audit.score, audit.score_low = report.score.value, report.score.low
        audit.grade = name(report.score.grade, 2)[:2]
        audit.grade_low = name(report.score.grade_low, 2)[:2]
    else:
        # The best grade for a silence would be a lie, the worst one too.
        audit.score, audit.score_low, audit.grade, audit.grade_low = None, None, "–", ""
    audit.findings_count = len(report.findings)
    audit.critical_open = reading.critical_open(report)
    audit.gaps_count = len(report.gaps)
    audit.endpoints_count = len(report.endpoints)
    audit.is_partial = is_partial(report)
    said = reaches_level(report, held_rules())
    audit.level_on, audit.level_outcome = said.on, said.outcome
    audit.level_reasons = [visible(reason) for reason in said.reasons]
    audit.data_as_of = name(report.data_as_of, 10)[:10]
    audit.tool_version = name(report.tool_version, 40)[:40]
    audit.catalogue_version = name(report.catalogue_version, 20)[:20]


def _latest(finess: str) -> ExposureAudit | None:
    return ExposureAudit.objects.done().filter(establishment_id=finess).in_order().last()


def _rank(audit: ExposureAudit) -> None:
    """Mark the last sweep of the establishment."""
    mine = ExposureAudit.objects.filter(establishment_id=audit.establishment_id)
    last = _latest(audit.establishment_id)
    mine.filter(is_latest=True).exclude(pk=last.pk if last else 0).update(is_latest=False)
    if last is not None:
        mine.filter(pk=last.pk).update(is_latest=True)
    audit.is_latest = last is not None and last.pk == audit.pk


def _put_lines(audit: ExposureAudit, drawn: Drawn) -> None:
    """Only the latest audit of an establishment has lines: they are what stands today."""
    others = {"audit__establishment": audit.establishment_id}
    ExposedFinding.objects.filter(**others).delete()
    ExposedService.objects.filter(**others).delete()
    _write_lines(audit, drawn.findings, drawn.services)


def _write_lines(
    audit: ExposureAudit, findings: Sequence[ExposedFinding], services: Sequence[ExposedService]
) -> None:
    for finding in findings:
        finding.audit = audit
    for service in services:
        service.audit = audit
    ExposedFinding.objects.bulk_create(findings, batch_size=ROWS_AT_ONCE)
    ExposedService.objects.bulk_create(services, batch_size=ROWS_AT_ONCE)


def _tell_findings(audit: ExposureAudit, report: ExposureReport) -> Recorded:
    if audit.swept_on is None:
        raise ValueError("An audit that is done has its day.")
    known = Finding.objects.filter(
        establishment=audit.establishment, source_kind=reading.KIND, subject=reading.SUBJECT
    )
    return remediation.record_findings(
        establishment=audit.establishment,
        source_kind=reading.KIND,
        source_id=str(audit.pk),
        source_label=label_of(audit),
        measured_on=audit.swept_on,
        findings=reading.observations(report, set(known.values_list("key", flat=True))),
        by=audit.asked_by,
        subject=reading.SUBJECT,
    )


def _replay_after(audit: ExposureAudit) -> None:
    """A later audit may have cleared what only this older one, given after it, has seen."""
    mine = ExposureAudit.objects.done().filter(establishment_id=audit.establishment_id)
    for later in mine.filter(swept_at__gt=audit.swept_at).in_order():
        _tell_findings(later, report_of(later))


def _propose(audit: ExposureAudit, drawn: Drawn, today: date) -> None:
    remediation.propose(
        establishment=audit.establishment,
        source_kind=reading.KIND,
        subject=reading.SUBJECT,
        proposals=drawn.proposals,
        today=today,
        by=audit.asked_by,
    )


def _alert(audit: ExposureAudit, report: ExposureReport, new: Collection[str]) -> None:
    """A mail can be read by others: it says that something is new, and where to look, never what. A finding that is
    critical and sure does not wait for the digest of the day."""
    worst = reading.critical_keys(report)
    seen_by = "Un autre outil" if audit.form == ExposureAudit.Form.IMPORT else "Un balayage"
    notices.tell(
        audit.establishment_id,
        subject=f"Du nouveau visible depuis internet : {audit.establishment}",
        words=f"{seen_by} a vu quelque chose de nouveau à corriger. Le détail est sur la page de l’établissement.",
        but_not=audit.asked_by_id,
        is_urgent=not worst.isdisjoint(new),
    )
