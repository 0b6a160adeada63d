"""Expenses beside the ceiling and the period."""

from datetime import date
from decimal import Decimal

import pytest

from rempart.engines.eligibility.ledger import Balance, Expense, balance
from rempart.kernel.period import Place

NAMED = {"published": date(2025, 7, 16), "declaration": date(2026, 11, 30)}


def spent(euros: int, day: date | None, *, proof: bool = True, kind: str = "prestation") -> Expense:
    return Expense(str(euros), "Sauvegarde hors ligne", kind, Decimal(euros), day, proof)


def of(*expenses: Expense, ceiling: int | None = None) -> Balance:
    limit = None if ceiling is None else Decimal(ceiling)
    return balance(expenses, since="published", until="declaration", named=NAMED, ceiling=limit)


def test_what_was_engaged_before_the_order_is_not_eligible() -> None:
    found = of(spent(1000, date(2025, 7, 15)), spent(500, date(2025, 7, 16)))
    assert found.engaged == 1500
    assert found.eligible == 500
    assert [line.place for line in found.lines] == [Place.TOO_EARLY, Place.INSIDE]


def test_what_passes_the_ceiling_is_said() -> None:
    found = of(spent(900, date(2026, 1, 1)), spent(300, date(2026, 1, 2)), ceiling=1000)
    assert found.over == 200
    assert found.payable == 1000


def test_an_expense_without_its_piece_is_not_payable() -> None:
    found = of(spent(900, date(2026, 1, 1), proof=False), ceiling=1000)
    assert found.eligible == 900
    assert found.payable == 0


def test_without_a_ceiling_nothing_payable_is_stated() -> None:
    found = of(spent(900, date(2026, 1, 1)))
    assert found.payable is None
    assert found.over == 0


def test_an_expense_without_a_day_is_not_counted() -> None:
    assert of(spent(900, None)).eligible == 0


def test_amounts_add_up_by_kind() -> None:
    day = date(2026, 1, 1)
    found = of(spent(900, day), spent(100, day), spent(50, day, kind="licence"))
    assert found.by_kind == {"prestation": 1000, "licence": 50}


def test_a_negative_expense_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        of(spent(-1, date(2026, 1, 1)))
