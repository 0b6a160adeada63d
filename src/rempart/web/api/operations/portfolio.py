"""The portfolio: where each establishment stands."""

from datetime import date
from typing import Any, Final, Literal

from django.utils import timezone
from ninja import Field, Query, Router, Schema

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import Page, Paging, page
from rempart.web.apps.steering.models import NEVER, NO_DUE, UNKNOWN_LEVEL, Situation
from rempart.web.apps.steering.queries import selected
from rempart.web.apps.steering.rules import Asked, Assessed, Audit
from rempart.web.core.scope import Act

AUDITS: Final = {
    "none": Audit.NONE,
    "any": Audit.ANY,
    "incomplete": Audit.INCOMPLETE,
} | {str(level): Audit(str(level)) for level in range(1, 6)}
ASSESSED: Final = {
    "none": Assessed.NONE,
    "begun": Assessed.BEGUN,
    "finished": Assessed.FINISHED,
    "shared": Assessed.SHARED,
}
PROGRESS: Final = ("none", "begun", "finished")

router = Router(tags=["Portefeuille"])


class PortfolioFilters(Paging):
    """The filters of the page."""

    search: str = Field("", max_length=200, description="Mots du nom, de la commune, ou un FINESS.")
    department: str = Field("", max_length=3, description="Code du département.")
    category: str = Field("", max_length=4, description="Code de la catégorie FINESS.")
    operator: str = Field("", max_length=120, description="FINESS ou nom de l’entité juridique.")
    grouping: str = Field("", max_length=40, description="Code du GHT ou du groupement.")
    audit: Literal["", "none", "any", "incomplete", "1", "2", "3", "4", "5"] = Field(
        "", description="none (aucun audit), any, incomplete (points non évalués), ou un niveau."
    )
    assessment: Literal["", "none", "begun", "finished", "shared"] = Field(
        "", description="Auto-évaluation : none (jamais commencée), begun, finished, shared."
    )
    silence: int = Field(0, ge=0, le=120, description="Sans nouvelles depuis tant de mois.")
    is_overdue: bool = Field(False, description="Seulement ceux qui ont une action en retard.")


class SituationItem(Schema):
    """Where an establishment stands. What was not measured is null: it says neither good nor bad."""

    finess: str
    name: str
    municipality: str
    department: str
    region: str
    category: str
    operator: str | None
    ght: str | None
    directory_level: int | None = Field(description="Niveau de l’annuaire ; null : pas de donnée.")
    directory_at_most: bool
    directory_on: date | None
    directory_not_measured: int | None
    directory_exposed: int | None
    findings_open: int
    actions_open: int
    next_due_on: date | None
    last_sign_on: date | None
    assessment: Literal["none", "begun", "finished"] = Field(description="Auto-évaluation.")
    assessed_on: date | None = Field(description="Fin de la dernière auto-évaluation.")
    assessed_framework: str | None
    assessed_low: float | None = Field(
        description="Résultat en %, au moins ; null : non partagé par l’établissement."
    )
    assessed_high: float | None


@router.get("/portfolio", response=Page[SituationItem], summary="Lire le portefeuille")
@needs(Act.SEE_PORTFOLIO)
def list_situations(request: ApiRequest, filters: Query[PortfolioFilters]) -> dict[str, Any]:
    """Les établissements ouverts du périmètre et leur situation, par numéro FINESS."""
    asked = Asked(
        words=filters.search,
        department=filters.department,
        category=filters.category,
        operator=filters.operator,
        grouping=filters.grouping,
        audit=AUDITS.get(filters.audit),
        assessed=ASSESSED.get(filters.assessment),
        silence=filters.silence or None,
        is_overdue=filters.is_overdue,
    )
    rows = selected(request.scope, asked, timezone.localdate()).defer("search")
    return page(request, rows, filters, _item, by="finess")


def _percent(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def _item(row: Situation) -> dict[str, Any]:
    return {
        "finess": row.finess,
        "name": row.name,
        "municipality": row.municipality,
        "department": row.department,
        "region": row.region,
        "category": row.category,
        "operator": row.operator_id,
        "ght": row.ght_id,
        "directory_level": None if row.directory_level == UNKNOWN_LEVEL else row.directory_level,
        "directory_at_most": row.directory_at_most,
        "directory_on": row.directory_on,
        "directory_not_measured": row.directory_not_measured,
        "directory_exposed": row.directory_exposed,
        "findings_open": row.findings_open,
        "actions_open": row.actions_open,
        "next_due_on": None if row.next_due_on == NO_DUE else row.next_due_on,
        "last_sign_on": None if row.last_sign_on == NEVER else row.last_sign_on,
        "assessment": PROGRESS[row.assessment_progress],
        "assessed_on": row.assessed_on,
        "assessed_framework": row.assessed_framework or None,
        "assessed_low": _percent(row.assessed_low),
        "assessed_high": _percent(row.assessed_high),
    }
