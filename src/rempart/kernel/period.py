"""Windows of days whose bounds may be named: « between the publication of the order and the declaration »."""

import calendar
from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class Place(StrEnum):
    """Where a day is, beside a window."""

    INSIDE = "inside"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    UNDATED = "undated"  # the day itself is not known
    UNKNOWN_BOUND = (
        "unknown_bound"  # a named bound has no day yet, and the other one does not settle it
    )


def bound(text: str, named: Mapping[str, date | None]) -> date | None:
    """The day of a bound: an ISO day, or the name of a date; None when there is no bound or its day is not known.

    Raises KeyError when it is neither a day nor a name that `named` has.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return named[text]


def placed(day: date | None, since: str, until: str, named: Mapping[str, date | None]) -> Place:
    """Where `day` is beside the window from `since` to `until`, both included; an empty bound does not bind.

    Raises KeyError as `bound` does.
    """
    first, last = bound(since, named), bound(until, named)
    if day is None:
        return Place.UNDATED if since or until else Place.INSIDE
    if first is not None and day < first:
        return Place.TOO_EARLY
    if last is not None and day > last:
        return Place.TOO_LATE
    if (since and first is None) or (until and last is None):
        return Place.UNKNOWN_BOUND
    return Place.INSIDE


def after_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last day of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
