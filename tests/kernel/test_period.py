"""Windows of days."""

from datetime import date

import pytest

from rempart.kernel.period import Place, after_months, bound, placed

NAMED = {"declaration": None, "published": date(2025, 7, 16)}


@pytest.mark.parametrize(
    ("day", "since", "until", "place"),
    [
        (date(2025, 7, 16), "published", "2026-12-31", Place.INSIDE),
        (date(2025, 7, 15), "published", "2026-12-31", Place.TOO_EARLY),
        (date(2027, 1, 1), "published", "2026-12-31", Place.TOO_LATE),
        (date(2025, 8, 1), "published", "declaration", Place.UNKNOWN_BOUND),
        (date(2025, 7, 1), "published", "declaration", Place.TOO_EARLY),
        (date(2025, 7, 1), "declaration", "", Place.UNKNOWN_BOUND),
        (None, "published", "", Place.UNDATED),
        (None, "", "", Place.INSIDE),
        (date(1990, 1, 1), "", "", Place.INSIDE),
    ],
)
def test_a_day_is_placed_beside_its_window(
    day: date | None, since: str, until: str, place: Place
) -> None:
    assert placed(day, since, until, NAMED) is place


def test_a_name_that_nobody_gave_is_a_fault_of_content() -> None:
    with pytest.raises(KeyError):
        bound("candidacy", NAMED)


def test_an_empty_bound_binds_nothing() -> None:
    assert bound("", NAMED) is None


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert after_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert after_months(date(2024, 12, 5), 12) == date(2025, 12, 5)
