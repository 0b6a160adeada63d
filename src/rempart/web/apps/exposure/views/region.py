"""The region: who is covered, and who exposes what, for those who may ask."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.web.apps.establishments.queries import Found
from rempart.web.apps.exposure import coverage as covering, pictures, rules, searching
from rempart.web.core import access_log
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act, Scope

PER_PAGE: Final = 50


@needs(Act.SEE_PORTFOLIO)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Who is covered by a recent sweep, on a map and in a list."""
    scope, today = scope_of(request), timezone.localdate()
    asked = covering.asked_of(request.GET.dict())
    tally = covering.tally(scope, today)
    rows = covering.rows(scope, asked, today).order_by("department", "name", "finess")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "tally": tally,
        "chart": pictures.coverage(tally.by_department) if tally.by_department else None,
        "departments": sorted(tally.by_department),
        "states": covering.STATES,
        "page": page,
        "fresh_since": today - rules.COVERED_FOR,
        "days": rules.COVERED_FOR.days,
        "part": "coverage",
    } | tabs(scope)
    return render(request, "exposure/coverage.html", context)


@needs(Act.SEARCH_EXPOSURE)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Who exposes a product, a known hole, or fails a check."""
    scope = scope_of(request)
    words = request.GET.get("q", "")[:100].strip()
    context: dict[str, Any] = {"words": words, "part": "search"} | tabs(scope)
    context["searched"] = searching.searched(scope)
    if len(words) >= searching.LEAST:
        rows: Any = Found(searching.hits(scope, words), PER_PAGE, is_precise=True)
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        found = searching.told(scope, list(page), words)
        shown = (hit.establishment.pk for hit in found)
        access_log.listed(request, shown, words="Recherche de ce qui est exposé")
        context |= {"page": page, "hits": found, "shown": searching.SHOWN}
    return render(request, "exposure/search.html", context)


def tabs(scope: Scope) -> dict[str, bool]:
    """Which of the pages of exposure this scope has."""
    return {
        "may_see": scope.can(Act.SEE_FINDINGS),
        "may_cover": scope.can(Act.SEE_PORTFOLIO),
        "may_search": scope.can(Act.SEARCH_EXPOSURE),
    }
