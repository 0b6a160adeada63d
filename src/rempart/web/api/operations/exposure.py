"""Exposure: deposit a report or a snapshot, ask for a sweep, read the figures and the findings."""

from datetime import date, datetime
from typing import Any, cast

from django.http import FileResponse, HttpResponse
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile

from rempart.render.severity import severity_codes
from rempart.web.api.auditing import Deposited, accepted, report_of
from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT, Page, Paging, page
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.exposure import actions, queries, sweeping, tables
from rempart.web.apps.exposure.models import ExposedFinding, ExposureAudit
from rempart.web.core import access_log
from rempart.web.core.scope import Act

router = Router(tags=["Exposition"])


class ExposureFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    is_latest: bool = Field(False, description="Seulement le dernier, par établissement.")


class ExposureItem(Schema):
    """One audit of what is exposed. A figure that was not measured is null, never zero."""

    id: int
    establishment: str
    form: str = Field(description="sweep, report, snapshot ou import.")
    state: str = Field(description="waiting, done, refused, same ou withdrawn.")
    refusal: dict[str, str] = Field(description="Pourquoi il n’a pas de résultat : found, todo.")
    same_as: int | None
    joined_to: int | None = Field(
        description="D’un import : l’audit du balayage auquel le rapport d’un autre outil est joint."
    )
    asked_at: datetime
    swept_at: datetime | None
    swept_on: date | None
    score: float | None
    score_low: float | None = Field(description="Si tout ce qui n’a pas été évalué était mauvais.")
    grade: str
    critical_open: int | None = Field(description="Constats critiques, confirmés ou probables.")
    findings: int | None
    gaps: int | None = Field(description="Points non évalués : ni bons ni mauvais.")
    data_as_of: str
    is_partial: bool = Field(description="Balayage arrêté avant sa fin.")
    is_latest: bool


class ExposedFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    severity: str = Field("", max_length=10, description=f"{severity_codes()}.")
    check: str = Field("", max_length=100, description="Identifiant d’un contrôle.")


class ExposedItem(Schema):
    """One finding of the latest audit of an establishment."""

    id: int
    establishment: str
    audit: int
    check: str
    theme: str
    target: str
    title: str
    severity: str
    confidence: str
    product: str
    cves: list[str]
    is_exploited: bool
    sources: list[str] = Field(description="Qui l’a constaté : rempart, nmap…")


@router.get("/exposure", response=Page[ExposureItem], summary="Lister les audits d’exposition")
@needs(Act.SEE_FINDINGS)
def list_exposure_audits(request: ApiRequest, filters: Query[ExposureFilters]) -> dict[str, Any]:
    """Les audits d’exposition du périmètre, du plus récemment demandé au plus ancien."""
    rows = ExposureAudit.objects.visible_to(request.scope)
    if filters.establishment:
        rows = rows.filter(establishment_id=filters.establishment)
    if filters.is_latest:
        rows = rows.filter(is_latest=True)
    return page(request, rows, filters, _item, newest_first=True)


@router.get(
    "/exposure/findings", response=Page[ExposedItem], summary="Lister les constats d’exposition"
)
@needs(Act.SEE_FINDINGS)
def list_exposed(request: ApiRequest, filters: Query[ExposedFilters]) -> dict[str, Any]:
    """Les constats du dernier audit de chaque établissement."""
    rows = ExposedFinding.objects.visible_to(request.scope).select_related("audit")
    if filters.establishment:
        rows = rows.filter(audit__establishment=filters.establishment)
    if filters.severity:
        rows = rows.filter(severity=filters.severity)
    if filters.check:
        rows = rows.filter(check_id=filters.check)
    return page(request, rows, filters, _line)


@router.get("/exposure/{exposure_audit_id}", response=ExposureItem, summary="Un audit d’exposition")
@needs(Act.SEE_FINDINGS)
def get_exposure_audit(request: ApiRequest, exposure_audit_id: int) -> dict[str, Any]:
    """Ses chiffres, une fois terminé."""
    return _item(_found(request, exposure_audit_id))


