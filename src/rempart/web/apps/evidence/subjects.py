"""What a document may prove, in words: each app says it of its own subjects, and is not imported.

A subject is `<kind>:<name>`. An app registers, in its AppConfig.ready(), how its kinds are said, which of its
subjects somebody may choose, and the dates that an establishment states for the windows of pieces.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from rempart.content.frameworks import Item, Piece
from rempart.content.knowledge import frameworks, programmes
from rempart.kernel.period import Place, bound, placed
from rempart.render.french import day


@dataclass(frozen=True, slots=True)
class Said:
    """A subject in words, and its page."""

    words: str
    href: str = ""


Describe = Callable[[str, Collection[str]], Mapping[str, Said]]
Offer = Callable[[str], Iterable[tuple[str, str]]]
Named = Mapping[str, Mapping[str, date | None]]
Dates = Callable[[str, date], Named]

_KINDS: Final[dict[str, Describe]] = {}
_OFFERS: Final[dict[str, Offer]] = {}
_DATES: Final[dict[str, Dates]] = {}


def register(kind: str, describe: Describe) -> None:
    """Add or replace how a kind of subject is said: from a FINESS number and subjects, their words."""
    _KINDS[kind] = describe


def offer(name: str, choices: Offer) -> None:
    """Add or replace subjects to choose from: from a FINESS number, (subject, words)."""
    _OFFERS[name] = choices


def state_dates(name: str, dates: Dates) -> None:
    """Add or replace who knows stated dates: from a FINESS number and today, framework → name of a date → its day."""
    _DATES[name] = dates


def said(finess: str, subjects: Collection[str]) -> dict[str, Said]:
    """Each subject in words; one that nobody knows any more keeps its name."""
    found = {subject: Said(subject) for subject in subjects}
    for kind, describe in (_BUILT_IN | _KINDS).items():
        if own := [s for s in subjects if s.startswith(f"{kind}:")]:
            found |= describe(finess, own)
    return found


def choices(finess: str) -> list[tuple[str, str]]:
    """The subjects that somebody may choose for an establishment, each once."""
    return list({s: w for some in _OFFERS.values() for s, w in some(finess)}.items())


@cache
def _items() -> dict[str, Item]:
    return {item.id: item for framework in frameworks().values() for item in framework.items}


def _pieces(finess: str, subjects: Collection[str]) -> dict[str, Said]:
    found = {}
    for subject in subjects:
        item, piece = asked(subject)
        if item is not None and piece is not None:
            found[subject] = Said(f"{piece.title} ({item.ref or item.title})")
    return found


def _said_items(finess: str, subjects: Collection[str]) -> dict[str, Said]:
    items = _items()
    names = {subject: subject.removeprefix("item:") for subject in subjects}
    return {s: Said(items[name].title) for s, name in names.items() if name in items}


_BUILT_IN: Final[dict[str, Describe]] = {"item": _said_items, "piece": _pieces}


def asked(subject: str) -> tuple[Item | None, Piece | None]:
    """The item and the piece of a subject `piece:<item>/<piece>`, of the frameworks that Rempart brings."""
    name, _, piece = subject.removeprefix("piece:").partition("/")
    item = _items().get(name)
    if item is None:
        return None, None
    return item, next((p for p in item.pieces if p.id == piece), None)


def window_words(subject: str, dated_on: date | None, dates: Named) -> tuple[str, bool]:
    """What is said of the day of a document beside the window of a piece, and whether it is right; empty: no window."""
    item, piece = asked(subject)
    if item is None or piece is None or not (piece.window.since or piece.window.until):
        return "", True
    named = dates.get(item.id.split(".")[0], {})
    window = piece.window
    place = placed(dated_on, window.since, window.until, named)
    first, last = bound(window.since, named), bound(window.until, named)
    words = {
        Place.INSIDE: "La date convient.",
        Place.TOO_EARLY: f"Trop ancien : la date doit être le {day(str(first))} ou après.",
        Place.TOO_LATE: f"Trop récent : la date doit être le {day(str(last))} ou avant.",
        Place.UNDATED: "Dites la date du document : elle doit tomber dans une période précise.",
        Place.UNKNOWN_BOUND: "La période dépend d’une date de votre dossier, qui n’est pas encore connue.",
    }
    return words[place], place is Place.INSIDE


def named_dates(finess: str, today: date) -> Named:
    """The dates that the windows of each framework name; None for one that the establishment has yet to state."""
    found: dict[str, dict[str, date | None]] = {}
    for programme in programmes().values():
        found.setdefault(programme.framework, {}).update({d.id: d.on for d in programme.dates})
    for stated in _DATES.values():
        for framework, days in stated(finess, today).items():
            found.setdefault(framework, {}).update(days)
    return found
