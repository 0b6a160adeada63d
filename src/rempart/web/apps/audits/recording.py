"""A report written down: figures, page, difference, findings and proposals, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Q

from rempart.engines.directory.report import Report
from rempart.render.french import day
from rempart.render.outputs import encoded
from rempart.render.text import name
from rempart.web.apps.accounts import notices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.audits import pages, reading
from rempart.web.apps.audits.models import Audit, AuditPage
from rempart.web.apps.audits.rules import Newest, latest, subject_of
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import actions as remediation
from rempart.web.apps.remediation.following import Proposal
from rempart.web.apps.remediation.recording import Observation
from rempart.web.core import files, journal, projections
from rempart.web.core.errors import Refused
from rempart.web.core.models import StoredFile

told: Final = partial(journal.record_on, "audit")
"""Write an act on an audit in the journal."""


def label_of(audit: Audit) -> str:
    """How findings name the audit that saw them."""
    return f"Audit d’annuaire du {day(str(audit.measured_on))} ({', '.join(audit.domains)})"[:200]


def report_of(audit: Audit) -> Report:
    """The whole report of an audit, from its file."""
    path: Path = files.path_of(audit.report_id or "")
    return msgspec.json.decode(path.read_bytes(), type=Report)


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that is drawn from a report before the database is written: it holds one writer at a time, who must be quick."""

    stored: StoredFile
    page: bytes
    observations: Sequence[Observation]
    proposals: Sequence[Proposal]


def record(audit: Audit, report: Report, form: str, today: date) -> Audit:
    """Write the report of an audit. The same report twice is the same audit."""
    drawn = Drawn(
        files.store([encoded(report)], kind="report"),
        pages.page_of(report),
        reading.observations(report),
        reading.proposals(report),
    )
    done = _written(audit, report, drawn, form, today)
    compare_around(done)
    return done


@transaction.atomic
@journal.gathered()
@projections.gathered()
def _written(audit: Audit, report: Report, drawn: Drawn, form: str, today: date) -> Audit:
    establishment = Establishment.objects.select_for_update(no_key=True).get(
        pk=audit.establishment_id
    )
    twin = Audit.objects.done().filter(establishment=establishment, report=drawn.stored).first()
    audit.form, audit.refusal = form, {}
    if twin is not None:
        audit.state, audit.same_as = Audit.State.SAME, twin
        audit.save()
        told(audit, "find_same_audit", audit.deposited_by, same_as=twin.pk)
        return twin
    _fill(audit, report, drawn.stored)
    audit.save()
    AuditPage.objects.update_or_create(audit=audit, defaults={"report": drawn.page})
    _rank(audit)
    _tell_remediation(audit, drawn, establishment, today)
    told(
        audit, "record_audit", audit.deposited_by,
        level=audit.level, at_most=audit.at_most, measured_on=str(audit.measured_on), report=drawn.stored.pk,
    )  # fmt: skip
    projections.refresh([establishment.pk])
    notices.tell(
        establishment.pk,
        subject=f"Nouvel audit de l’annuaire : {establishment}",
        words="Un audit a été analysé : son niveau, ce qui a changé et le plan sont sur la page de l’établissement.",
        but_not=audit.deposited_by_id,
    )
    return audit


def compare_around(audit: Audit) -> None:
    """Write the difference of an audit from the one before it, and of the one after it from what is now before it."""
    order = list(Audit.objects.of_subject(audit))
    place = order.index(audit) if audit in order else -1
    if place >= 0:
        compare_with_before(audit)
    later = [a for a in order if (a.measured_on, a.pk) > (audit.measured_on, audit.pk)]
    if later:
        compare_with_before(later[0])


def compare_with_before(audit: Audit) -> None:
    """Write the difference of an audit from the one before it; computed again when another came in between."""
    while True:
        before = _before(audit)
        found = pages.compared(report_of(before), report_of(audit)) if before else None
        with transaction.atomic():
            Establishment.objects.select_for_update(no_key=True).get(pk=audit.establishment_id)
            if _before(audit) == before:
                AuditPage.objects.filter(audit=audit).update(comparison=found, compared_with=before)
                return


def _before(audit: Audit) -> Audit | None:
    earlier = Q(measured_on__lt=audit.measured_on) | Q(
        measured_on=audit.measured_on, pk__lt=audit.pk
    )
    return Audit.objects.of_subject(audit).filter(earlier).last()


