"""What was answered, and which items of a framework concern whoever answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rempart.content.frameworks import Framework, Item


class Kind(StrEnum):
    """How an item was answered."""

    LEVEL = "level"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: a level of the item, « je ne sais pas », or « sans objet »."""

    kind: Kind
    value: int | None = None


Answers = Mapping[str, Given]
"""Item id → what was answered; an item that is absent was not answered."""

UNKNOWN = Given(Kind.UNKNOWN)
NOT_APPLICABLE = Given(Kind.NOT_APPLICABLE)


def at(value: int) -> Given:
    """The answer that says a level."""
    return Given(Kind.LEVEL, value)


def concerns(item: Item, groups: Collection[str]) -> bool:
    """Whether an item is asked of these classes of entities; all items are when no class is stated."""
    return not item.groups or not groups or not set(item.groups).isdisjoint(groups)


def items_for(framework: Framework, groups: Collection[str] = ()) -> list[Item]:
    """The items that are asked, in order."""
    return [item for item in framework.items if concerns(item, groups)]


def bounds(item: Item) -> tuple[int, int]:
    """The least and the greatest level of an item."""
    values = [level.value for level in item.levels]
    return min(values), max(values)


def level_of(item: Item, given: Given | None) -> int | None:
    """The level answered, when it is one of the item's; None for anything else, including a level of another version."""
    if given is None or given.kind is not Kind.LEVEL or given.value is None:
        return None
    return given.value if any(level.value == given.value for level in item.levels) else None


def gap(item: Item, value: int, to: int | None = None) -> float:
    """What is missing at `value`, from 0 (the target is reached) to 1 (nothing is done).

    The part of the way from the least level to the target that is still to go: (target − value) ÷ (target − least).
    With `to`, only what a measure that leads to this level would fill.
    """
    least, _ = bounds(item)
    span = item.target - least
    if span <= 0:
        return 0.0
    until = item.target if to is None else min(to, item.target)
    return max(0.0, (until - value) / span)
