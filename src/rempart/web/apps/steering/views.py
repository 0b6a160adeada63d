"""Where a person arrives."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.policy import ScopedRequest, signed_in


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """One establishment: its page; several: the portfolio; none: what to do."""
    scope = cast(ScopedRequest, request).scope
    seen = Establishment.objects.visible_to(scope).order_by("finess")[:2]
    if len(seen) == 1:
        return redirect("establishment", seen[0].finess)
    return render(request, "steering/home.html", {"seen": seen})
