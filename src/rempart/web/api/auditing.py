"""What the audits of every kind answer: a deposit, which a job reads, and the report in the end."""

from typing import Any, Protocol

from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from ninja import Field, Schema, Status

from rempart.web.core import files


class Deposited(Schema):
    """What a deposit, or a sweep that was asked for, became."""

    audit: int
    job: int | None = Field(description="Le travail, à suivre sous /jobs/.")
    is_known: bool = Field(description="Ce qui est donné avait déjà été déposé ici.")


class Audited(Protocol):
    """An audit of any kind."""

    @property
    def pk(self) -> Any:
        """Its number."""

    @property
    def job_id(self) -> int | None:
        """The job that works on it."""

    @property
    def report_id(self) -> str | None:
        """The file of its report, once there is one."""


def accepted(
    response: HttpResponse, audit: Audited, *, is_known: bool = False
) -> Status[dict[str, Any]]:
    """202, and where to follow the job."""
    if audit.job_id:
        response["Location"] = reverse("api:get_job", args=[audit.job_id])
    return Status(202, {"audit": audit.pk, "job": audit.job_id, "is_known": is_known})


def report_of(audit: Audited, filename: str) -> FileResponse:
    """The whole report, as JSON. Raises Http404 when the audit has none."""
    if audit.report_id is None:
        raise Http404("Cet audit n’a pas encore de rapport, ou n’a pas pu être lu.")
    return FileResponse(
        files.path_of(audit.report_id).open("rb"),
        as_attachment=True,
        filename=filename,
        content_type="application/json",
    )
