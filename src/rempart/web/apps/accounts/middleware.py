"""The scope of each request."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.accounts.models import User
from rempart.web.core.policy import ScopedRequest
from rempart.web.core.scope import NOBODY


class ScopeMiddleware:
    """Compute the scope once, and hang it on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scoped = cast(ScopedRequest, request)
        signed_in = request.user.is_authenticated
        scoped.scope = (
            scope_of(cast(User, request.user), timezone.localdate()) if signed_in else NOBODY
        )
        return self.get_response(request)
