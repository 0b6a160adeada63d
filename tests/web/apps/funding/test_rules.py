"""Dates, distances, and what a CSV of activities says."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from rempart.content.knowledge import frameworks, programmes
from rempart.kernel.period import Place, placed
from rempart.web.apps.funding.rules import amount, distance, dues, read_activities
from rempart.web.core.errors import Refused

D2 = frameworks()["care_d2"]
HEAD = "finess;nom;activite;source;annee;D2.O1.C;D2.O1.D\n"


@pytest.mark.parametrize(
    ("left", "at"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)]
)
def test_the_shortest_distance_reached_is_the_one_written(left: int, at: int | None) -> None:
    assert distance(left) == at


def test_a_change_of_clock_moves_no_bound() -> None:
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        stated = {"objectives_declaration": day.isoformat()}
        midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())
        first = timezone.localdate(midnight)
        last = timezone.localdate(midnight.replace(hour=23, minute=59))
        found = {due.days_left for today in (first, last) for due in dues(programmes()["care_d2"], stated, today) if due.is_own}  # fmt: skip
        assert found == {0}


def test_an_instant_late_in_the_evening_is_of_the_day_in_paris() -> None:
    with timezone.override("Europe/Paris"):
        late = timezone.localdate(datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    assert late == date(2026, 3, 29)
    assert placed(late, "2026-03-29", "2026-03-29", {}) is Place.INSIDE


def test_a_file_of_activities_is_read_with_french_numbers() -> None:
    found = read_activities(HEAD + "220000012;CH A;12 345,5;ATIH;2024;oui;\n", D2)
    assert found[0].weight == Decimal("12345.5")
    assert found[0].covers == ("care_d2.O1.C",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "première ligne"),
        ("nom;poids\nA;1\n", "finess"),
        (HEAD + "22;A;1;;;;\n", "Ligne 2 : « 22 »"),
        (HEAD + "220000012;A;-1;;;;\n", "Ligne 2"),
        (HEAD + "220000012;A;nan;;;;\n", "Ligne 2"),
        (HEAD + "220000012;A;1;;vingt;;\n", "année"),
        (HEAD + "220000012;A;1;;;;\n220000012;B;2;;;;\n", "deux fois"),
        (HEAD + "220000012\n", "Ligne 2"),
    ],
)
def test_a_wrong_file_of_activities_says_where(text: str, words: str) -> None:
    if words == "Ligne 2" and text.endswith("220000012\n"):
        assert read_activities(text, D2)[0].weight is None
        return
    with pytest.raises(Refused) as refused:
        read_activities(text, D2)
    assert words in f"{refused.value} {refused.value.__dict__}"


@pytest.mark.parametrize("text", ["abc", "1e99", "inf", "-3", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        amount(text)
