"""Policies, held before any view runs, and refusals said in a page."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url

from rempart.web.core.error_pages import refused
from rempart.web.core.policy import policy_of, scope_of


class PolicyMiddleware:
    """A view without a policy answers nobody; a `Refused` becomes a page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Let the view run, send to the sign-in page, or refuse."""
        scope = scope_of(request)
        policy = policy_of(view)
        if policy is None:
            raise PermissionDenied("Cette page ne dit pas qui peut la voir.")
        if policy.allows(scope):
            return None
        if scope.user_id is None:
            asked = urlencode({"next": request.get_full_path()})
            return redirect(f"{resolve_url(settings.LOGIN_URL)}?{asked}")
        raise PermissionDenied("Votre rôle ne permet pas cette page.")

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """A refusal that no form has taken: the page that says it, with its status."""
        return refused(request, fault)
