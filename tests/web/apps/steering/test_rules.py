"""What a portfolio can be asked."""

from datetime import date

import pytest

from rempart.web.apps.steering.models import Situation
from rempart.web.apps.steering.rules import COLUMNS, SORTS, Asked, Audit, months_before


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 21), 6, date(2026, 5, 21)),
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 8, 30), 6, date(2024, 2, 29)),
        (date(2026, 1, 15), 12, date(2025, 1, 15)),
    ],
)
def test_months_are_taken_off_without_leaving_the_calendar(
    day: date, months: int, expected: date
) -> None:
    assert months_before(day, months) == expected


def test_every_sort_of_a_column_exists_in_both_directions() -> None:
    offered = {column.sort for column in COLUMNS if column.sort} | {"nom"}
    assert set(SORTS) == offered | {f"-{sort}" for sort in offered}


def test_every_sort_walks_an_index() -> None:
    indexes = {tuple(index.fields) for index in Situation._meta.indexes}
    for fields in SORTS.values():
        turned = tuple(f.removeprefix("-") if f.startswith("-") else f"-{f}" for f in fields)
        assert fields in indexes or turned in indexes


@pytest.mark.parametrize(
    ("asked", "narrowed"),
    [
        (Asked(), False),
        (Asked(sort="-nom"), False),
        (Asked(audit=Audit.NONE), True),
        (Asked(words="x"), True),
    ],
)
def test_only_a_filter_narrows_the_portfolio(asked: Asked, narrowed: bool) -> None:
    assert asked.is_narrowed is narrowed
