"""The first measures to take: those that remove the most risk for a day of work.

What a measure removes is the sum, over the items that it mends and that are below their target, of the points of the
item's severity × its weight × the part of the gap that the measure fills. An item answered « je ne sais pas » counts
for half of its whole gap: on average, that is what is missing. One that nobody answered counts for nothing yet.
A gap that a chosen measure fills no longer counts for the next. A measure that must come before another, and that
would still mend something here, comes first; the pair is weighed together.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rempart.content.frameworks import Framework, Item
from rempart.content.measures import Measure
from rempart.engines.maturity.answers import Answers, Kind, bounds, gap, items_for, level_of

UNKNOWN_PART: Final = 0.5
LEAST_DAYS: Final = 0.25
"""Nothing is done in less than two hours: below, a measure would pass before all others for being short."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A measure to take: what it removes, in points of risk, for how many days, and the items that it mends."""

    measure: Measure
    points: float
    days: float
    items: Sequence[Item]
    is_uncertain: bool  # some of these items are not known: to find out is the first step

    @property
    def points_per_day(self) -> float:
        """What ranks it."""
        return self.points / self.days


class _Gaps:
    """What is still missing on each item: (item, its level or None when it is not known, part already filled)."""

    def __init__(
        self,
        framework: Framework,
        answers: Answers,
        groups: Collection[str],
        points: Mapping[str, float],
    ) -> None:
        self.items: dict[str, Item] = {}
        self.levels: dict[str, int | None] = {}
        self.points = points
        for item in items_for(framework, groups):
            given = answers.get(item.id)
            level = level_of(item, given)
            unknown = given is not None and given.kind is Kind.UNKNOWN
            if unknown or (level is not None and gap(item, level) > 0):
                self.items[item.id], self.levels[item.id] = item, level

    def removed(self, measure: Measure) -> dict[str, float]:
        """Item id → points that the measure would remove now."""
        found: dict[str, float] = {}
        for mended in measure.mends:
            item = self.items.get(mended.item or "")
            if item is None:
                continue
            level = self.levels[item.id]
            part = 1.0 if level is not None else UNKNOWN_PART
            filled = gap(item, bounds(item)[0] if level is None else level, mended.to)
            worth = part * filled * self.points.get(item.severity, 0.0) * item.weight
            if worth > 0:
                found[item.id] = max(worth, found.get(item.id, 0.0))
        return found

    def take(self, measure: Measure) -> None:
        """The measure is chosen: what it mends is at the level to which it leads."""
        for mended in measure.mends:
            item = self.items.get(mended.item or "")
            if item is not None:
                level = self.levels[item.id]
                self.levels[item.id] = mended.to if level is None else max(level, mended.to)


def first_actions(
    framework: Framework,
    answers: Answers,
    measures: Iterable[Measure],
    points: Mapping[str, float],
    *,
    groups: Collection[str] = (),
    quick_first: bool = False,
    count: int = 3,
) -> list[Suggestion]:
    """The first `count` measures, in the order in which to take them; fewer when fewer would mend something.

    `points`: severity → points of risk. `quick_first`: what somebody without a specialist does
    within a month comes before all the rest.
    """
    gaps = _Gaps(framework, answers, groups, points)
    every = {measure.id: measure for measure in measures}
    pools = [{k: m for k, m in every.items() if m.is_quick}, every] if quick_first else [every]
    chosen: list[Suggestion] = []
    for pool in pools:
        left = dict(pool)
        while len(chosen) < count and (first := _best(left, gaps)):
            chosen.append(_suggestion(gaps, first))
            gaps.take(first)
            del left[first.id]
    return chosen


def _best(left: Mapping[str, Measure], gaps: _Gaps) -> Measure | None:
    """The measure to take now: the first of the bundle that removes most for a day; None when nothing is to mend."""
    bundles = [_bundle(left, gaps, measure) for measure in left.values()]
    best = max(
        (b for b in bundles if b),
        key=lambda b: (_rate(gaps, b), -len(b), b[-1].id),
        default=None,
    )
    return best[0] if best else None


def _bundle(left: Mapping[str, Measure], gaps: _Gaps, measure: Measure) -> list[Measure]:
    """A measure after those that must come before it and would still mend something; empty when it mends nothing."""
    if not gaps.removed(measure):
        return []
    order: list[Measure] = []
    seen: set[str] = set()

    def visit(one: Measure) -> None:
        if one.id in seen:
            return
        seen.add(one.id)
        for name in one.requires:
            if name in left:
                visit(left[name])
        if gaps.removed(one):
            order.append(one)

    visit(measure)
    return order


def _rate(gaps: _Gaps, bundle: Sequence[Measure]) -> float:
    best: dict[str, float] = {}
    for measure in bundle:
        for item, worth in gaps.removed(measure).items():
            best[item] = max(worth, best.get(item, 0.0))
    return sum(best.values()) / sum(_days(measure) for measure in bundle)


def _days(measure: Measure) -> float:
    return max(LEAST_DAYS, (measure.cost.days.low + measure.cost.days.high) / 2)


def _suggestion(gaps: _Gaps, measure: Measure) -> Suggestion:
    removed = gaps.removed(measure)
    items = sorted(removed, key=lambda name: -removed[name])
    return Suggestion(
        measure,
        sum(removed.values()),
        _days(measure),
        tuple(gaps.items[name] for name in items),
        any(gaps.levels[name] is None for name in items),
    )
