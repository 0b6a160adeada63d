"""The pages of the budget and of the calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rempart.engines.allocation.problem import QUARTERS
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import (  # fmt: skip
    accepting,
    actions,
    budgeting,
    calendar_export,
    calendars,
    pictures,
    queries,
)
from rempart.web.apps.remediation.allocating import (
    Trial,
    means_of,
    quarter_after,
    quarter_words,
)
from rempart.web.apps.remediation.budget_forms import BudgetForm, TrialForm
from rempart.web.apps.remediation.forms import AcceptForm
from rempart.web.apps.remediation.planning import Budget, Estimate, quarter_of
from rempart.web.apps.remediation.views import XLSX, action_page, may_edit
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


def _quarters(first: date) -> Sequence[str]:
    return [quarter_words(quarter_after(first, q)) for q in range(QUARTERS)]


@needs(Act.SEE_FINDINGS)
@require_safe
def calendar(request: HttpRequest, finess: str) -> HttpResponse:
    """Which actions in which quarter under the budget, and why not the others; the result alone for HTMX."""
    establishment = establishment_or_404(scope_of(request), finess, Act.SEE_FINDINGS)
    today = timezone.localdate()
    budget = Budget.objects.filter(establishment=establishment).first()
    context: dict[str, Any] = {
        "establishment": establishment,
        "budget": budget,
        "may_edit": may_edit(request, establishment),
    }
    if budget is not None:
        usual = {"euros": 100, "jours": 100, "couts": budget.estimate}
        form = TrialForm(usual | request.GET.dict())
        trial = form.trial(budget.estimate)
        context |= _shown(budget, today, trial) | {"trial_form": form}
    is_fragment = bool(request.headers.get("HX-Request")) and budget is not None
    name = "remediation/parts/calendar.html" if is_fragment else "remediation/calendar.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _shown(budget: Budget, today: date, trial: Trial) -> dict[str, Any]:
    """What a page shows of a calendar, or why there is none."""
    is_trial = trial != Trial(estimate=budget.estimate)
    try:
        found = calendars.calendar(budget, today, trial)
    except Refused as fault:
        return {"impossible": fault, "trial": trial, "is_trial": is_trial}
    names = _quarters(quarter_of(today))
    return {
        "calendar": found,
        "plains": found.plains,
        "trial": trial,
        "is_trial": is_trial,
        "quarter_names": names,
        "gantt": pictures.gantt(found, names),
        "risk": pictures.risk(found),
        "estimate_words": dict(Estimate.choices)[trial.estimate],
    }


@needs(Act.SEE_FINDINGS)
@require_safe
def calendar_workbook(request: HttpRequest, finess: str) -> HttpResponse:
    """The calendar as a workbook."""
    establishment = establishment_or_404(scope_of(request), finess, Act.SEE_FINDINGS)
    today = timezone.localdate()
    budget = Budget.objects.filter(establishment=establishment).first()
    if budget is None:
        raise Refused(
            "Cet établissement n’a pas encore dit son budget.",
            todo="Indiquez-le sur la page « Budget et calendrier ».",
        )
    trial = TrialForm({"euros": 100, "jours": 100, "couts": budget.estimate} | request.GET.dict())
    found = calendars.calendar(budget, today, trial.trial(budget.estimate))
    name = f"calendrier-{finess}-{today.isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(calendar_export.workbook(found), content_type=XLSX, headers=headers)


@needs(Act.EDIT_PLAN)
def budget(request: HttpRequest, finess: str) -> HttpResponse:
    """State one’s means."""
    establishment = establishment_or_404(scope_of(request), finess, Act.EDIT_PLAN)
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    names = _quarters(quarter_of(today))
    form = BudgetForm(data, quarters=names, initial=_initial(establishment, today))
    if form.is_valid():
        budgeting.set_budget(
            establishment=establishment,
            stated=form.stated(),
            today=today,
            by=cast(User, request.user),
        )
        messages.success(request, "Le budget est enregistré : voici le calendrier qu’il permet.")
        return redirect("plan_calendar", finess)
    context = {"form": form, "establishment": establishment}
    return render(request, "remediation/budget.html", context, status=422 if form.errors else 200)


def _initial(establishment: Establishment, today: date) -> dict[str, Any]:
    row = Budget.objects.filter(establishment=establishment).first()
    if row is None:
        return {"euros": 0, "days": 10, "is_carried": True, "estimate": "mid"}
    means = means_of(row, today, Trial())
    usual = {"euros": int(means.euros[0]), "days": means.days[0]}
    found: dict[str, Any] = usual | {"is_carried": row.is_carried, "estimate": row.estimate}
    for k in range(QUARTERS):
        if means.euros[k] != usual["euros"]:
            found[f"euros_{k}"] = int(means.euros[k])
        if means.days[k] != usual["days"]:
            found[f"days_{k}"] = means.days[k]
    return found


@needs(Act.EDIT_PLAN)
@require_POST
def keep(request: HttpRequest, finess: str) -> HttpResponse:
    """Make the calendar that the optimiser proposes the due dates of the plan."""
    establishment = establishment_or_404(scope_of(request), finess, Act.EDIT_PLAN)
    today = timezone.localdate()
    row = Budget.objects.filter(establishment=establishment).first()
    if row is None:
        raise Refused("Indiquez d’abord votre budget.")
    due = calendars.due_dates(row, today)
    count = budgeting.keep_calendar(
        establishment=establishment, due=due, today=today, by=cast(User, request.user)
    )
    words = ngettext(
        "Calendrier retenu : %(n)d action a son échéance.",
        "Calendrier retenu : %(n)d actions ont leur échéance.",
        count,
    )
    messages.success(request, words % {"n": count})
    return redirect("plan_of", finess)


@needs(Act.EDIT_PLAN)
@require_POST
def measures(request: HttpRequest, finess: str) -> HttpResponse:
    """Put in the plan the measures that mend what is open."""
    establishment = establishment_or_404(scope_of(request), finess, Act.EDIT_PLAN)
    count = actions.propose_measures(
        establishment=establishment, today=timezone.localdate(), by=cast(User, request.user)
    )
    words = ngettext("%(n)d mesure proposée.", "%(n)d mesures proposées.", count) % {"n": count}
    messages.success(request, words if count else "Le plan a déjà toutes les mesures utiles.")
    return redirect("plan_of", finess)


@needs(Act.EDIT_PLAN)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Live with a risk until a day."""
    found = queries.action_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    form = AcceptForm(request.POST, auto_id="accept_%s")
    if form.is_valid():
        try:
            accepting.accept_risk(
                action=found,
                **form.cleaned_data,
                today=timezone.localdate(),
                by=cast(User, request.user),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("action", pk)
    return action_page(request, found, 422, accept_form=form)
