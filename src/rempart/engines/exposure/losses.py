"""The formula of the score, on nothing but weights: see docs/dev/exposure-score.md for its properties and their proofs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import floor
from typing import Final

from msgspec import Struct

from rempart.content.exposure_rules import ScoreRules

NO_CEILING: Final = 100.0


class Loss(Struct, frozen=True, gc=False):
    """What one finding costs: `weight` in points, `ceiling` of the score while it is open, `minutes` to mend it."""

    key: str
    theme: str
    check: str
    weight: float
    ceiling: float = NO_CEILING
    minutes: int = 30


Sums = Counter[tuple[str, str, float, float]]
"""How many losses there are of each theme, check, weight and ceiling: what the score is made of, however many they are."""


def damped(weights: Iterable[float], factor: float) -> float:
    """The largest weight, plus `factor` times the next one, plus its square times the third one…"""
    return _damped(Counter(weights), factor)


def _damped(weights: Mapping[float, int], factor: float) -> float:
    total = 0.0
    for weight, count in sorted(weights.items()):
        for _ in range(count):
            before, total = total, weight + factor * total
            if total == before:
                break  # one more of the same weight changes nothing any more
    return total


def summed(losses: Iterable[Loss]) -> Sums:
    """Losses counted by what makes them weigh."""
    return Counter((x.theme, x.check, x.weight, x.ceiling) for x in losses)


def lost_by_theme(sums: Sums, rules: ScoreRules) -> dict[str, float]:
    """Points lost in each theme."""
    weights: dict[tuple[str, str], Counter[float]] = {}
    for (theme, check, weight, _), count in sums.items():
        weights.setdefault((theme, check), Counter())[weight] += count
    checks: dict[str, list[float]] = {}
    for (theme, _), found in weights.items():
        checks.setdefault(theme, []).append(_damped(found, rules.repeat))
    return {theme: damped(found, rules.next_check) for theme, found in checks.items()}


def value_of(losses: Iterable[Loss], rules: ScoreRules) -> float:
    """The score, from 0 to 100, to one decimal below: 89.97 is not 90."""
    return value_of_sums(summed(losses), rules)


def value_of_sums(sums: Sums, rules: ScoreRules) -> float:
    """`value_of` losses that were counted."""
    lost = sum(lost_by_theme(sums, rules).values())
    raw = 100 * rules.half_points / (rules.half_points + lost)
    held = min((ceiling for _, _, _, ceiling in sums), default=NO_CEILING)
    return floor(min(raw, held) * 10 + 1e-9) / 10


def grade_of(value: float, rules: ScoreRules) -> str:
    """The letter of a score."""
    return next(grade.id for grade in rules.grades if value >= grade.at_least)