def withdraw(audit: Audit, by: User, reason: str, today: date) -> Audit:
    """Take an audit out of the figures of its establishment, as if it had not been deposited; its report stays."""
    row = _withdrawn(audit, by, reason, today)
    compare_around(row)
    return row


@transaction.atomic
@journal.gathered()
@projections.gathered()
def _withdrawn(audit: Audit, by: User, reason: str, today: date) -> Audit:
    establishment = Establishment.objects.select_for_update(no_key=True).get(
        pk=audit.establishment_id
    )
    row = Audit.objects.select_for_update(of=("self",), no_key=True).get(pk=audit.pk)
    if row.state != Audit.State.DONE:
        raise Refused("Seul un audit analysé peut être retiré.")
    row.state, row.is_newest, row.is_latest = Audit.State.WITHDRAWN, False, False
    row.save(update_fields=["state", "is_newest", "is_latest"])
    _rank(row)
    told(row, "withdraw_audit", by, reason=reason)
    remediation.take_back_measure(
        establishment=establishment, source_kind=row.kind, source_id=str(row.pk), by=by
    )
    remediation.propose_measures(establishment=establishment, today=today, by=by)
    projections.refresh([establishment.pk])
    return row


def _fill(audit: Audit, report: Report, stored: StoredFile) -> None:
    ids = sorted({name(domain.id, 190) for domain in report.domains})
    known = {
        row.subject: row.domain_ids
        for row in Audit.objects.done()
        .filter(establishment_id=audit.establishment_id, kind=audit.kind)
        .only("subject", "domain_ids")
        .order_by("pk")
    }
    exposure, plan = report.exposure, report.plan
    is_blind = bool(exposure.reason)
    audit.state, audit.report = Audit.State.DONE, stored
    audit.subject, audit.domain_ids = subject_of(ids, known), ids
    audit.domains = [name(domain.name, 100) for domain in report.domains][:50]
    audit.measured_on = reading.measured_on(report)
    audit.level, audit.at_most = report.level.value, report.level.at_most
    audit.points_not_measured = report.level.points_not_measured
    audit.controls_failed = sum(bool(c.failed_levels) for c in report.controls)
    audit.low_privileged = None if is_blind else exposure.low_privileged
    audit.exposed = None if is_blind else exposure.exposed
    audit.plan_actions = None if is_blind else len(plan.actions)
    audit.plan_cost = None if is_blind else plan.cost
    audit.plan_bound = None if is_blind else plan.bound
    audit.is_plan_minimal = plan.minimal and not is_blind
    audit.catalogue_version = name(report.catalogue_version, 20)[:20]
    audit.tool_version = name(report.tool_version, 40)[:40]


def _rank(audit: Audit) -> None:
    """Mark the newest audit of the subject, and the one by which the establishment is judged."""
    mine = Audit.objects.done().filter(establishment_id=audit.establishment_id, kind=audit.kind)
    newest = mine.of_subject(audit).last()
    mine.filter(subject=audit.subject, is_newest=True).update(is_newest=False)
    if newest is not None:
        mine.filter(pk=newest.pk).update(is_newest=True)
    candidates = [
        Newest(pk, day, level)
        for pk, day, level in mine.filter(is_newest=True).values_list("pk", "measured_on", "level")
        if day is not None and level is not None
    ]
    chosen = latest(candidates)
    if chosen is not None:
        mine.filter(is_latest=True).exclude(pk=chosen).update(is_latest=False)
        mine.filter(pk=chosen).update(is_latest=True)
    audit.refresh_from_db(fields=["is_newest", "is_latest"])


def _tell_remediation(
    audit: Audit, drawn: Drawn, establishment: Establishment, today: date
) -> None:
    if audit.measured_on is None:
        raise ValueError("An audit that is done has its day.")
    remediation.record_findings(
        establishment=establishment,
        source_kind=audit.kind,
        source_id=str(audit.pk),
        source_label=label_of(audit),
        measured_on=audit.measured_on,
        findings=drawn.observations,
        by=audit.deposited_by,
        subject=audit.subject,
    )
    if audit.is_newest:
        # An older audit deposited later proposes nothing: its plan is out of date.
        remediation.propose(
            establishment=establishment,
            source_kind=audit.kind,
            subject=audit.subject,
            proposals=drawn.proposals,
            today=today,
            by=audit.deposited_by,
        )
    # What answers and other audits left open may be mended by one action with what this audit saw.
    remediation.propose_measures(establishment=establishment, today=today, by=audit.deposited_by)
