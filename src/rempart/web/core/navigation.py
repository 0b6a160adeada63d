"""The navigation bar: each app adds its entry, shown to whoever may use it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from rempart.web.core.scope import Act, Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its words, its URL name, its place, and the act that it needs.

    `address`, where there is one, gives the address for a scope, or None to show nothing.
    """

    words: str
    url_name: str
    order: int
    act: Act
    address: Callable[[Scope], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the bar draws it."""

    words: str
    href: str
    is_current: bool


_ENTRIES: Final[dict[str, Entry]] = {}


def register(entry: Entry) -> None:
    """Add or replace an entry."""
    _ENTRIES[entry.url_name] = entry


def entries(scope: Scope, path: str) -> list[Link]:
    """The entries that this scope may use, the present one marked."""
    found = []
    for entry in sorted(_ENTRIES.values(), key=lambda e: e.order):
        if not scope.can(entry.act):
            continue
        href = entry.address(scope) if entry.address else reverse(entry.url_name)
        if href:
            found.append(Link(entry.words, href, path.startswith(href)))
    return found
