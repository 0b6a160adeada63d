"""Numbers, dates and agreements in French."""

import pytest

from rempart.render import french


def test_thousands_are_grouped_by_a_narrow_space() -> None:
    assert french.number(1585) == "1\u202f585"
    assert french.number(5.25) == "5,2"
    assert french.number(6.0) == "6"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(49, 1585, "3"), (1, 1585, "moins de 1"), (1584, 1585, "plus de 99"), (0, 9, "0"), (9, 9, "100")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, text: str) -> None:
    assert french.percent(part, whole) == f"{text}\u202f%"


def test_a_share_of_nothing_is_a_dash() -> None:
    assert french.percent(0, 0) == "–"


def test_zero_is_singular_and_two_is_plural() -> None:
    assert french.counted(0, "compte") == "0\u00a0compte"
    assert french.counted(2, "cheval", "chevaux") == "2\u00a0chevaux"


def test_small_numbers_are_written_in_letters() -> None:
    assert [french.words(6), french.words(1, feminine=True), french.words(17)] == ["six", "une", "17"]  # fmt: skip


def test_dates_are_written_in_full_and_a_text_that_is_none_comes_back() -> None:
    assert french.day("2026-08-01") == "1er août 2026"
    assert french.day("hier") == "hier"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(45, "45 min"), (60, "1 h"), (150, "2 h 30"), (65, "1 h 05"), (2100, "5 jours")],
)
def test_durations_are_in_minutes_hours_then_days_of_work(minutes: int, text: str) -> None:
    assert french.duration(minutes).replace("\u00a0", " ") == text


def test_sizes_are_in_french_units() -> None:
    assert french.size(1_482_233) == "1,5\u00a0Mo"
    assert french.size(12) == "12\u00a0octets"
    assert french.size(5_200_000_000_000) == "5\u202f200\u00a0Go"


def test_a_sentence_gets_a_capital_and_a_stop() -> None:
    assert french.sentence("le compte est actif") == "Le compte est actif."
    assert french.sentence("Pourquoi ?") == "Pourquoi ?"
    assert french.sentence(" ") == ""


def test_numbers_that_follow_are_told_together() -> None:
    assert french.ranges([2, 3, 4, 6, 8, 9]) == "2 à 4, 6, 8, 9"
    assert french.ranges([]) == ""
