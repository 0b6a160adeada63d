"""The scope of each request, the second factor that it may want, and the trace of what it showed."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from allauth.core.internal.httpkit import get_client_ip
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.accounts.rules import browser_words, shortened
from rempart.web.apps.accounts.second_factor import is_missing
from rempart.web.apps.accounts.witness import record_looks
from rempart.web.core import sessions
from rempart.web.core.policy import ScopedRequest, policy_of
from rempart.web.core.scope import NOBODY, Scope


def _origin(request: HttpRequest) -> tuple[str, str]:
    """The browser and the network of a request, as its author recognises them."""
    agent = request.headers.get("User-Agent", "")
    return browser_words(agent), shortened(get_client_ip(request) or "")


class ScopeMiddleware:
    """Compute the scope once, and hang it on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scoped = cast(ScopedRequest, request)
        scoped.scope = NOBODY
        sessions.comes_from(request.session, lambda: _origin(request))
        if request.user.is_authenticated:
            user = request.user
            scoped.scope = scope_of(user, timezone.localdate())
            if is_missing(request, scoped.scope, user):
                # Signed in, and allowed nothing until the second factor is there.
                scoped.scope = Scope(user_id=user.pk)
                vars(request)["wants_second_factor"] = True
            sessions.seen(request.session)
        response = self.get_response(request)
        if response.status_code == HTTPStatus.OK:
            record_looks(request, scoped.scope)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Lead to the page of second factors whoever must have one and has not."""
        if not vars(request).get("wants_second_factor"):
            return None
        policy = policy_of(view)
        if (policy and policy.public) or request.path.startswith(reverse("account")):
            return None
        messages.warning(
            request, "Votre rôle demande un second facteur. Ajoutez-en un pour continuer."
        )
        return redirect("mfa_index")
