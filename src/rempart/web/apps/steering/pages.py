"""The page of the portfolio, put together: its form, its list, its pictures, its views."""

from datetime import date
from functools import partial
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from rempart.web.apps.steering import actions, pictures, queries
from rempart.web.apps.steering.forms import PortfolioForm
from rempart.web.apps.steering.rules import DEFAULT_SILENCE, SILENCES
from rempart.web.core.scope import Scope


def filters(data: QueryDict, scope: Scope, categories: list[tuple[str, str]]) -> PortfolioForm:
    return PortfolioForm(
        data,
        places=queries.places_of(scope),
        categories=categories,
        groupings=queries.groupings_of(scope),
    )


def portfolio(scope: Scope, query: QueryDict, *, today: date) -> dict[str, Any]:
    """All that the page draws, for what its address asks."""
    categories = queries.categories_of(scope)
    form = filters(query, scope, categories)
    asked = form.asked()
    found = queries.portfolio(
        scope,
        asked,
        today=today,
        page=query.get("page"),
        categories=dict(categories),
    )
    link = partial(_linked, query)
    return {
        "form": form,
        "found": found,
        "figures": found.tally.whole,
        "silence": SILENCES[asked.silence or DEFAULT_SILENCE],
        "map": pictures.map_of(
            found.tally,
            shade=asked.shade,
            places=[asked.department] if asked.department else queries.places_of(scope),
            link=partial(link, "departement"),
        ),
        "levels": pictures.levels_of(found.tally, link=partial(link, "audit")),
        "views": queries.views_of(scope),
        "is_wide": any(
            (asked.assessed, asked.grouping, asked.operator, asked.silence, asked.is_overdue)
        ),
        "query": query.urlencode(),
        "shared_with": actions.shareable(scope),
    }


def _linked(query: QueryDict, name: str, value: str) -> str:
    """The portfolio with one filter changed."""
    changed = query.copy()
    changed.pop("page", None)
    changed[name] = value
    return f"{reverse('portfolio')}?{changed.urlencode()}"
