"""Who looked at an establishment from outside."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.apps.accounts import queries
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

A_PAGE = 50


@needs(Act.SEE_ACCESS)
def looked(request: HttpRequest, finess: str) -> HttpResponse:
    """Who, when, what, and by which role or mandate."""
    found = establishment_or_404(scope_of(request), finess, Act.SEE_ACCESS)
    page = Paginator(queries.records_of(found), A_PAGE).get_page(request.GET.get("page"))
    context = {"establishment": found, "page": page}
    return render(request, "accounts/records.html", context)