@router.get("/exposure/{exposure_audit_id}/report", summary="Le rapport d’un audit d’exposition")
@needs(Act.SEE_FINDINGS)
def get_exposure_report(request: ApiRequest, exposure_audit_id: int) -> FileResponse:
    """Le rapport entier, en JSON, au schéma rempart/exposure-report/1."""
    found = _found(request, exposure_audit_id)
    return report_of(found, f"exposition-{found.pk}.json")


@router.post(
    "/establishments/{finess}/exposure",
    response={202: Deposited},
    summary="Déposer un rapport d’exposition",
)
@needs(Act.DEPOSIT_AUDIT)
def deposit_exposure(
    request: ApiRequest, response: HttpResponse, finess: str, file: File[UploadedFile]
) -> Status[dict[str, Any]]:
    """Prend le report.json ou le relevé de « rempart audit exposure ». 202 : sa lecture reste à suivre."""
    made = actions.deposit(
        establishment=establishment_or_404(request.scope, finess, Act.DEPOSIT_AUDIT),
        file=cast(actions.Upload, file),
        by=request.user,
    )
    return accepted(response, made.audit, is_known=made.is_known)


@router.post(
    "/establishments/{finess}/exposure/imports",
    response={202: Deposited},
    summary="Joindre le rapport d’un autre outil",
)
@needs(Act.DEPOSIT_AUDIT)
def join_exposure(
    request: ApiRequest,
    response: HttpResponse,
    finess: str,
    file: File[UploadedFile],
    mapping: File[UploadedFile | None] = None,
) -> Status[dict[str, Any]]:
    """Rapproche du dernier balayage ce que dit nmap, Nessus, testssl… ; `mapping` dit les colonnes d’un tableau CSV (YAML).
    202 : sa lecture reste à suivre. 409 sans périmètre, ou sans balayage dont le relevé soit ici."""
    made = actions.deposit(
        establishment=establishment_or_404(request.scope, finess, Act.DEPOSIT_AUDIT),
        file=cast(actions.Upload, file),
        by=request.user,
        form=ExposureAudit.Form.IMPORT,
        mapping=tables.read_mapping(mapping) if mapping else None,
    )
    return accepted(response, made.audit, is_known=made.is_known)


@router.post(
    "/establishments/{finess}/exposure/sweeps",
    response={202: Deposited},
    summary="Demander un balayage",
)
@needs(Act.DEPOSIT_AUDIT)
def ask_sweep(request: ApiRequest, response: HttpResponse, finess: str) -> Status[dict[str, Any]]:
    """Balaye le périmètre consenti. 409 sans consentement valable : rien ne permet de passer outre."""
    establishment = establishment_or_404(request.scope, finess, Act.DEPOSIT_AUDIT)
    made = sweeping.launch(establishment=establishment, by=request.user)
    return accepted(response, made)


def _found(request: ApiRequest, pk: int) -> ExposureAudit:
    found = queries.audit_or_404(request.scope, pk)
    access_log.shown(request, establishment=found.establishment_id, words=BY_SCRIPT)
    return found


def _item(row: ExposureAudit) -> dict[str, Any]:
    return {
        "id": row.pk,
        "establishment": row.establishment_id,
        "form": row.form,
        "state": row.state,
        "refusal": row.refusal,
        "same_as": row.same_as_id,
        "joined_to": row.joined_to_id,
        "asked_at": row.asked_at,
        "swept_at": row.swept_at,
        "swept_on": row.swept_on,
        "score": row.score,
        "score_low": row.score_low,
        "grade": row.grade,
        "critical_open": row.critical_open,
        "findings": row.findings_count,
        "gaps": row.gaps_count,
        "data_as_of": row.data_as_of,
        "is_partial": row.is_partial,
        "is_latest": row.is_latest,
    }


def _line(row: ExposedFinding) -> dict[str, Any]:
    return {
        "id": row.pk,
        "establishment": row.audit.establishment_id,
        "audit": row.audit_id,
        "check": row.check_id,
        "theme": row.theme,
        "target": row.target,
        "title": row.title,
        "severity": row.severity,
        "confidence": row.confidence,
        "product": row.product,
        "cves": row.cves,
        "is_exploited": row.is_exploited,
        "sources": row.sources.split(",") if row.sources else [],
    }
