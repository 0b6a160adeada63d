"""What an action costs: what the establishment says counts, else the range of the content. No database."""

from dataclasses import dataclass
from typing import Final, Protocol

from rempart.engines.allocation.problem import Range
from rempart.render.french import number

UNKNOWN_DAYS: Final = Range(1.0, 3.0)
"""What an action is counted for while nobody has said how much work it is: it must not look free."""


class Costed(Protocol):
    """What an action holds of its costs."""

    half_days: int | None
    cost_euros: int | None
    yearly_euros: int | None
    days_low: float | None
    days_high: float | None
    euros_low: int | None
    euros_high: int | None
    yearly_low: int | None
    yearly_high: int | None


@dataclass(frozen=True, slots=True)
class Costs:
    """The ranges that are counted; `is_guess`: nobody has said how many days."""

    days: Range
    euros: Range
    euros_per_year: Range
    is_guess: bool = False

    @property
    def words(self) -> str:
        """2 à 5 j, 500 à 6 000 €, puis 300 € par an."""
        parts = [f"{between(self.days)} j" + (" (non estimé)" if self.is_guess else "")]
        if self.euros.high:
            parts.append(f"{between(self.euros)} €")
        if self.euros_per_year.high:
            parts.append(f"puis {between(self.euros_per_year)} € par an")
        return ", ".join(parts)


def costs_of(action: Costed) -> Costs:
    """The costs of an action."""
    days = _range(
        None if action.half_days is None else action.half_days / 2,
        action.days_low,
        action.days_high,
    )
    return Costs(
        days or UNKNOWN_DAYS,
        _range(action.cost_euros, action.euros_low, action.euros_high) or Range(),
        _range(action.yearly_euros, action.yearly_low, action.yearly_high) or Range(),
        is_guess=days is None,
    )


def _range(own: float | None, low: float | None, high: float | None) -> Range | None:
    if own is not None:
        return Range(own, own)
    return Range(low or 0.0, high or low or 0.0) if low is not None or high is not None else None


def between(found: Range) -> str:
    """A range in words; one figure when its ends are the same."""
    low, high = (number(round(value, 1)) for value in (found.low, found.high))
    return low if low == high else f"{low} à {high}"
