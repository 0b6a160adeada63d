"""The intake of audits: a deposit, its analysis by a job, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart.engines.directory.report import Report
from rempart.kernel.errors import RempartError, UnreadableSource
from rempart.render.text import visible
from rempart.web.apps.accounts.models import User
from rempart.web.apps.audits import keeping, reading, recording, rules
from rempart.web.apps.audits.models import Audit, AuditSource
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core import jobs, journal, reports, schedule
from rempart.web.core.errors import Refused
from rempart.web.core.files import drop
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job

TRIES: Final = 3
CANCELLED: Final = RempartError(
    "L’analyse a été annulée ; rien n’a été enregistré.", todo="Déposez de nouveau les fichiers."
)


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a deposit became: its audit, and whether these files were already known."""

    audit: Audit
    is_known: bool


def deposit(
    *, establishment: Establishment, files: Sequence[keeping.Upload], is_kept: bool, by: User
) -> Deposit:
    """Take files in and queue their analysis. The same files twice are the same audit.

    Raises Refused, with its sentence, for what cannot be a report or a collection.
    """
    sweep()
    try:
        rules.check_deposit(keeping.given(files), settings.UPLOAD_MAX_BYTES)
    except UnreadableSource as fault:
        raise Refused(fault.found, expected=fault.expected, todo=fault.todo) from fault
    token, kept = ("", keeping.keep(files)) if is_kept else keeping.hold(files)
    try:
        made = _written(establishment, kept, token, by)
    except BaseException:
        keeping.forget(token)
        raise
    if made.is_known:
        keeping.forget(token)
    return made


@transaction.atomic
def _written(
    establishment: Establishment, kept: Sequence[keeping.Kept], token: str, by: User
) -> Deposit:
    Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)
    fingerprint = rules.fingerprint([file.sha256 for file in kept])
    audit = Audit.objects.filter(establishment=establishment, source_sha256=fingerprint).first()
    again = (Audit.State.REFUSED, Audit.State.WITHDRAWN)
    if audit is not None and audit.state not in again:
        return Deposit(audit.same_as or audit, is_known=True)
    if audit is None:
        audit = Audit(establishment=establishment, source_sha256=fingerprint)
    keeping.forget(audit.transient)
    audit.state, audit.refusal, audit.transient = Audit.State.WAITING, {}, token
    audit.is_kept, audit.deposited_by = not token, by
    audit.deposited_at = timezone.now()
    names = [file.name for file in kept]
    audit.source_name = names[0] if len(names) == 1 else f"{len(names)} fichiers"
    audit.save()
    audit.sources.all().delete()
    AuditSource.objects.bulk_create(
        AuditSource(audit=audit, name=f.name, size=f.size, sha256=f.sha256, file=f.file)
        for f in kept
    )
    audit.job = jobs.enqueue(analyse, by=by, establishment=establishment.pk, audit_id=audit.pk)
    audit.save(update_fields=["job"])
    journal.record(
        "deposit_audit",
        by=by,
        object_kind="audit",
        object_id=audit.pk,
        object_label=audit.source_name,
        establishment=establishment.pk,
        details={"sha256": fingerprint, "files": len(kept), "is_kept": audit.is_kept},
    )
    return Deposit(audit, is_known=False)


@jobs.job("analyse_audit", title="Analyser un audit d’annuaire", tries=TRIES, is_heavy=True)
def analyse(run: Run, *, audit_id: int) -> None:
    """Read what was deposited, and write its figures; run again after a killed worker, it begins again."""
    audit = (
        Audit.objects.select_related("establishment", "deposited_by").filter(pk=audit_id).first()
    )
    if audit is None or audit.state != Audit.State.WAITING:
        if audit is not None and audit.state == Audit.State.DONE:
            # The worker died once the figures were written: only their difference may be missing.
            recording.compare_around(audit)
        return
    try:
        report, form = _read(run, audit)
        run.stage("Enregistrement des constats")
        done = recording.record(audit, report, form, timezone.localdate())
    except jobs.Interrupted:
        raise  # the server stops: the job goes back to the queue, and still needs its files
    except jobs.Cancelled:
        refuse(audit, CANCELLED)
        raise
    except RempartError as fault:
        refuse(audit, fault)
        raise
    except Exception:
        if run.job.attempts >= TRIES:
            refuse(audit, RempartError(jobs.UNEXPECTED))
        raise
    _forgotten(audit)
    run.leads_to(reverse("audit", args=[done.pk]), "Voir l’audit")


