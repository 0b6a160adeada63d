"""When a perimeter may be touched: hours forbidden or allowed, in the time of the place."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)")
HORIZON: Final = (
    9 * 24 * 60
)  # minutes searched for the next open one: a week, and the change of hour

MOST_SLOTS: Final = 100  # each is held against the ten thousand minutes of a week

ClockText = Annotated[str, Meta(pattern=r"^\d\d:\d\d$")]


class Slot(Struct, forbid_unknown_fields=True, frozen=True, rename={"start": "from", "end": "to"}):
    """Hours of some days: `from` included, `to` excluded; past midnight when `to` is not after `from`."""

    start: ClockText
    end: ClockText
    days: list[str] = msgspec.field(default_factory=lambda: list(DAYS))


class Hours(Struct, forbid_unknown_fields=True, frozen=True):
    """`forbidden` slots close; `allowed` slots, where there are any, close everything else."""

    timezone: str = "Europe/Paris"
    forbidden: list[Slot] = []
    allowed: list[Slot] = []


def check_hours(hours: Hours) -> None:
    """Raise ValueError (French) on an unknown time zone, day or hour, or on hours that never open."""
    _zone(hours.timezone)
    if len(hours.forbidden) + len(hours.allowed) > MOST_SLOTS:
        raise ValueError(f"plus de {MOST_SLOTS} plages d’heures : réunissez-les")
    for slot in (*hours.forbidden, *hours.allowed):
        _minutes(slot.start)
        _minutes(slot.end)
        unknown = [day for day in slot.days if day not in DAYS]
        if unknown or not slot.days:
            raise ValueError(f"jour inconnu : {', '.join(unknown)} (attendus : {', '.join(DAYS)})")
    if len({(d, m) for d in range(7) for m in range(1440) if _opens(hours, d, m)}) == 0:
        raise ValueError("les heures du périmètre ne laissent aucun moment")


def is_open(hours: Hours, at: float) -> bool:
    """Whether the perimeter may be touched at this instant (Unix seconds)."""
    local = _local(hours, at)
    return _opens(hours, local.weekday(), local.hour * 60 + local.minute)


def next_open(hours: Hours, at: float) -> float | None:
    """The first instant from `at` on when it may be touched, to the minute; None when there is none in nine days."""
    if is_open(hours, at):
        return at
    first = at - at % 60 + 60
    minutes = (first + 60 * k for k in range(HORIZON))
    return next((minute for minute in minutes if is_open(hours, minute)), None)


def local_words(hours: Hours, at: float) -> str:
    """« 23/11/2026 à 20 h 00 », in the time of the place."""
    local = _local(hours, at)
    return f"{local:%d/%m/%Y} à {local:%H} h {local:%M}"


def local_day(hours: Hours, at: float) -> date:
    """The day of the place at this instant."""
    return _local(hours, at).date()


def _local(hours: Hours, at: float) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).astimezone(
        _zone(hours.timezone)
    )


def _opens(hours: Hours, weekday: int, minute: int) -> bool:
    if any(_holds(slot, weekday, minute) for slot in hours.forbidden):
        return False
    return not hours.allowed or any(_holds(slot, weekday, minute) for slot in hours.allowed)


def _holds(slot: Slot, weekday: int, minute: int) -> bool:
    start, end = _minutes(slot.start), _minutes(slot.end)
    today, before = DAYS[weekday] in slot.days, DAYS[weekday - 1] in slot.days
    if start < end:
        return today and start <= minute < end
    # Past midnight, the evening is of the day that the slot names and the morning of the next one.
    return (today and minute >= start) or (before and minute < end)


@lru_cache(maxsize=512)
def _minutes(text: str) -> int:
    found = CLOCK.fullmatch(text)
    if not found:
        raise ValueError(f"heure inconnue : « {text} » (attendu : 08:00, jusqu’à 24:00)")
    hour, minute = found[1] or found[3], found[2] or found[4]
    return int(hour) * 60 + int(minute)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"fuseau horaire inconnu : « {name} » (exemple : Europe/Paris)") from None
