"""The navigation bar: each app adds its entry, shown to whoever may use it."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from rempart.web.core.scope import Act, Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its words, its URL name, its place, and the act that it needs."""

    words: str
    url_name: str
    order: int
    act: Act


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
        if scope.can(entry.act):
            href = reverse(entry.url_name)
            found.append(Link(entry.words, href, path.startswith(href)))
    return found
