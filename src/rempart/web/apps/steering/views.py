"""Where a person arrives."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.policy import ScopedRequest, needs, signed_in
from rempart.web.core.scope import Act


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """One establishment: its page; several: the portfolio; none: what to do."""
    scope = cast(ScopedRequest, request).scope
    seen = Establishment.objects.visible_to(scope).order_by("finess")[:2]
    if len(seen) == 1:
        return redirect("establishment", seen[0].finess)
    if scope.can(Act.SEE_PORTFOLIO):
        return redirect("portfolio")
    return render(request, "steering/home.html", {"seen": seen})


@needs(Act.SEE_PORTFOLIO)
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every establishment that the scope allows."""
    return render(request, "steering/portfolio.html")
