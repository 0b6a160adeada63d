"""The pages of an establishment, of an operator, of a grouping, and the search that leads to them."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.apps.establishments import queries
from rempart.web.apps.establishments.access import acts_on, establishment_or_404
from rempart.web.apps.establishments.models import Establishment, Grouping, Operator
from rempart.web.core import panels
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PAGE = 50


@needs(Act.SEE_ESTABLISHMENT)
def establishment(request: HttpRequest, finess: str) -> HttpResponse:
    """Where it stands, and what to do next."""
    scope = scope_of(request)
    found = establishment_or_404(scope, finess)
    acts = acts_on(scope, found)
    context = {
        "establishment": found,
        "standing": queries.standing(found, scope),
        "acts": acts,
        "panels": panels.filled(finess, scope, acts=acts),
    }
    return render(request, "establishments/establishment.html", context)


@needs(Act.SEE_ESTABLISHMENT)
def establishments(request: HttpRequest) -> HttpResponse:
    """The establishments of the scope, found by words."""
    text = request.GET.get("q", "")[:200]
    rows: Any = queries.found_establishments(scope_of(request), text, PAGE)
    page: Page[Any] = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    fragment = request.headers.get("HX-Target") == "resultats"
    template = "parts/results" if fragment else "establishments"
    response = render(request, f"establishments/{template}.html", {"page": page, "text": text})
    response["Vary"] = "HX-Request"
    return response


@needs(Act.SEE_ESTABLISHMENT)
def operator(request: HttpRequest, finess: str) -> HttpResponse:
    """A legal entity and those of its sites that the scope allows; without one of them, it is not there."""
    sites = Establishment.objects.visible_to(scope_of(request)).filter(operator_id=finess)
    found = Operator.objects.filter(pk=finess).first()
    if found is None or not sites.exists():
        raise Http404("Cette entité juridique n’existe pas, ou n’est pas de votre périmètre.")
    page = Paginator(sites.order_by(*queries.OPEN_FIRST), PAGE)
    context = {
        "operator": found,
        "place": queries.place(found),
        "status": queries.status_label(found.legal_status),
        "page": page.get_page(request.GET.get("page")),
        "changes": queries.history(finess),
    }
    return render(request, "establishments/operator.html", context)


@needs(Act.SEE_ESTABLISHMENT)
def grouping(request: HttpRequest, code: str) -> HttpResponse:
    """A grouping and those of its members that the scope allows."""
    found = Grouping.objects.filter(pk=code).first()
    sites = queries.sites_of(code).visible_to(scope_of(request))
    if found is None or not sites.exists():
        raise Http404("Ce regroupement n’existe pas, ou n’est pas de votre périmètre.")
    rows = sites.select_related("operator").order_by(*queries.OPEN_FIRST)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "establishments/grouping.html", {"grouping": found, "page": page})
