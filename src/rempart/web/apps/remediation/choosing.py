"""Which measures of the content to propose for what is open: few, each for as much as it mends. No database.

A cover chosen greedily, the most risk for its price first, until nothing that a measure mends is left; then what they
require and that is open too. The optimiser of the calendar then says which of them come first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rempart.content.frameworks import Item
from rempart.content.measures import Measure as ContentMeasure

DAY_EUROS: Final = 400
YEARS: Final = 3
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Gap:
    """Something open: its row, its key, what it weighs, the part of its severity that it still weighs.

    `is_taken`: somebody already has an action of their own that mends it; `has_proposal`: an audit proposes one.
    """

    pk: int
    key: str
    points: float
    weight: float = 1.0
    is_taken: bool = False
    has_proposal: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A measure to propose, and the part of each gap that it mends."""

    measure: ContentMeasure
    mends: Mapping[int, float]


def part_of(measure: ContentMeasure, gap: Gap, items: Mapping[str, Item]) -> float:
    """The part of a gap that a measure mends: whole for a finding of an audit; for an item, how far it leads from the present
    level to the target, the present level being read from what the gap still weighs."""
    best = 0.0
    for mends in measure.mends:
        if mends.finding == gap.key:
            return 1.0
        if mends.item != gap.key or gap.key not in items:
            continue
        target = items[gap.key].target
        now = target * (1 - gap.weight)
        if target > now:
            best = max(best, min(1.0, (min(mends.to, target) - now) / (target - now)))
    return best


def price(measure: ContentMeasure) -> float:
    """What a measure costs over three years at the middle of its ranges, days counted in euros: to rank, never shown."""
    cost = measure.cost
    days, once, yearly = (
        (r.low + r.high) / 2 for r in (cost.days, cost.euros, cost.euros_per_year)
    )
    return days * DAY_EUROS + once + yearly * YEARS or 1.0


def choose(
    gaps: Sequence[Gap],
    measures: Mapping[str, ContentMeasure],
    items: Mapping[str, Item],
    *,
    kept: Collection[str] = (),
    refused: Collection[str] = (),
) -> list[Chosen]:
    """The measures to propose, the best first. `kept`: those that people already took, which stay; `refused`: those that
    they set aside."""
    mends = _all_mends(gaps, measures, items, refused)
    points = {gap.pk: gap.points for gap in gaps}
    covered = {gap.pk: 1.0 if gap.is_taken else 0.0 for gap in gaps}
    order: list[str] = []
    for name in kept:
        if name in mends:
            _cover(order, covered, name, mends[name])
    while True:
        gain = {
            name: _gain(found, points, covered) / price(measures[name])
            for name, found in mends.items()
            if name not in order
        }
        best = max(gain, key=lambda name: (gain[name], name), default="")
        if not best or gain[best] <= _LEAST:
            break
        _cover(order, covered, best, mends[best])
    order = _without_idle(order, mends, points, kept, gaps)
    return [Chosen(measures[name], mends[name]) for name in _with_required(order, mends, measures)]


def _all_mends(
    gaps: Sequence[Gap],
    measures: Mapping[str, ContentMeasure],
    items: Mapping[str, Item],
    refused: Collection[str],
) -> dict[str, dict[int, float]]:
    by_key: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_key.setdefault(gap.key, []).append(gap)
    found = {}
    for name, measure in measures.items():
        if name in refused:
            continue
        keys = {m.item or m.finding for m in measure.mends}
        near = [gap for key in keys for gap in by_key.get(key, ())]
        parts = {gap.pk: part for gap in near if (part := part_of(measure, gap, items)) > _LEAST}
        # For a single finding, what the audit itself proposes names the objects: it says more.
        if len(parts) == 1 and all(gap.has_proposal for gap in near if gap.pk in parts):
            continue
        if parts:
            found[name] = parts
    return found


def _gain(
    mends: Mapping[int, float], points: Mapping[int, float], covered: Mapping[int, float]
) -> float:
    return sum(points[pk] * max(0.0, min(1.0, part) - covered[pk]) for pk, part in mends.items())


def _cover(
    order: list[str], covered: dict[int, float], name: str, mends: Mapping[int, float]
) -> None:
    # Two measures for one item lead to a level each: the further counts, they do not add up.
    order.append(name)
    for pk, part in mends.items():
        covered[pk] = max(covered[pk], part)


def _without_idle(
    order: list[str],
    mends: Mapping[str, Mapping[int, float]],
    points: Mapping[int, float],
    kept: Collection[str],
    gaps: Sequence[Gap],
) -> list[str]:
    """Without those for which the others, together, already do all."""
    left = list(order)
    for name in reversed(order):
        if name in kept:
            continue
        covered = {gap.pk: 1.0 if gap.is_taken else 0.0 for gap in gaps}
        for other in left:
            if other != name:
                for pk, part in mends[other].items():
                    covered[pk] = max(covered[pk], part)
        if _gain(mends[name], points, covered) <= _LEAST:
            left.remove(name)
    return left


def _with_required(
    order: Sequence[str],
    mends: Mapping[str, Mapping[int, float]],
    measures: Mapping[str, ContentMeasure],
) -> list[str]:
    """Each after what it requires, when that mends something open too: otherwise nothing says that it is lacking."""
    found: dict[str, None] = {}

    def place(name: str) -> None:
        if name in found or name not in mends:
            return
        for required in measures[name].requires:
            place(required)
        found[name] = None

    for name in order:
        place(name)
    return list(found)
