"""The policy that every view declares: public, signed in, or an act that the scope must allow somewhere.

What a person sees of an object is not decided here: the object is fetched through `visible_to(scope, act)`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase

from rempart.web.core.scope import Act, Scope

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call a view: anyone, anyone signed in, or whoever may do `act` on something."""

    public: bool = False
    act: Act | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether the view may be called by this scope."""
        if self.public:
            return True
        return scope.user_id is not None and (self.act is None or scope.can(self.act))

    def __str__(self) -> str:
        return "public" if self.public else self.act or "signed in"


PUBLIC: Final = Policy(public=True)
SIGNED_IN: Final = Policy()


class ScopedRequest(HttpRequest):
    """A request once the middleware has computed its scope."""

    scope: Scope


def scope_of(request: HttpRequest) -> Scope:
    """What whoever asks may do; the middleware computed it once."""
    return cast(ScopedRequest, request).scope


class _Marked(Protocol):
    policy: Policy


def declared(policy: Policy) -> Callable[[View], View]:
    """Mark a view with its policy."""

    def mark(view: View) -> View:
        cast("_Marked", view).policy = policy
        return view

    return mark


def public(view: View) -> View:
    """Anyone."""
    return declared(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Anyone with an account."""
    return declared(SIGNED_IN)(view)


def needs(act: Act) -> Callable[[View], View]:
    """Whoever may do `act` on something."""
    return declared(Policy(act=act))


# The views of libraries, which cannot be marked: by the module that they come from.
LIBRARIES: Final[dict[str, Policy]] = {
    "ninja.": PUBLIC,  # each operation authenticates by token or session, and is scoped
    "django.views.static": PUBLIC,
}


def policy_of(view: Any) -> Policy | None:
    """The policy of a view, or None when it declares none: nobody may then call it."""
    inner = getattr(view, "view_class", view)
    found = getattr(view, "policy", None) or getattr(inner, "policy", None)
    if found is None:
        module = getattr(inner, "__module__", "")
        found = next((p for start, p in LIBRARIES.items() if module.startswith(start)), None)
    return found
