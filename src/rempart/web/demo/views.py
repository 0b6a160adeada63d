"""The door of the demonstration: one button for each invented person."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from rempart.web.apps.accounts.models import User
from rempart.web.core.policy import public
from rempart.web.demo.people import PEOPLE

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@public
def people(request: HttpRequest) -> HttpResponse:
    """Who one may be, and what each will see."""
    _only_in_demo()
    return render(request, "demo/people.html", {"people": PEOPLE})


@public
@require_POST
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as an invented person. There is no password: this address exists in a demonstration only."""
    _only_in_demo()
    person = next((p for p in PEOPLE if p.key == key), None)
    if person is None:
        raise Http404("Cette personne n’est pas de la démonstration.")
    login(request, get_object_or_404(User, email=person.email), backend=BACKEND)
    return redirect("home")


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404("Ceci n’est pas une démonstration.")
