"""Windows of dates: days only, so that no change of clock moves them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from rempart.content.frameworks import Piece, Window
from rempart.engines.maturity.windows import Place, holds_until, months_after, placed

WINDOW = Window("2022-07-16", "candidacy")
CANDIDACY = date(2025, 10, 26)  # the day on which clocks change


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (date(2022, 7, 15), Place.BEFORE),
        (date(2022, 7, 16), Place.WITHIN),
        (CANDIDACY, Place.WITHIN),
        (CANDIDACY + timedelta(days=1), Place.AFTER),
    ],
)
def test_both_bounds_belong_to_the_window(day: date, place: Place) -> None:
    assert placed(WINDOW, day, {"candidacy": CANDIDACY}).place is place


def test_a_bound_that_nobody_stated_leaves_the_piece_unjudged() -> None:
    found = placed(WINDOW, date(2024, 1, 1), {"candidacy": None})
    assert (found.place, found.missing) == (Place.UNKNOWN, ("candidacy",))
    assert placed(WINDOW, date(2024, 1, 1), {}).place is Place.UNKNOWN


def test_a_bound_that_is_known_decides_even_when_the_other_is_not() -> None:
    assert placed(WINDOW, date(2020, 1, 1), {}).place is Place.BEFORE


def test_a_window_without_bounds_takes_any_day() -> None:
    assert placed(Window(), date(1999, 1, 1), {}).place is Place.WITHIN


def test_a_piece_holds_for_its_months() -> None:
    assert holds_until(Piece("p", "Pièce", valid_months=12), date(2024, 2, 29)) == date(2025, 2, 28)
    assert holds_until(Piece("p", "Pièce"), date(2024, 2, 29)) is None


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_months_pass_in_order_and_never_skip_a_month(day: date, months: int) -> None:
    found = months_after(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day <= day.day
