"""The intake of exposure audits: a deposit, its reading by a job, and its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart.engines.exposure.report import ExposureReport
from rempart.kernel.errors import RempartError, UnreadableSource
from rempart.render.french import size
from rempart.render.text import name, visible
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import discovering, judging, reading, recording, traces
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import files, jobs
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job, StoredFile

TRIES: Final = 3
CANCELLED: Final = RempartError(
    "Ce travail a été annulé ; rien n’a été enregistré.", todo="Relancez-le quand vous voudrez."
)


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
        run.leads_to(reverse("exposure_audit", args=[done.pk]), "Voir l’audit")


def _check_owner(report: ExposureReport, audit: ExposureAudit) -> None:
    if report.finess and report.finess != audit.establishment_id:
        raise UnreadableSource(
            f"Ce rapport est celui d’un autre établissement (FINESS {name(report.finess, 20)}).",
            todo="Déposez-le sur la page de cet établissement.",
        )


def waiting(audit_id: int) -> ExposureAudit | None:
    """The audit, while its job has yet to end."""
    rows = ExposureAudit.objects.select_related("establishment", "asked_by")
    return rows.filter(pk=audit_id, state=ExposureAudit.State.WAITING).first()


class Ending:
    """What becomes of an audit when its job raises: refused with the sentence, unless the job will run again."""

    def __init__(self, audit: ExposureAudit, run: Run) -> None:
        self._audit, self._run = audit, run

    def __enter__(self) -> None:
        """Nothing to open."""

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if fault is None or isinstance(fault, jobs.Interrupted):
            return  # the server stops: the job goes back to the queue
        if isinstance(fault, jobs.Cancelled):
            refuse(self._audit, CANCELLED)
        elif isinstance(fault, RempartError):
            refuse(self._audit, fault)
        elif self._run.job.attempts >= TRIES:
            refuse(self._audit, RempartError(jobs.UNEXPECTED))


@transaction.atomic
def refuse(audit: ExposureAudit, fault: RempartError) -> None:
    """End an audit that has no result, with the sentence that says why."""
    said = {"found": fault.found, "expected": fault.expected, "todo": fault.todo}
    audit.state = ExposureAudit.State.REFUSED
    audit.refusal = {key: visible(text)[:2000] for key, text in said.items()}
    audit.save(update_fields=["state", "refusal"])
    recording.told(audit, "refuse_exposure_audit", None, **audit.refusal)


def cancel(*, audit: ExposureAudit, by: User) -> None:
    """Stop a reading or a sweep. Raises Refused once it has ended."""
    if audit.job is None or audit.state != ExposureAudit.State.WAITING:
        raise Refused("Ce travail est déjà terminé.")
    jobs.cancel(audit.job, by=by)
    audit.job.refresh_from_db()
    if audit.job.state != Job.State.CANCELLED:
        traces.ask_to_stop(audit.establishment_id)
    else:
        # A job that had not begun: nobody else will end its audit.
        refuse(audit, CANCELLED)


def withdraw(*, audit: ExposureAudit, reason: str, by: User) -> ExposureAudit:
    """Take back an audit given by mistake (another establishment's report); asks for the reason."""
    if not reason.strip():
        raise Refused("Dites pourquoi cet audit est retiré.")
    return recording.withdraw(audit=audit, by=by, reason=visible(reason.strip())[:2000])
