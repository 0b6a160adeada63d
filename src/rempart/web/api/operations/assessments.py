"""Self-assessments and what was answered: read only."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Query, Router, Schema

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT, Page, Paging, page
from rempart.web.apps.assessments.models import Answer, Assessment
from rempart.web.apps.assessments.queries import assessment_or_404
from rempart.web.core import access_log
from rempart.web.core.scope import Act

router = Router(tags=["Auto-évaluations"])


class AssessmentFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    framework: str = Field("", max_length=60, description="Identifiant du référentiel.")
    state: Literal["", "draft", "submitted", "reopened", "archived"] = ""


class AssessmentItem(Schema):
    """An assessment and where it is."""

    id: int
    establishment: str
    framework: str
    version: str
    state: Literal["draft", "submitted", "reopened", "archived"]
    groups: list[str]
    answered: int
    unknown: int = Field(description="« Je ne sais pas ».")
    not_applicable: int
    total: int
    low_percent: float | None = Field(
        description="Le score si ce qui n’est pas su est au plus bas."
    )
    high_percent: float | None = Field(description="Le score si ce qui n’est pas su est au mieux.")
    opened_on: date
    last_answer_at: datetime | None
    submitted_at: datetime | None


class AnswerItem(Schema):
    """What is answered to an item."""

    item: str
    kind: Literal["level", "unknown", "not_applicable"]
    level: int | None
    note: str
    origin: Literal["declared", "delegated", "paper", "confirmed", "carried", "table"]
    by: str
    at: datetime
    version: int = Field(description="1 pour la première réponse donnée à la question.")


@router.get("/assessments", response=Page[AssessmentItem], summary="Lister les auto-évaluations")
@needs(Act.SEE_FINDINGS)
def list_assessments(request: ApiRequest, filters: Query[AssessmentFilters]) -> dict[str, Any]:
    """Les auto-évaluations du périmètre, de la plus récente à la plus ancienne."""
    rows = Assessment.objects.visible_to(request.scope)
    if filters.establishment:
        rows = rows.filter(establishment_id=filters.establishment)
    if filters.framework:
        rows = rows.filter(framework_id=filters.framework)
    if filters.state:
        rows = rows.filter(state=filters.state)
    found = page(request, rows, filters, _assessment, newest_first=True)
    access_log.listed(request, (row["establishment"] for row in found["items"]), words=BY_SCRIPT)
    return found


@router.get(
    "/assessments/{assessment_id}/answers",
    response=Page[AnswerItem],
    summary="Lire les réponses d’une auto-évaluation",
)
@needs(Act.SEE_FINDINGS)
def list_answers(request: ApiRequest, assessment_id: int, paging: Query[Paging]) -> dict[str, Any]:
    """Les réponses présentes, dans l’ordre où les questions ont été répondues la première fois."""
    found = assessment_or_404(request.scope, assessment_id)
    access_log.shown(request, establishment=found.establishment_id, words=BY_SCRIPT)
    return page(request, Answer.objects.filter(assessment=found), paging, _answer)


def _assessment(row: Assessment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "establishment": row.establishment_id,
        "framework": row.framework_id,
        "version": row.version,
        "state": row.state,
        "groups": row.groups,
        "answered": row.answered,
        "unknown": row.unknown,
        "not_applicable": row.not_applicable,
        "total": row.total,
        "low_percent": None if row.low is None else row.low / 100,
        "high_percent": None if row.high is None else row.high / 100,
        "opened_on": row.opened_on,
        "last_answer_at": row.last_answer_at,
        "submitted_at": row.submitted_at,
    }


def _answer(row: Answer) -> dict[str, Any]:
    return {
        "item": row.item,
        "kind": row.kind,
        "level": row.value,
        "note": row.note,
        "origin": row.origin,
        "by": row.by_label,
        "at": row.at,
        "version": row.version,
    }
