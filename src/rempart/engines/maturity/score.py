"""The score of an assessment: a range, since what is not known is not a zero.

For an item with levels from `min` to `max`, a level `v` is worth (v − min) ÷ (max − min). « Je ne sais pas » and an
item that is not answered are worth anything between 0 and 1; « sans objet » leaves the sum. A theme is the mean of its
items weighed by their weights; the whole is the mean of the themes weighed by theirs. Both are computed twice, with
every unknown at 0 and at 1: the two results are the range, in per cent.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rempart.content.frameworks import Framework, Item, Outcome
from rempart.engines.maturity.answers import (
    Answers,
    Given,
    Kind,
    bounds,
    concerns,
    level_of,
)


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, in per cent."""

    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """Whether nothing that counts is unknown."""
        return self.high - self.low < 1e-9


@dataclass(frozen=True, slots=True)
class Count:
    """How many items of a part were answered, and how."""

    answered: int = 0
    unknown: int = 0
    not_applicable: int = 0
    left: int = 0

    @property
    def total(self) -> int:
        """All that was asked."""
        return self.answered + self.unknown + self.not_applicable + self.left

    @property
    def done(self) -> int:
        """All that was answered, « je ne sais pas » and « sans objet » included."""
        return self.total - self.left


@dataclass(frozen=True, slots=True)
class ThemeScore:
    """The score of a theme; None when nothing in it applies."""

    theme: str
    title: str
    score: Range | None
    count: Count


@dataclass(frozen=True, slots=True)
class Score:
    """The score of an assessment; None when nothing applies. `coverage`: the part of what applies that is known, 0 to 1."""

    score: Range | None
    themes: Sequence[ThemeScore]
    count: Count
    coverage: float


def score(framework: Framework, answers: Answers, groups: Collection[str] = ()) -> Score:
    """The score of these answers, over the items that concern these classes of entities (all when there is none)."""
    themes, ranges = [], []
    for theme in framework.themes:
        items = [item for item in theme.items if concerns(item, groups)]
        if not items:
            continue
        found = _mean([(item.weight, _worth(item, answers.get(item.id))) for item in items])
        themes.append(ThemeScore(theme.id, theme.title, found, _count(items, answers)))
        ranges.append((theme.weight, found))
    whole = _sum(theme.count for theme in themes)
    applicable = whole.total - whole.not_applicable
    coverage = whole.answered / applicable if applicable else 1.0
    return Score(_mean(ranges), tuple(themes), whole, coverage)


def outcomes(framework: Framework, found: Range | None) -> tuple[Outcome, ...]:
    """What a score leads to: one outcome, or all those that the range still allows, the lowest first."""
    if found is None:
        return ()
    steps = sorted(framework.outcomes, key=lambda o: o.at_least)
    surely = [o for o in steps if o.at_least <= found.low][-1:]
    perhaps = [o for o in steps if found.low < o.at_least <= found.high]
    return (*surely, *perhaps)


def _worth(item: Item, given: Given | None) -> Range | None:
    """What an answer is worth, from 0 to 100; None when the item is out."""
    if given is not None and given.kind is Kind.NOT_APPLICABLE:
        return None
    value = level_of(item, given)
    if value is None:
        return Range(0.0, 100.0)
    least, most = bounds(item)
    part = 100.0 * (value - least) / (most - least) if most > least else 100.0
    return Range(part, part)


def _mean(weighed: Sequence[tuple[float, Range | None]]) -> Range | None:
    kept = [(weight, r) for weight, r in weighed if r is not None and weight > 0]
    total = sum(weight for weight, _ in kept)
    if not total:
        return None
    low = sum(weight * r.low for weight, r in kept) / total
    high = sum(weight * r.high for weight, r in kept) / total
    return Range(low, high)


def _count(items: Sequence[Item], answers: Answers) -> Count:
    tally = {"answered": 0, "unknown": 0, "not_applicable": 0, "left": 0}
    for item in items:
        given = answers.get(item.id)
        if given is None:
            tally["left"] += 1
        elif given.kind is Kind.LEVEL:
            tally["answered" if level_of(item, given) is not None else "left"] += 1
        else:
            tally[given.kind.value] += 1
    return Count(**tally)


def _sum(counts: Iterable[Count]) -> Count:
    found = Count()
    for count in counts:
        found = Count(
            found.answered + count.answered,
            found.unknown + count.unknown,
            found.not_applicable + count.not_applicable,
            found.left + count.left,
        )
    return found
