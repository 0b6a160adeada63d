"""The result of an assessment, and the answers of a grouping side by side."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rempart.content.knowledge import measures
from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import queries, side_by_side, taking
from rempart.web.apps.assessments.pictures import radar
from rempart.web.apps.assessments.results import result
from rempart.web.apps.assessments.views.common import base
from rempart.web.apps.establishments.access import allows
from rempart.web.apps.frameworks import catalogue
from rempart.web.core import access_log
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


@needs(Act.SEE_ESTABLISHMENT)
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The score as a range, what to do first, what is declared and what is verified."""
    scope = scope_of(request)
    found = queries.shared_or_404(scope, pk)
    context = base(request, found)
    made = result(found, context["today"])
    sees = scope.can(Act.SEE_FINDINGS) and queries.sees_answers(scope, found)
    context |= {
        "result": made,
        "chart": radar(made),
        "sees_answers": sees,
        "may_plan": allows(scope, found.establishment_id, Act.ANSWER),
        "in_plan": taking.in_plan(found.establishment_id, [s.measure for s in made.first]),
    }
    return render(request, "assessments/result.html", context)


@needs(Act.EDIT_PLAN)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a measure in the plan."""
    found = queries.assessment_or_404(scope_of(request), pk, Act.EDIT_PLAN)
    measure = measures().get(request.POST.get("measure", ""))
    if measure is None:
        raise Refused("Cette mesure n’existe pas.", todo="Rechargez la page.")
    action = taking.take_measure(
        assessment=found, measure=measure, today=timezone.localdate(), by=person(request)
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
