"""Which establishments a scope covers, asked by core without knowing the registry.

The app of establishments registers the query when it is ready; core's own models (journal, jobs) use it.
"""

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Q

from rempart.web.core.scope import Act, Scope

_REACH: Final[dict[str, Callable[[Scope, Act], Any]]] = {}


def register(query: Callable[[Scope, Act], Any]) -> None:
    """Give the query: the FINESS numbers on which a scope allows an act, as a subquery."""
    _REACH["establishments"] = query


def within(scope: Scope, act: Act, field: str = "establishment") -> Q:
    """The predicate for rows that name an establishment in a text column; rows without one are not covered."""
    if not scope.can(act) or not _REACH:
        return Q(pk__in=())
    if scope.is_national(act):
        return ~Q(**{field: ""})
    return Q(**{f"{field}__in": _REACH["establishments"](scope, act)})


def covers(scope: Scope, act: Act, finess: str) -> bool:
    """Whether the scope allows an act on one establishment."""
    found = _REACH["establishments"](scope, act) if scope.can(act) and _REACH else None
    return found is not None and bool(found.filter(finess=finess).exists())
