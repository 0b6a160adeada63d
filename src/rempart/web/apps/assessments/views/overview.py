"""Lists of assessments, and one as a whole: opened, shared, finished, reopened, carried over."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rempart.engines.maturity.answers import UNKNOWN
from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import actions, proposing, queries
from rempart.web.apps.assessments.forms import (
    AssessmentFilters,
    CarryForm,
    GroupsForm,
    ShareForm,
)
from rempart.web.apps.assessments.rules import answers_of, asked, next_item
from rempart.web.apps.assessments.themes import theme_rows
from rempart.web.apps.assessments.views.common import base
from rempart.web.apps.establishments.access import allows, establishment_or_404
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.frameworks.queries import present
from rempart.web.core import access_log
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 50


@needs(Act.SEE_FINDINGS)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every assessment of a scope, and where to begin one."""
    scope = scope_of(request)
    words = dict(present(scope).values_list("framework_id", "short_title"))
    filters = AssessmentFilters(request.GET, sorted(words.items(), key=lambda pair: pair[1]))
    wanted = filters.cleaned_data if filters.is_valid() else {}
    page = Paginator(queries.listed(scope, wanted), PER_PAGE).get_page(request.GET.get("page"))
    access_log.listed(request, (a.establishment_id for a in page), words="Auto-évaluations")
    context = {
        "filters": filters,
        "page": page,
        "rows": queries.rows_of(list(page)),
        "establishments": queries.own_establishments(scope),
        "may_type": scope.can(Act.ANSWER),
    }
    return render(request, "assessments/list.html", context)


@needs(Act.SEE_FINDINGS)
@require_safe
def of_establishment(request: HttpRequest, finess: str) -> HttpResponse:
    """The frameworks that an establishment may answer, and what it did of each."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.SEE_FINDINGS)
    offers = queries.offers(scope, establishment)
    context = {
        "establishment": establishment,
        "offers": offers,
        "others": [offer for offer in offers if not (offer.open or offer.is_first)],
        "main": queries.main_offer(offers),
        "may_work": establishment.closed_on is None and allows(scope, finess, Act.ANSWER),
    }
    return render(request, "assessments/of_establishment.html", context)


@needs(Act.ANSWER)
@require_POST
def begin(request: HttpRequest, finess: str) -> HttpResponse:
    """Open an assessment, or go on with the one that is open."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.ANSWER)
    wanted = request.POST.get("framework", "")
    if not wanted:
        raise Refused("Choisissez un référentiel.", todo="Revenez à la page précédente.")
    stored = queries.stored_or_404(scope, wanted, establishment)
    made = actions.open_assessment(
        establishment=establishment,
        framework=stored,
        today=timezone.localdate(),
        by=person(request),
    )
    framework = catalogue.of_digest(made.digest)
    first = next_item(asked(framework, made.groups), made.given)
    if framework.groups or first is None:
        return redirect("assessment", made.pk)
    return redirect("assessment_question", made.pk, first.id)


@needs(Act.SEE_FINDINGS)
@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an assessment is, theme by theme."""
    found = queries.assessment_or_404(scope_of(request), pk)
    context = base(request, found)
    framework = context["framework"]
    may_work = allows(scope_of(request), found.establishment_id, Act.ANSWER)
    groups = [(group.id, group.title) for group in framework.groups]
    context |= {
        "themes": theme_rows(framework, found),
        "resume": next_item(asked(framework, found.groups), found.given),
        "waiting": len(proposing.waiting(found, context["today"])) if may_work else 0,
        "may_work": may_work,
        "groupings": queries.groupings_of(found.establishment),
        "groups_form": GroupsForm(None, groups, found.groups) if groups else None,
        "share_form": ShareForm(
            initial={
                "with_region": found.shared_with_region,
                "with_grouping": found.shared_with_grouping,
            }
        ),
        "carry_form": CarryForm() if found.establishment.closed_on else None,
    }
    return render(request, "assessments/assessment.html", context)


@needs(Act.ANSWER)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the class of entity, or who reads the result."""
    with transaction.atomic():
        held = queries.held_or_404(scope_of(request), pk)
        if request.POST.get("form") == "groups":
            groups = request.POST.getlist("groups")
            actions.choose_groups(assessment=held, groups=groups, by=person(request))
        else:
            form = ShareForm(request.POST)
            form.full_clean()
            actions.share(assessment=held, by=person(request), **form.cleaned_data)
    messages.success(request, "C’est enregistré.")
    return redirect("assessment", pk)


@needs(Act.SEE_FINDINGS)
@require_safe
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """After the last question: what has no answer, what nobody knew, and the result."""
    found = queries.assessment_or_404(scope_of(request), pk)
    context = base(request, found)
    given = answers_of(found.given)
    items = asked(context["framework"], found.groups)
    context |= {
        "left": [item for item in items if item.id not in given],
        "unknown": [item for item in items if given.get(item.id) == UNKNOWN],
    }
    return render(request, "assessments/end.html", context)


@needs(Act.ANSWER)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish."""
    with transaction.atomic():
        held = queries.held_or_404(scope_of(request), pk)
        actions.submit(assessment=held, today=timezone.localdate(), by=person(request))
    left = held.total - held.done
    words = ngettext(
        "L’auto-évaluation est terminée ; %(n)d question reste sans réponse.",
        "L’auto-évaluation est terminée ; %(n)d questions restent sans réponse.",
        left,
    )
    messages.success(request, words % {"n": left} if left else "L’auto-évaluation est terminée.")
    return redirect("assessment_result", pk)


@needs(Act.ANSWER)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take answers again."""
    with transaction.atomic():
        held = queries.held_or_404(scope_of(request), pk)
        actions.reopen(assessment=held, by=person(request))
    return redirect("assessment", pk)


@needs(Act.ANSWER)
@require_POST
def carry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the answers to the establishment that follows."""
    scope = scope_of(request)
    queries.assessment_or_404(scope, pk, Act.ANSWER)
    form = CarryForm(request.POST)
    if not form.is_valid():
        raise Refused("Un numéro FINESS a neuf caractères.", todo="Vérifiez-le, et recommencez.")
    to = establishment_or_404(scope, form.cleaned_data["finess"], Act.ANSWER)
    with transaction.atomic():
        held = queries.held_or_404(scope, pk)
        made = actions.carry_over(
            assessment=held, to=to, today=timezone.localdate(), by=person(request)
        )
    messages.success(request, "Les réponses sont reportées.")
    return redirect("assessment", made.pk)
