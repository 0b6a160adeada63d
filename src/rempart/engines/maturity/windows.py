"""Whether a piece is dated within the days that a framework wants, and until when it holds. Days only: no clock."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rempart.content.frameworks import Piece, Window
from rempart.content.knowledge import as_day


class Place(StrEnum):
    """Where a day is, beside a window."""

    WITHIN = "within"
    BEFORE = "before"
    AFTER = "after"
    UNKNOWN = "unknown"  # a bound is a date that the establishment has not stated


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a day is, the bounds as days, and the names of the bounds that nobody has stated."""

    place: Place
    since: date | None = None
    until: date | None = None
    missing: tuple[str, ...] = ()


def placed(window: Window, day: date, dates: Mapping[str, date | None]) -> Placed:
    """Where `day` is beside a window, both bounds included. `dates`: named dates of the programme → days.

    A bound that is known and broken decides, whatever the other; else a bound that is not stated leaves it unknown.
    """
    since, until = _day(window.since, dates), _day(window.until, dates)
    missing = tuple(
        name
        for name, found in ((window.since, since), (window.until, until))
        if name and found is None
    )
    place = Place.UNKNOWN if missing else Place.WITHIN
    if since is not None and day < since:
        place = Place.BEFORE
    elif until is not None and day > until:
        place = Place.AFTER
    return Placed(place, since, until, missing)


def holds_until(piece: Piece, dated_on: date) -> date | None:
    """The last day on which a piece of this date still holds; None when it does not expire by itself."""
    return months_after(dated_on, piece.valid_months) if piece.valid_months else None


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last of that month: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _day(bound: str, dates: Mapping[str, date | None]) -> date | None:
    if not bound:
        return None
    return as_day(bound) or dates.get(bound)
