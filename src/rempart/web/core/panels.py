"""Panels of a page that outer apps fill: the page of an establishment knows none of them.

An app registers its panels in its AppConfig.ready(); the page draws, in order, those that have something to say.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from rempart.web.core.scope import Act, Scope


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its template, and the query that fills it (context, or None to draw nothing).

    With a title it is folded under it, beside the few words of `brief` in its context: a page shows first what is to
    be done, and the rest on demand.
    """

    name: str
    order: int
    act: Act
    template: str
    query: Callable[[str, Scope], dict[str, Any] | None]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A panel with its context, ready to be drawn."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    title: str = ""


_PANELS: Final[dict[str, Panel]] = {}


def register(panel: Panel) -> None:
    """Add or replace a panel of the page of an establishment."""
    _PANELS[panel.name] = panel


def filled(finess: str, scope: Scope, *, acts: frozenset[Act]) -> list[Filled]:
    """The panels that this scope may see on this establishment (`acts`: what it may do there), in order."""
    found = []
    for panel in sorted(_PANELS.values(), key=lambda p: p.order):
        if panel.act in acts and (context := panel.query(finess, scope)) is not None:
            found.append(Filled(panel.template, context, panel.title))
    return found
