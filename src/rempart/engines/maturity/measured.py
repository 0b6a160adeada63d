"""What measures say of an item, beside what somebody declared."""

from collections.abc import Mapping
from dataclasses import dataclass

from rempart.content.frameworks import Item, Prefill
from rempart.engines.maturity.answers import Given, level_of


@dataclass(frozen=True, slots=True)
class Measured:
    """The level that a measured fact shows."""

    fact: str
    figure: float
    level: int


def measured(item: Item, facts: Mapping[str, float]) -> Measured | None:
    """What the facts show of an item: of several facts, the one that shows the lowest level; None when none answers."""
    found = [
        Measured(prefill.fact, facts[prefill.fact], level)
        for prefill in item.prefill
        if prefill.fact in facts and (level := _reached(prefill, facts[prefill.fact])) is not None
    ]
    return min(found, key=lambda m: m.level, default=None)


def contradicts(item: Item, given: Given | None, shown: Measured | None) -> bool:
    """Whether a level was declared and a measure shows another.

    A measure that cannot show more than some level does not contradict whoever declares a higher one.
    """
    declared = level_of(item, given)
    if declared is None or shown is None:
        return False
    top = max(
        step.level
        for prefill in item.prefill
        if prefill.fact == shown.fact
        for step in prefill.steps
    )
    return declared < shown.level or shown.level < min(declared, top)


def _reached(prefill: Prefill, figure: float) -> int | None:
    """The level of the highest step that the figure reaches."""
    steps = [step for step in prefill.steps if figure >= step.at_least]
    return max(steps, key=lambda step: step.at_least).level if steps else None
