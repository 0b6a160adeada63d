"""What measures say of findings and of actions, in the order of the days when they were made. No clock, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Look(StrEnum):
    """What one measure says of one thing."""

    SEEN = "seen"
    ABSENT = "absent"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a measure of a day said; `order` tells apart two measures of the same day."""

    measured_on: date
    order: int
    look: Look


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a finding stands: mended only when the last measure that judged it did not see it."""

    first_seen_on: date
    last_seen_on: date
    mended_on: date | None
    absent_on: date | None
    not_remeasured_on: date | None


def standing(looks: Iterable[Looked]) -> Standing | None:
    """The standing of a finding after every measure, whatever the order in which they were deposited; None if no
    measure ever saw it. `mended_on` is the first day since which it is no longer seen, `absent_on` the last
    day that confirmed it."""
    first: date | None = None
    last: date | None = None
    mended: date | None = None
    confirmed: date | None = None
    blind: date | None = None
    for looked in sorted(looks, key=lambda k: (k.measured_on, k.order)):
        if looked.look is Look.NOT_MEASURED:
            blind = blind or looked.measured_on
            continue
        blind = None
        if looked.look is Look.SEEN:
            first, last = first or looked.measured_on, looked.measured_on
            mended = confirmed = None
        elif last is not None:
            mended, confirmed = mended or looked.measured_on, looked.measured_on
    if first is None or last is None:
        return None
    return Standing(first, last, mended, confirmed, blind)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one finding of an action, or of the objects of it that the action is about."""

    last_seen_on: date
    absent_on: (
        date | None
    )  # last day on which a measure looked for it and did not see it, after it was last seen
    seen_by: str = ""
    absent_by: str = ""
    is_declared: bool = False  # somebody answered, nothing was measured


def is_verified(done_on: date, evidence: Sequence[Evidence]) -> bool:
    """Whether a closed action is proven: each of its findings was looked for, and not seen, on the day that it was
    declared done or later. What people answer proves nothing by itself: something must have been measured."""
    return any(not e.is_declared for e in evidence) and all(
        e.absent_on is not None and e.absent_on >= done_on for e in evidence
    )


def is_seen_again(since_on: date, evidence: Sequence[Evidence]) -> bool:
    """Whether a finding was seen after the action was done: on a later day, since a collection of the same day may
    have been made before the gesture."""
    return any(e.absent_on is None and e.last_seen_on > since_on for e in evidence)


def is_moot(evidence: Sequence[Evidence]) -> bool:
    """Whether nothing is left to mend."""
    return bool(evidence) and all(e.absent_on is not None for e in evidence)
