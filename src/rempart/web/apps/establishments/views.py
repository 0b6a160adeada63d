"""The page of an establishment."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.apps.establishments.access import acts_on, establishment_or_404
from rempart.web.core import panels
from rempart.web.core.policy import ScopedRequest, needs
from rempart.web.core.scope import Act


@needs(Act.SEE_ESTABLISHMENT)
def establishment(request: HttpRequest, finess: str) -> HttpResponse:
    """Where it stands, and what to do next."""
    scope = cast(ScopedRequest, request).scope
    found = establishment_or_404(scope, finess)
    acts = acts_on(scope, found)
    context = {
        "establishment": found,
        "acts": acts,
        "panels": panels.filled(finess, scope, acts=acts),
    }
    return render(request, "establishments/establishment.html", context)
