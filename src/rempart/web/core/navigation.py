"""The navigation bar: each app adds its entry, shown to whoever may use it; one at most is marked, where one is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from rempart.web.core.scope import Act, Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its words, its URL name, its place, and the act that it needs.

    `address`, where there is one, gives the address for a scope, or None to show nothing. `parts` are the first words
    of the other addresses that are of this entry; those of what an establishment has follow by themselves.
    """

    words: str
    url_name: str
    order: int
    act: Act
    address: Callable[[Scope], str | None] | None = None
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the bar draws it."""

    words: str
    href: str
    current: str = ""
    """What the bar says of it: the page itself, a page of that part ("true"), or neither."""


_ENTRIES: Final[dict[str, Entry]] = {}
_OWNER: Final = re.compile(r"/(?:etablissements|regroupements)/[^/]+(?=/)")
"""Whose it is: it comes before the part, in the address of what an establishment or a grouping has."""


def register(entry: Entry) -> None:
    """Add or replace an entry."""
    _ENTRIES[entry.url_name] = entry


def entries(scope: Scope, path: str) -> list[Link]:
    """The entries that this scope may use; the nearest to the present page is marked."""
    found: list[tuple[Entry, str]] = []
    for entry in sorted(_ENTRIES.values(), key=lambda e: e.order):
        if not scope.can(entry.act):
            continue
        href = entry.address(scope) if entry.address else reverse(entry.url_name)
        if href:
            found.append((entry, href))
    near = [_nearness(entry, href, path) for entry, href in found]
    marked = near.index(max(near)) if any(map(any, near)) else -1
    return [
        Link(entry.words, href, ("page" if href == path else "true") if n == marked else "")
        for n, (entry, href) in enumerate(found)
    ]


def _nearness(entry: Entry, href: str, path: str) -> tuple[bool, bool, bool, bool, int]:
    """How near a page is to an entry: the page itself, of its part, below it, of what leads to it; then its detail."""
    part, is_below = _part(path), path.startswith(href)
    is_its_part = part != "" and part in {_part(href), *entry.parts}
    leads = path.split("/")[1] in entry.parts
    return path == href, is_its_part, is_below, leads, len(href) if is_below else 0


def _part(path: str) -> str:
    """The first word of an address, without the establishment or the grouping whose it is."""
    return _OWNER.sub("", path, count=1).split("/")[1]
