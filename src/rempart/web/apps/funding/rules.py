"""The rules of a file, without a database: its dates, what stands in a CSV of activities, its words."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from rempart.content.frameworks import Framework, Item, NamedDate, Programme
from rempart.kernel.finess import is_finess
from rempart.web.core.errors import Refused

DISTANCES: Final = (60, 30, 7)
"""Days before a date at which people are written to."""
MOST_ENTITIES: Final = 500
MOST_WEIGHT: Final = Decimal("1e10")
YES: Final = frozenset({"oui", "o", "x", "1", "vrai"})
COLUMNS: Final = ("finess", "nom", "activite", "source", "annee")


@dataclass(frozen=True, slots=True)
class Activity:
    """What is stated of an entity."""

    finess: str
    name: str
    weight: Decimal | None = None
    source: str = ""
    year: int | None = None
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """A date of a file, and how many days are left."""

    name: str
    title: str
    on: date
    days_left: int
    is_own: bool
    is_certain: bool


def own_dates(programme: Programme) -> list[NamedDate]:
    """The dates that each candidate states for itself."""
    return [found for found in programme.dates if found.on is None]


def named(programme: Programme, stated: Mapping[str, str]) -> dict[str, date | None]:
    """Every date of the programme by its name; None for one that nobody stated."""
    return {
        found.id: found.on or (date.fromisoformat(stated[found.id]) if found.id in stated else None)
        for found in programme.dates
    }


def named_so_far(
    programme: Programme, stated: Mapping[str, str], *, is_preparing: bool, today: date
) -> dict[str, date | None]:
    """The same, but a declaration that is still to be made ends nothing before today: what is dated until now is in time."""
    days = named(programme, stated)
    end = programme.expenses_until
    if is_preparing and end in days and days[end] is None:
        days[end] = today
    return days


def checked_dates(programme: Programme, stated: Mapping[str, date | None]) -> dict[str, str]:
    """The dates as a file keeps them. Raises Refused when a name is not one that a candidate states."""
    names = {found.id for found in own_dates(programme)}
    if set(stated) - names:
        raise Refused("Cette date est fixée par le programme : elle ne se modifie pas ici.")
    return {name: day.isoformat() for name, day in stated.items() if day is not None}


def dues(programme: Programme, stated: Mapping[str, str], today: date) -> list[Due]:
    """The dates whose day is known, in order; `days_left` is negative once they have passed."""
    days = named(programme, stated)
    found = [
        Due(d.id, d.title, day, (day - today).days, d.on is None, d.source.is_certain)
        for d in programme.dates
        if (day := days[d.id]) is not None
    ]
    return sorted(found, key=lambda due: (due.on, due.name))


def distance(days_left: int) -> int | None:
    """The distance at which to write, the shortest that is reached: 60, 30 or 7 days; None when it is too early or past."""
    if days_left < 0:
        return None
    return min((d for d in DISTANCES if days_left <= d), default=None)


def shared_items(framework: Framework) -> list[Item]:
    """The items that want a part of the activity covered."""
    return [item for item in framework.items if item.share]


def amount(text: str, *, most: Decimal = MOST_WEIGHT) -> Decimal:
    """« 12 345,6 » → 12345.6. Raises Refused when it is no amount."""
    plain = "".join(text.split()).replace("\u202f", "").replace("\u00a0", "").replace(",", ".")
    try:
        found = Decimal(plain)
    except InvalidOperation as fault:
        raise Refused(f"« {text.strip()[:40]} » n’est pas un nombre.") from fault
    if not found.is_finite() or not 0 <= found <= most:
        raise Refused(f"« {text.strip()[:40]} » n’est pas un nombre possible ici.")
    return found


def read_activities(text: str, framework: Framework) -> list[Activity]:
    """The lines of a CSV of activities: finess;nom;activite;source;annee, then one column for each shared item, by its
    official reference (O1.C…), « oui » when the entity is covered. Raises Refused with the number of the line."""
    sample = text[:2000].splitlines()[0] if text.strip() else ""
    separator = max(";,\t", key=sample.count)
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
    try:
        heads = [_folded(cell) for cell in next(rows, [])]
        _check_heads(heads)
        found = [
            _activity(dict(zip(heads, cells, strict=False)), framework, line)
            for line, cells in enumerate(rows, 2)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as fault:
        raise Refused(f"Ce fichier CSV ne se lit pas : {fault}.") from fault
    return checked_activities(found)


def checked_activities(found: Sequence[Activity]) -> list[Activity]:
    """The same, once each. Raises Refused when one is there twice or when there are too many."""
    if len(found) > MOST_ENTITIES:
        raise Refused(f"Un dossier a au plus {MOST_ENTITIES} entités.")
    numbers = [one.finess for one in found]
    twice = sorted({n for n in numbers if numbers.count(n) > 1})
    if twice:
        raise Refused(f"L’entité {twice[0]} est donnée deux fois : gardez une seule ligne.")
    return list(found)


def _check_heads(heads: Sequence[str]) -> None:
    missing = [name for name in ("finess", "activite") if name not in heads]
    if missing:
        raise Refused(
            f"La première ligne doit nommer les colonnes ; il manque « {missing[0]} ».",
            todo="Repartez du modèle à télécharger sur cette page.",
        )


def _activity(cells: Mapping[str, str], framework: Framework, line: int) -> Activity:
    finess = cells["finess"].strip().upper()
    if not is_finess(finess):
        raise Refused(f"Ligne {line} : « {finess[:20]} » n’est pas un numéro FINESS.")
    year = cells.get("annee", "").strip()
    if year and not (year.isascii() and year.isdecimal() and 2000 <= int(year) <= 2100):
        raise Refused(f"Ligne {line} : « {year[:20]} » n’est pas une année.")
    try:
        weight = amount(cells["activite"]) if cells.get("activite", "").strip() else None
    except Refused as fault:
        raise Refused(f"Ligne {line} : {fault}") from fault
    return Activity(
        finess,
        cells.get("nom", "").strip()[:200] or finess,
        weight,
        cells.get("source", "").strip()[:200],
        int(year) if year else None,
        tuple(
            item.id
            for item in shared_items(framework)
            if _folded(cells.get(_folded(item.ref or item.id), "")) in YES
        ),
    )


def _folded(text: str) -> str:
    return text.strip().lower().replace("é", "e")
