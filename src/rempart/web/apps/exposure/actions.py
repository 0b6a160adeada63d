"""The intake of exposure audits: a deposit, and its reading by a job."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.snapshot import Snapshot
from rempart.kernel.errors import UnreadableSource
from rempart.render.french import size
from rempart.render.text import name, visible
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import discovering, ending, joining, judging, reading, recording
from rempart.web.apps.exposure.ending import TRIES, Ending, waiting
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import files, jobs
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run


class Upload(Protocol):
    """A file as Django gives it."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]:
        """Its content, by pieces."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a deposit became: its audit, and whether this file was already known."""

    audit: ExposureAudit
    is_known: bool


def deposit(
    *,
    establishment: Establishment,
    file: Upload,
    by: User,
    form: str = ExposureAudit.Form.REPORT,
    mapping: Mapping[str, Any] | None = None,
) -> Deposit:
    """Take in a report, a snapshot or the file of another tool, and queue its reading. The same file twice is the same
    audit. `mapping` says what the columns of a table give. Raises Refused."""
    if not file.size:
        raise Refused("Ce fichier est vide.", expected=reading.ACCEPTED)
    if file.size > min(settings.UPLOAD_MAX_BYTES, reading.LONGEST_FILE):
        raise Refused(
            f"Ce fichier pèse {size(file.size)}.",
            expected=f"Au plus {size(min(settings.UPLOAD_MAX_BYTES, reading.LONGEST_FILE))}.",
        )
    if form == ExposureAudit.Form.IMPORT:
        joining.may_join(establishment.pk)
    stored = files.store(file.chunks(), kind="exposure")
    audit = ExposureAudit(
        establishment=establishment,
        form=form,
        source=stored,
        source_name=name(file.name or "rapport", 150)[:200],
        table={"mapping": dict(mapping)} if mapping else {},
        asked_by=by,
    )
    return _written(audit, by)


@transaction.atomic
def _written(audit: ExposureAudit, by: User) -> Deposit:
    finess = audit.establishment_id
    Establishment.objects.select_for_update(no_key=True).get(pk=finess)
    ending.bury(finess)
    known = ExposureAudit.objects.filter(establishment=finess, source=audit.source)
    standing = (ExposureAudit.State.WAITING, ExposureAudit.State.DONE, ExposureAudit.State.SAME)
    for twin in known.filter(state__in=standing).order_by("-pk"):
        if joining.says_the_same(audit, twin):
            return Deposit(twin.same_as or twin, is_known=True)
    audit.save()
    _queued(audit, by)
    recording.told(audit, "deposit_exposure_audit", by, sha256=audit.source_id)
    return Deposit(audit, is_known=False)


def _queued(audit: ExposureAudit, by: User) -> None:
    finess = audit.establishment_id
    audit.job = jobs.enqueue(read_deposit, by=by, establishment=finess, audit_id=audit.pk)
    audit.save()


@transaction.atomic
def read_table(*, audit: ExposureAudit, mapping: Mapping[str, Any], by: User) -> ExposureAudit:
    """Put a table back in the queue with what its columns give. Raises Refused unless it waits for them."""
    row = ExposureAudit.objects.select_for_update(of=("self",), no_key=True).get(pk=audit.pk)
    if not joining.awaits_columns(row):
        raise Refused("Ce fichier n’attend pas que l’on dise ses colonnes.")
    row.table |= {"mapping": dict(mapping)}
    row.state, row.refusal = ExposureAudit.State.WAITING, {}
    _queued(row, by)
    recording.told(row, "read_exposure_table", by, columns=mapping.get("columns", {}))
    return row


@jobs.job("read_exposure", title="Lire un audit d’exposition", tries=TRIES, is_heavy=True)
def read_deposit(run: Run, *, audit_id: int) -> None:
    """Read what was deposited, and write its figures; run again after a killed worker, it begins again."""
    audit = waiting(audit_id)
    if audit is None:
        return
    with Ending(audit, run):
        run.stage("Lecture du fichier déposé")
        found = _read(audit, run)
        _check_owner(found.report, audit)
        run.stage("Enregistrement des constats")
        done = recording.record(audit, found.report, found.form, timezone.localdate(), found.told)
        if found.snapshot is not None:
            discovering.from_snapshot(audit.establishment, found.snapshot)
        discovering.from_report(audit.establishment, found.report)
        run.leads_to(reverse("exposure_audit", args=[done.pk]), "Voir l’audit")


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read of a file: its report, where it comes from, and what was read of other tools, a line each."""

    report: ExposureReport
    form: str
    snapshot: Snapshot | None = None
    told: Sequence[str] = ()


def _read(audit: ExposureAudit, run: Run) -> _Found:
    path = files.path_of(audit.source_id or "")
    kind = reading.kind_of(path)
    if kind is reading.Kind.REPORT:
        return _Found(reading.read_report(path, timezone.now()), ExposureAudit.Form.REPORT)
    if kind is reading.Kind.SNAPSHOT:
        report, snapshot = judging.judged(path, run)
        return _Found(report, ExposureAudit.Form.SNAPSHOT, snapshot)
    if kind is reading.Kind.UNKNOWN and audit.form != ExposureAudit.Form.IMPORT:
        raise UnreadableSource(
            "Ce fichier n’est ni un rapport ni un relevé, ou il est abîmé.",
            expected=reading.ACCEPTED,
        )
    joining.begin(audit)
    report, told = joining.joined(audit, run)
    return _Found(report, ExposureAudit.Form.IMPORT, told=told)


def _check_owner(report: ExposureReport, audit: ExposureAudit) -> None:
    if report.finess and report.finess != audit.establishment_id:
        raise UnreadableSource(
            f"Ce rapport est celui d’un autre établissement (FINESS {name(report.finess, 20)}).",
            todo="Déposez-le sur la page de cet établissement.",
        )


def withdraw(*, audit: ExposureAudit, reason: str, by: User) -> ExposureAudit:
    """Take back an audit given by mistake (another establishment's report); asks for the reason."""
    if not reason.strip():
        raise Refused("Dites pourquoi cet audit est retiré.")
    return recording.withdraw(audit=audit, by=by, reason=visible(reason.strip())[:2000])
