"""Expenses beside the ceiling and the period of a programme."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rempart.kernel.period import Place, placed


@dataclass(frozen=True, slots=True)
class Expense:
    """An expense really made. `engaged_on` is the day that the period of eligibility looks at."""

    id: str
    label: str
    kind: str
    euros: Decimal
    engaged_on: date | None
    has_proof: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An expense, and where its day is beside the period."""

    expense: Expense
    place: Place

    @property
    def is_eligible(self) -> bool:
        """Whether its day is in the period; one that cannot be placed is not counted as eligible."""
        return self.place is Place.INSIDE


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance, in euros. `eligible` counts what is in the period; `proven`, the part of it that has a piece;
    `payable`, the proven part under the ceiling, None while the ceiling is not known."""

    lines: tuple[Line, ...]
    engaged: Decimal
    eligible: Decimal
    proven: Decimal
    ceiling: Decimal | None
    payable: Decimal | None
    over: Decimal
    by_kind: Mapping[str, Decimal]


def balance(
    expenses: Iterable[Expense],
    *,
    since: str,
    until: str,
    named: Mapping[str, date | None],
    ceiling: Decimal | None,
) -> Balance:
    """The balance of a file. `since` and `until` bound the period, as days or names of dates.

    Raises KeyError on a name that `named` lacks, ValueError on a negative amount.
    """
    lines = tuple(Line(e, placed(e.engaged_on, since, until, named)) for e in expenses)
    if any(line.expense.euros < 0 for line in lines):
        raise ValueError("An expense cannot be negative.")
    counted = [line.expense for line in lines if line.is_eligible]
    eligible = sum((e.euros for e in counted), Decimal(0))
    proven = sum((e.euros for e in counted if e.has_proof), Decimal(0))
    by_kind: dict[str, Decimal] = {}
    for expense in counted:
        by_kind[expense.kind] = by_kind.get(expense.kind, Decimal(0)) + expense.euros
    return Balance(
        lines,
        sum((line.expense.euros for line in lines), Decimal(0)),
        eligible,
        proven,
        ceiling,
        None if ceiling is None else min(proven, ceiling),
        Decimal(0) if ceiling is None else max(eligible - ceiling, Decimal(0)),
        by_kind,
    )
