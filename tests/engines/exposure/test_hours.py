"""Hours when nothing is touched, in the time of the place."""

from datetime import UTC, datetime

import pytest

from rempart.engines.exposure.hours import (
    MOST_SLOTS,
    Hours,
    Slot,
    check_hours,
    is_open,
    local_day,
    local_words,
    next_open,
)

CARE = Hours(forbidden=[Slot("07:00", "20:00", ["mon", "tue", "wed", "thu", "fri"])])
NIGHT = Hours(allowed=[Slot("22:00", "05:00", ["sat"])])


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> float:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC).timestamp()


def test_a_slot_is_of_the_time_of_the_place() -> None:
    # Monday 23 November 2026: Paris is an hour ahead of UTC.
    assert is_open(CARE, at(23, 5, 59))
    assert not is_open(CARE, at(23, 6))
    assert not is_open(CARE, at(23, 18, 59))
    assert is_open(CARE, at(23, 19))
    assert is_open(CARE, at(22, 12))


def test_a_slot_that_crosses_midnight_is_of_the_evening_that_it_names() -> None:
    assert is_open(NIGHT, at(21, 21))
    assert is_open(NIGHT, at(22, 3, 59))
    assert not is_open(NIGHT, at(22, 4))
    assert not is_open(NIGHT, at(20, 21))
    assert not is_open(NIGHT, at(21, 3))


def test_the_change_of_hour_moves_the_slot_with_the_place() -> None:
    # In July, Paris is two hours ahead.
    assert is_open(CARE, at(20, 4, 59, month=7))
    assert not is_open(CARE, at(20, 5, month=7))


def test_the_next_open_minute_is_said() -> None:
    assert next_open(CARE, at(23, 10, 30)) == at(23, 19)
    assert next_open(CARE, at(23, 20)) == at(23, 20)
    assert next_open(NIGHT, at(22, 10)) == at(28, 21)
    assert local_words(CARE, at(23, 19)) == "23/11/2026 à 20 h 00"
    assert local_day(CARE, at(23, 23, 30)).isoformat() == "2026-11-24"


def test_no_hour_at_all_is_said_rather_than_searched_for_ever() -> None:
    never = Hours(forbidden=[Slot("00:00", "24:00")])
    assert next_open(never, at(23, 10)) is None
    with pytest.raises(ValueError, match="aucun moment"):
        check_hours(never)


def test_hours_cut_into_thousands_of_slots_are_refused_before_they_are_counted() -> None:
    with pytest.raises(ValueError, match="réunissez-les"):
        check_hours(Hours(forbidden=[Slot("07:00", "07:01")] * (MOST_SLOTS + 1)))
