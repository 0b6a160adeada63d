"""Audits: deposit a report or a collection, read the figures, take the report back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from django.http import FileResponse, HttpResponse
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from rempart.web.api.auditing import Deposited, accepted, report_of
from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT, Page, Paging, page
from rempart.web.apps.audits import queries
from rempart.web.apps.audits.actions import deposit
from rempart.web.apps.audits.keeping import Upload
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.core import access_log
from rempart.web.core.scope import Act

router = Router(tags=["Audits"])


class AuditFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    is_latest: bool = Field(False, description="Seulement celui qui fait foi, par établissement.")


class AuditItem(Schema):
    """One audit. A figure that was not measured is null, never zero."""

    id: int
    establishment: str
    kind: str
    state: str = Field(description="waiting, done, refused (illisible) ou same (déjà connu).")
    refusal: dict[str, str] = Field(description="Pourquoi il n’a pas pu être lu : found, todo.")
    same_as: int | None = Field(description="L’audit déjà connu que ces fichiers redonnent.")
    deposited_at: datetime
    measured_on: date | None
    domains: list[str]
    level: int | None
    at_most: bool = Field(description="Des points non évalués pourraient abaisser le niveau.")
    points_not_measured: int | None
    controls_failed: int | None
    low_privileged: int | None
    exposed: int | None = Field(description="Comptes ordinaires qui peuvent tout prendre.")
    plan_actions: int | None
    plan_cost: int | None
    is_latest: bool


class DepositBody(Schema):
    """What goes with the files."""

    is_kept: bool = Field(True, description="Conserver les fichiers après l’analyse.")


@router.get("/audits", response=Page[AuditItem], summary="Lister les audits")
@needs(Act.SEE_FINDINGS)
def list_audits(request: ApiRequest, filters: Query[AuditFilters]) -> dict[str, Any]:
    """Les audits du périmètre, du plus récemment déposé au plus ancien."""
    rows = Audit.objects.visible_to(request.scope)
    if filters.establishment:
        rows = rows.filter(establishment_id=filters.establishment)
    if filters.is_latest:
        rows = rows.filter(is_latest=True)
    return page(request, rows, filters, _item, newest_first=True)


@router.get("/audits/{audit_id}", response=AuditItem, summary="Un audit")
@needs(Act.SEE_FINDINGS)
def get_audit(request: ApiRequest, audit_id: int) -> dict[str, Any]:
    """Ses chiffres, une fois analysé."""
    return _item(_found(request, audit_id))


@router.get("/audits/{audit_id}/report", summary="Le rapport d’un audit")
@needs(Act.SEE_FINDINGS)
def get_report(request: ApiRequest, audit_id: int) -> FileResponse:
    """Le rapport entier, en JSON, au schéma rempart/directory-report/1."""
    found = _found(request, audit_id)
    return report_of(found, f"rapport-{found.pk}.json")


@router.post(
    "/establishments/{finess}/audits", response={202: Deposited}, summary="Déposer un audit"
)
@needs(Act.DEPOSIT_AUDIT)
def deposit_audit(
    request: ApiRequest,
    response: HttpResponse,
    finess: str,
    files: File[list[UploadedFile]],
    payload: Form[DepositBody],
) -> Status[dict[str, Any]]:
    """Prend un report.json ou une collecte (zip, JSON, LDIF…) et en lance l’analyse. 202 : elle reste à suivre."""
    made = deposit(
        establishment=establishment_or_404(request.scope, finess, Act.DEPOSIT_AUDIT),
        files=cast(Sequence[Upload], files),
        is_kept=payload.is_kept,
        by=request.user,
    )
    return accepted(response, made.audit, is_known=made.is_known)


def _found(request: ApiRequest, audit_id: int) -> Audit:
    found = queries.audit_or_404(request.scope, audit_id)
    access_log.shown(request, establishment=found.establishment_id, words=BY_SCRIPT)
    return found


def _item(row: Audit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "establishment": row.establishment_id,
        "kind": row.kind,
        "state": row.state,
        "refusal": row.refusal,
        "same_as": row.same_as_id,
        "deposited_at": row.deposited_at,
        "measured_on": row.measured_on,
        "domains": row.domains,
        "level": row.level,
        "at_most": row.at_most,
        "points_not_measured": row.points_not_measured,
        "controls_failed": row.controls_failed,
        "low_privileged": row.low_privileged,
        "exposed": row.exposed,
        "plan_actions": row.plan_actions,
        "plan_cost": row.plan_cost,
        "is_latest": row.is_latest,
    }
