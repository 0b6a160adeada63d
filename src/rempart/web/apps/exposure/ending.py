"""How the work of an exposure audit ends when it has no result: refused, interrupted or cancelled."""

from typing import Final

from django.db import transaction

from rempart.kernel.errors import RempartError
from rempart.web.apps.accounts.models import User
from rempart.web.apps.exposure import recording, traces
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import jobs, reports
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job

TRIES: Final = 3
CANCELLED: Final = RempartError(
    "Ce travail a été annulé ; rien n’a été enregistré.", todo="Relancez-le quand vous voudrez."
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
            return  # the server stops, or others pass: the job goes back to the queue
        if isinstance(fault, jobs.Cancelled):
            refuse(self._audit, CANCELLED)
        elif isinstance(fault, RempartError):
            refuse(self._audit, fault)
        elif self._run.job.attempts >= TRIES:
            refuse(self._audit, RempartError(jobs.UNEXPECTED))


@transaction.atomic
def refuse(audit: ExposureAudit, fault: RempartError) -> None:
    """End an audit that has no result, with the sentence that says why."""
    audit.state = ExposureAudit.State.REFUSED
    audit.refusal = reports.kept_refusal(fault)
    audit.save(update_fields=["state", "refusal"])
    recording.told(audit, "refuse_exposure_audit", None, **audit.refusal)


def bury(finess: str = "") -> None:
    """End the audits whose job ended without them: cancelled on its own page, or lost with its server too many times."""
    rows = ExposureAudit.objects.filter(state=ExposureAudit.State.WAITING)
    rows = rows.filter(establishment_id=finess) if finess else rows
    lost = rows.exclude(job__in=Job.objects.unfinished())
    for audit in lost.select_related("establishment", "job"):
        traces.forget(audit.pk)
        refuse(audit, RempartError((audit.job.error if audit.job else "") or jobs.UNEXPECTED))


def cancel(*, audit: ExposureAudit, by: User) -> None:
    """Stop a reading or a sweep. Raises Refused once it has ended."""
    if audit.job is None or audit.state != ExposureAudit.State.WAITING:
        raise Refused("Ce travail est déjà terminé.")
    jobs.cancel(audit.job, by=by)
    audit.job.refresh_from_db()
    if audit.job.state != Job.State.CANCELLED:
        traces.ask_to_stop(audit.establishment_id)
    else:
        # A job that had not begun, or was between two turns: nobody else will end its audit.
        traces.forget(audit.pk)
        refuse(audit, CANCELLED)
