"""The formula of the score, on nothing but weights: see docs/dev/exposure-score.md for its properties and their proofs."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor
from typing import Final

from rempart.content.exposure_rules import ScoreRules

NO_CEILING: Final = 100.0


@dataclass(frozen=True, slots=True)
class Loss:
    """What one finding costs: `weight` in points, `ceiling` of the score while it is open, `minutes` to mend it."""

    key: str
    theme: str
    check: str
    weight: float
    ceiling: float = NO_CEILING
    minutes: int = 30


def damped(weights: Iterable[float], factor: float) -> float:
    """The largest weight, plus `factor` times the next one, plus its square times the third one…"""
    total = 0.0
    for weight in sorted(weights):
        total = weight + factor * total
    return total


def lost_by_theme(losses: Iterable[Loss], rules: ScoreRules) -> dict[str, float]:
    """Points lost in each theme."""
    weights: dict[tuple[str, str], list[float]] = {}
    for loss in losses:
        weights.setdefault((loss.theme, loss.check), []).append(loss.weight)
    checks: dict[str, list[float]] = {}
    for (theme, _), found in weights.items():
        checks.setdefault(theme, []).append(damped(found, rules.repeat))
    return {theme: damped(found, rules.next_check) for theme, found in checks.items()}


def value_of(losses: Iterable[Loss], rules: ScoreRules) -> float:
    """The score, from 0 to 100, to one decimal below: 89.97 is not 90."""
    losses = list(losses)
    lost = sum(lost_by_theme(losses, rules).values())
    raw = 100 * rules.half_points / (rules.half_points + lost)
    held = min((loss.ceiling for loss in losses), default=NO_CEILING)
    return floor(min(raw, held) * 10 + 1e-9) / 10


def grade_of(value: float, rules: ScoreRules) -> str:
    """The letter of a score."""
    return next(grade.id for grade in rules.grades if value >= grade.at_least)