def _read(run: Run, audit: Audit) -> tuple[Report, str]:
    sources = list(audit.sources.order_by("pk"))
    today = timezone.localdate()
    with keeping.readable(sources, audit.transient) as paths:
        if not paths[0].exists():
            raise UnreadableSource(
                "Les fichiers de ce dépôt ne sont plus là.", todo="Déposez-les de nouveau."
            )
        run.stage("Lecture des fichiers déposés")
        every = list(paths[0].iterdir()) if paths[0].is_dir() else paths
        reports = [path for path in every if reading.is_report(path)]
        if reports and len(every) > 1:
            raise UnreadableSource(
                f"{len(every)} fichiers ont été déposés ensemble, dont un rapport déjà fait.",
                expected="Un rapport seul, ou les fichiers d’une même collecte.",
                todo="Déposez le rapport à part.",
            )
        if reports:
            return reading.read_report(reports[0], today), Audit.Form.REPORT
        return reading.analyse(paths, today, run), Audit.Form.COLLECTION


def refuse(audit: Audit, fault: RempartError) -> None:
    """End an audit that cannot be read, with the sentence that says why; its files that are not kept are deleted."""
    with transaction.atomic():
        audit.state = Audit.State.REFUSED
        audit.refusal = reports.kept_refusal(fault)
        audit.save(update_fields=["state", "refusal"])
        journal.record(
            "refuse_audit",
            by=None,
            object_kind="audit",
            object_id=audit.pk,
            object_label=audit.source_name,
            establishment=audit.establishment_id,
            details=audit.refusal,
        )
    _forgotten(audit)


def _forgotten(audit: Audit) -> None:
    if audit.transient:
        keeping.forget(audit.transient)
        Audit.objects.filter(pk=audit.pk).update(transient="")


def sweep() -> int:
    """Delete the files of deposits that are not kept and that no job will read any more; end their audits."""
    waiting = Audit.objects.filter(state=Audit.State.WAITING)
    for audit in waiting.exclude(job__state__in=(Job.State.WAITING, Job.State.RUNNING)):
        reason = audit.job.error if audit.job else ""
        refuse(
            audit, RempartError(reason or "L’analyse s’est arrêtée.", todo="Déposez de nouveau.")
        )
    wanted = set(
        Audit.objects.filter(state=Audit.State.WAITING).values_list("transient", flat=True)
    )
    lost = [token for token in keeping.stale() if token not in wanted]
    for token in lost:
        keeping.forget(token)
    return len(lost)


@schedule.daily("sweep_deposits", at=time(3, 40))
@jobs.job("sweep_deposits", title="Effacer les collectes qui ne sont pas conservées")
def sweep_deposits(run: Run) -> None:
    """What a machine that stopped for good has left."""
    run.job.result |= {"deleted": sweep()}


@transaction.atomic
@journal.gathered()
def forget_collection(*, audit: Audit, by: User) -> Audit:
    """Delete the files that were kept; the report, the findings and the hashes stay."""
    row = Audit.objects.select_for_update(of=("self",), no_key=True).get(pk=audit.pk)
    if not row.is_kept or row.state == Audit.State.WAITING:
        raise Refused("Ce dépôt n’a pas de fichiers conservés que l’on puisse effacer.")
    hashes = list(row.sources.exclude(file=None).values_list("sha256", flat=True))
    row.sources.update(file=None)
    row.is_kept = False
    row.save(update_fields=["is_kept"])
    recording.told(row, "forget_collection", by, sha256=hashes)
    for sha256 in hashes:
        drop(sha256)
    return row


def withdraw(*, audit: Audit, reason: str, by: User) -> Audit:
    """Take back a deposit made by mistake (another establishment's collection); asks for the reason."""
    if not reason.strip():
        raise Refused("Dites pourquoi cet audit est retiré.")
    return recording.withdraw(audit, by, visible(reason.strip())[:2000], timezone.localdate())


def cancel(*, audit: Audit, by: User) -> None:
    """Stop an analysis; its files that are not kept are deleted. Raises Refused once it has ended."""
    if audit.job is None or audit.state != Audit.State.WAITING:
        raise Refused("Cette analyse est déjà terminée.")
    jobs.cancel(audit.job, by=by)
    audit.job.refresh_from_db()
    if audit.job.state == Job.State.CANCELLED:
        # A job that had not begun: nobody else will end its audit.
        refuse(audit, CANCELLED)
