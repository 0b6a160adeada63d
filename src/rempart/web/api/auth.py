"""Who calls: a token for scripts, or the session of a page, whose writes prove that the page is ours."""

import math
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import AuthenticationError, HttpError
from ninja.security import HttpBearer, SessionAuth
from ninja.throttling import SimpleRateThrottle
from ninja.utils import check_csrf

from rempart.web.api.models import ApiToken
from rempart.web.api.rules import digest_of, is_use_worth_writing, narrowed
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.accounts.models import User
from rempart.web.core.policy import Policy, ScopedRequest, declared
from rempart.web.core.scope import Act

Operation = TypeVar("Operation", bound=Callable[..., Any])


class ApiRequest(ScopedRequest):
    """A request whose caller is known."""

    user: User


class ByToken(HttpBearer):
    """`Authorization: Bearer rempart_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The owner of the token; the scope of the request becomes theirs, narrowed. Raises AuthenticationError."""
        now = timezone.now()
        rows = ApiToken.objects.usable(now).select_related("owner")
        found = rows.filter(digest=digest_of(token)).first()
        if found is None:
            raise AuthenticationError(401, "Ce jeton est inconnu, expiré ou révoqué.")
        if is_use_worth_writing(found.last_used_at, now):
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        scope = scope_of(found.owner, timezone.localdate(now))
        cast(ScopedRequest, request).scope = narrowed(scope, found.acts)
        request.user = found.owner
        return found.owner


class BySession(SessionAuth):
    """The session of a person who is signed in; a write needs the CSRF token of the page."""

    def __call__(self, request: HttpRequest) -> User | None:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request):
            raise HttpError(403, "Il manque le jeton CSRF de la page, ou il a changé.")
        return request.user


class CallsOfPerson(SimpleRateThrottle):
    """How many calls a person may make in a time, with all their tokens together.

    Counted by fixed windows: one number a person, that several processes add to without losing a call.
    """

    cache = caches["calls"]

    def get_cache_key(self, request: HttpRequest) -> str:
        """The person."""
        return f"api_calls_{request.user.pk}"

    def allow_request(self, request: HttpRequest) -> bool:
        """Count this call; whether it is still within the bound."""
        duration, bound = int(self.duration or 1), int(self.num_requests or 0)
        now = time.time()
        self._left = duration - now % duration
        key = f"{self.get_cache_key(request)}_{int(now // duration)}"
        if self.cache.add(key, 1, timeout=2 * duration):
            return bound >= 1
        return self.cache.incr(key) <= bound

    def wait(self) -> float:
        """Seconds until the next window."""
        return math.ceil(self._left)


AUTHENTICATION: Final = [ByToken(), BySession()]


def needs(act: Act) -> Callable[[Operation], Operation]:
    """An operation for whoever may do `act` on something; its objects are then fetched through `visible_to`."""

    def guard(operation: Operation) -> Operation:
        @wraps(operation)
        def guarded(request: ScopedRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.scope.can(act):
                raise PermissionDenied(
                    "Vos droits, ou ceux de ce jeton, ne permettent pas cet appel."
                )
            return operation(request, *args, **kwargs)

        return cast(Operation, declared(Policy(act=act))(guarded))

    return guard
