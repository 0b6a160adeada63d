"""What the pages of the perimeter have in common."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.policy import scope_of
from rempart.web.core.scope import Act


def mine(request: HttpRequest, finess: str) -> Establishment:
    """The establishment whose perimeter this person may set; else 404."""
    return establishment_or_404(scope_of(request), finess, Act.SET_PERIMETER)


def who(request: HttpRequest) -> User:
    """The person who is signed in."""
    return cast(User, request.user)


def form_page(
    request: HttpRequest, establishment: Establishment, form: Any, template: str
) -> HttpResponse:
    """A page that holds one form, 422 when it was refused."""
    context = {"establishment": establishment, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)
