"""The intake of exposure audits: a deposit, and its reading by a job."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart.engines.exposure.report import ExposureReport
from rempart.kernel.errors import UnreadableSource
from rempart.render.french import size
from rempart.render.text import name, visible
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import discovering, ending, judging, reading, recording
from rempart.web.apps.exposure.ending import TRIES, Ending, waiting
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import files, jobs
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.models import StoredFile


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


def deposit(*, establishment: Establishment, file: Upload, by: User) -> Deposit:
    """Take a report or a snapshot in and queue its reading. The same file twice is the same audit. Raises Refused."""
    if not file.size:
        raise Refused("Ce fichier est vide.", expected=reading.ACCEPTED)
    if file.size > min(settings.UPLOAD_MAX_BYTES, reading.LONGEST_FILE):
        raise Refused(
            f"Ce fichier pèse {size(file.size)}.",
            expected=f"Au plus {size(min(settings.UPLOAD_MAX_BYTES, reading.LONGEST_FILE))}.",
        )
    stored = files.store(file.chunks(), kind="exposure")
    return _written(establishment, stored, name(file.name or "rapport", 150)[:200], by)


@transaction.atomic
def _written(
    establishment: Establishment, stored: StoredFile, source_name: str, by: User
) -> Deposit:
    Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)
    ending.bury(establishment.pk)
    known = ExposureAudit.objects.filter(establishment=establishment, source=stored)
    standing = (ExposureAudit.State.WAITING, ExposureAudit.State.DONE, ExposureAudit.State.SAME)
    if (twin := known.filter(state__in=standing).first()) is not None:
        return Deposit(twin.same_as or twin, is_known=True)
    audit = ExposureAudit.objects.create(
        establishment=establishment,
        form=ExposureAudit.Form.REPORT,
        source=stored,
        source_name=source_name,
        asked_by=by,
    )
    audit.job = jobs.enqueue(read_deposit, by=by, establishment=establishment.pk, audit_id=audit.pk)
    audit.save(update_fields=["job"])
    recording.told(audit, "deposit_exposure_audit", by, sha256=stored.pk)
    return Deposit(audit, is_known=False)


@jobs.job("read_exposure", title="Lire un audit d’exposition", tries=TRIES, is_heavy=True)
def read_deposit(run: Run, *, audit_id: int) -> None:
    """Read what was deposited, and write its figures; run again after a killed worker, it begins again."""
    audit = waiting(audit_id)
    if audit is None:
        return
    with Ending(audit, run):
        run.stage("Lecture du fichier déposé")
        path = files.path_of(audit.source_id or "")
        snapshot = None
        if reading.is_report(path):
            report, form = reading.read_report(path, timezone.now()), ExposureAudit.Form.REPORT
        else:
            report, snapshot = judging.judged(path, run)
            form = ExposureAudit.Form.SNAPSHOT
        _check_owner(report, audit)
        run.stage("Enregistrement des constats")
        done = recording.record(audit, report, form, timezone.localdate())
        if snapshot is not None:
            discovering.from_snapshot(audit.establishment, snapshot)
        discovering.from_report(audit.establishment, report)
        run.leads_to(reverse("exposure_audit", args=[done.pk]), "Voir l’audit")


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
