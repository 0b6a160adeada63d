"""The result of an assessment, and the answers of a grouping side by side."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rempart.content.knowledge import measures
from rempart.content.measures import Measure
from rempart.web.apps.accounts.access import person
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments import queries, side_by_side, taking
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.pictures import radar
from rempart.web.apps.assessments.results import result
from rempart.web.apps.assessments.views.common import base
from rempart.web.apps.establishments.access import allows
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.remediation.forms import PutForm, put_initial
from rempart.web.apps.remediation.queries import possible_owners
from rempart.web.core import access_log
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


@needs(Act.SEE_ESTABLISHMENT)
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The score as a range, what to do first, what is declared and what is verified."""
    return _page(request, queries.shared_or_404(scope_of(request), pk))


def _page(
    request: HttpRequest, found: Assessment, refused: dict[str, PutForm] | None = None
) -> HttpResponse:
    scope = scope_of(request)
    context = base(request, found)
    made = result(found, context["today"])
    sees = scope.can(Act.SEE_FINDINGS) and queries.sees_answers(scope, found)
    named = [suggestion.measure for suggestion in made.first]
    in_plan = taking.in_plan(found.establishment_id, named)
    may_plan = allows(scope, found.establishment_id, Act.EDIT_PLAN)
    people = list(possible_owners(found.establishment)) if may_plan else []
    left = [measure for measure in named if measure.id not in in_plan] if may_plan else []
    context |= {
        "result": made,
        "chart": radar(made),
        "sees_answers": sees,
        "in_plan": in_plan,
        "people": people,
        "puts": {m.id: _put_form(m, people, context["today"]) for m in left} | (refused or {}),
    }
    return render(request, "assessments/result.html", context, status=422 if refused else 200)


def _put_form(measure: Measure, people: list[User], today: date, data: Any = None) -> PutForm:
    initial = put_initial(taking.days_of(measure), measure.owner_function[:120], today)
    return PutForm(data, people=people, initial=initial, auto_id=f"{measure.id}_%s")


@needs(Act.EDIT_PLAN)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a measure in the plan."""
    found = queries.assessment_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    measure = measures().get(request.POST.get("measure", ""))
    if measure is None:
        raise Refused("Cette mesure n’existe pas.", todo="Rechargez la page.")
    today = timezone.localdate()
    form = _put_form(measure, list(possible_owners(found.establishment)), today, request.POST)
    if not form.is_valid():
        return _page(request, found, {measure.id: form})
    action = taking.take_measure(
        assessment=found,
        measure=measure,
        decision=form.decision(),
        today=today,
        by=person(request),
    )
    messages.success(request, f"« {action.title} » est dans le plan.")
    return redirect("assessment_result", pk)


@needs(Act.SEE_FINDINGS)
@require_safe
def grouping(request: HttpRequest, code: str, framework: str) -> HttpResponse:
    """The answers of the members of a grouping, item by item, for those that share them."""
    scope = scope_of(request)
    found = queries.grouping_or_404(scope, code)
    whole = catalogue.get(framework, region=found.region)
    table = side_by_side.table(scope, found, whole)
    access_log.listed(
        request, (column.establishment.pk for column in table.columns), words="Réponses côte à côte"
    )
    context = {"grouping": found, "framework": whole, "table": table}
    return render(request, "assessments/grouping.html", context)
