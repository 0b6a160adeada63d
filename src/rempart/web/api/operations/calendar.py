"""The budget of a plan, the calendar that it allows, and the measures that mend what is open."""

from datetime import date
from typing import Any, Literal

from django.http import Http404
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import actions, budgeting, calendars
from rempart.web.apps.remediation.allocating import Trial
from rempart.web.apps.remediation.planning import Budget
from rempart.web.core import access_log
from rempart.web.core.scope import Act

router = Router(tags=["Budget et calendrier"])


class BudgetBody(Schema):
    """What one has, quarter by quarter, from the present one."""

    euros: list[int] = Field(min_length=12, max_length=12, description="Euros de chaque trimestre.")
    days: list[float] = Field(
        min_length=12, max_length=12, description="Jours de chaque trimestre."
    )
    is_carried: bool = Field(True, description="Ce qui reste passe au trimestre suivant.")
    estimate: Literal["low", "mid", "high"] = Field(
        "mid", description="Le point des fourchettes de coût qui est compté."
    )


class BudgetItem(BudgetBody):
    """A budget that was stated."""

    establishment: str
    starts_on: date


class TrialQuery(Schema):
    """« And with so many per cent of the budget? »"""

    euros: int = Field(100, ge=0, le=300, description="En % du budget.")
    days: int = Field(100, ge=0, le=300, description="En % du budget.")
    estimate: Literal["", "low", "mid", "high"] = Field("", description="Sinon, celui du budget.")


class CalendarLine(Schema):
    """An action that enters."""

    action: int
    title: str
    begins: str
    ends: str
    points: float


class LeftOutLine(Schema):
    """An action that does not, and why."""

    action: int
    title: str
    why: list[str]


class QuarterLine(Schema):
    """One quarter."""

    quarter: str
    euros: float
    days: float
    open_points: float


class CalendarItem(Schema):
    """The calendar that a budget allows."""

    points: float = Field(description="Risque ouvert au début, en points.")
    removed_percent: int
    gap: str = Field(description="L’écart au meilleur calendrier possible.")
    lacking: list[str] = Field(description="Ce qu’il manque aux échéances imposées.")
    actions: list[CalendarLine]
    left_out: list[LeftOutLine]
    quarters: list[QuarterLine]


class Proposed(Schema):
    """How many measures are new."""

    new: int


def _budget_or_404(request: ApiRequest, finess: str) -> Budget:
    establishment = establishment_or_404(request.scope, finess, Act.SEE_FINDINGS)
    access_log.shown(request, establishment=establishment.pk, words=BY_SCRIPT)
    found = Budget.objects.filter(establishment=establishment).first()
    if found is None:
        raise Http404("Cet établissement n’a pas encore indiqué son budget.")
    return found


@router.get("/establishments/{finess}/budget", response=BudgetItem, summary="Lire le budget")
@needs(Act.SEE_FINDINGS)
def get_budget(request: ApiRequest, finess: str) -> dict[str, Any]:
    """Ce que l’établissement peut donner à son plan, trimestre par trimestre."""
    return _item(_budget_or_404(request, finess))


@router.put("/establishments/{finess}/budget", response=BudgetItem, summary="Indiquer le budget")
@needs(Act.EDIT_PLAN)
def set_budget(request: ApiRequest, finess: str, payload: BudgetBody) -> dict[str, Any]:
    """Remplace le budget, à partir du trimestre présent."""
    made = budgeting.set_budget(
        establishment=_editable(request, finess),
        stated=budgeting.Stated(**payload.dict()),
        today=timezone.localdate(),
        by=request.user,
    )
    return _item(made)


@router.get("/establishments/{finess}/calendar", response=CalendarItem, summary="Calculer le calendrier")  # fmt: skip
@needs(Act.SEE_FINDINGS)
def get_calendar(request: ApiRequest, finess: str, trial: Query[TrialQuery]) -> dict[str, Any]:
    """Quelles actions dans quel trimestre, et pourquoi pas les autres. Rien n’est enregistré."""
    budget = _budget_or_404(request, finess)
    asked = Trial(trial.euros, trial.days, trial.estimate or budget.estimate)
    found = calendars.calendar(budget, timezone.localdate(), asked)
    names = [quarter.words for quarter in found.quarters]
    return {
        "points": round(found.points, 1),
        "removed_percent": found.removed,
        "gap": found.gap,
        "lacking": list(found.lacking),
        "actions": [
            {
                "action": line.action.pk,
                "title": line.action.title,
                "begins": names[line.first],
                "ends": line.ends_in,
                "points": round(line.points, 1),
            }
            for line in found.lines
        ],
        "left_out": [
            {"action": left.action.pk, "title": left.action.title, "why": list(left.why)}
            for left in found.left_out
        ],
        "quarters": [
            {
                "quarter": quarter.words,
                "euros": round(quarter.euros, 2),
                "days": round(quarter.days, 2),
                "open_points": round(quarter.open_points, 1),
            }
            for quarter in found.quarters
        ],
    }


@router.post(
    "/establishments/{finess}/calendar", response=Proposed, summary="Retenir le calendrier"
)
@needs(Act.EDIT_PLAN)
def keep_calendar(request: ApiRequest, finess: str) -> dict[str, int]:
    """Donne aux actions retenues la fin de leur trimestre pour échéance ; new : combien ont changé."""
    establishment = _editable(request, finess)
    today = timezone.localdate()
    due = calendars.due_dates(_budget_or_404(request, finess), today)
    count = budgeting.keep_calendar(
        establishment=establishment, due=due, today=today, by=request.user
    )
    return {"new": count}


@router.post("/establishments/{finess}/measures", response=Proposed, summary="Proposer des mesures")
@needs(Act.EDIT_PLAN)
def propose_measures(request: ApiRequest, finess: str) -> dict[str, int]:
    """Met au plan les mesures qui corrigent ce qui est ouvert, une action pour plusieurs constats."""
    establishment = _editable(request, finess)
    new = actions.propose_measures(
        establishment=establishment, today=timezone.localdate(), by=request.user
    )
    return {"new": new}


def _editable(request: ApiRequest, finess: str) -> Establishment:
    return establishment_or_404(request.scope, finess, Act.EDIT_PLAN)


def _item(row: Budget) -> dict[str, Any]:
    names = ("starts_on", "euros", "days", "is_carried", "estimate")
    return {"establishment": row.establishment_id} | {name: getattr(row, name) for name in names}
