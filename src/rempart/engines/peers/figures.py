"""Quartiles of a group, shown only where they designate nobody.

Rules (benchmarks between establishments, private by design): at least five establishments with a value; none over
85 % of their total; values rounded to five hundredths; a group whose members are all alike is hidden, since its
quartiles would state the value of each. From one quarter to the next, figures change only when three contributions
at least changed: else the difference of two quarters would read the one that did.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rempart.engines.peers.groups import LEAST, Group

DOMINANCE: Final = 0.85
STEP: Final = 0.05
LEAST_CHANGED: Final = 3


class Hidden(StrEnum):
    """Why a figure is not shown."""

    TOO_FEW = "too_few"
    DOMINATED = "dominated"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Figures:
    """Quartiles of a measure in a group, rounded to `STEP`, or why they are hidden. `count` is the number of values,
    rounded down to a multiple of five."""

    count: int = 0
    low_quartile: float = 0.0
    median: float = 0.0
    high_quartile: float = 0.0
    hidden: Hidden | None = None


def rounded(value: float) -> float:
    """To the nearest step, halves upwards; from 0 to 1."""
    return min(1.0, max(0.0, round(math.floor(value / STEP + 0.5) * STEP, 2)))


def quartile(ordered: Sequence[float], part: float) -> float:
    """The value under which lies `part` of a sorted list, by linear interpolation. Raises IndexError when it is empty."""
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def figures_of(values: Sequence[float], *, least: int = LEAST) -> Figures:
    """The figures of one measure; `values` are from 0 to 1, one an establishment."""
    if len(values) < least:
        return Figures(hidden=Hidden.TOO_FEW)
    ordered = sorted(values)
    total = math.fsum(ordered)
    if total > 0 and ordered[-1] > DOMINANCE * total:
        return Figures(hidden=Hidden.DOMINATED)
    if ordered[-1] - ordered[0] < STEP:
        return Figures(hidden=Hidden.ALIKE)
    low, median, high = (rounded(quartile(ordered, part)) for part in (0.25, 0.5, 0.75))
    return Figures(len(ordered) // 5 * 5, low, median, high)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is published of a group for a quarter. `values` is kept to tell, at the next quarter, how many changed;
    it never leaves the database. `computed_for` is the quarter whose values the figures come from."""

    key: str
    computed_for: str
    figures: Mapping[str, Figures]
    values: Mapping[str, Mapping[str, float]]


def freeze(group: Group, quarter: str, *, before: Frozen | None = None) -> Frozen:
    """The figures of a group for a quarter, or those of the quarter before when too few contributions changed.

    A contribution changed when an establishment came, left, or has another value of any measure.
    """
    values = {m.id: dict(m.values) for m in group.members}
    if before is not None and 0 < changed(before.values, values) < LEAST_CHANGED:
        return before
    measures = sorted({measure for own in values.values() for measure in own})
    figures = {
        measure: figures_of([own[measure] for own in values.values() if measure in own])
        for measure in measures
    }
    return Frozen(group.key, quarter, figures, values)


def changed(
    before: Mapping[str, Mapping[str, float]], now: Mapping[str, Mapping[str, float]]
) -> int:
    """How many establishments came, left, or changed a value."""
    return sum(dict(before.get(i, {})) != dict(now.get(i, {})) for i in before.keys() | now.keys())
