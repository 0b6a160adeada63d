"""The comparison of two exposure reports: what opened and when, and what is not a repair."""

from datetime import timedelta, timezone

import msgspec
import pytest

from rempart.engines.exposure.compare import ExposureComparison, compare
from rempart.engines.exposure.report import EndpointLine
from rempart.render.exposure import comparison, words
from support import exposure_reports as reports
from support.markup import Reader

PARIS = timezone(timedelta(hours=1))


def worse() -> ExposureComparison:
    return compare(reports.clean(), reports.sample())


def test_the_page_is_well_made_even_with_hostile_names() -> None:
    for result in (worse(), compare(reports.hostile(), reports.hostile())):
        reader = Reader()
        reader.feed(comparison.page(result))
        assert [f for f in reader.faults if not f.startswith("a script in the page")] == []


def test_a_door_that_opened_says_its_port_and_its_hour() -> None:
    line = EndpointLine(
        "www.ch.example:443", "192.0.2.1", 443, "https", seen_at="2026-11-22T02:12:00+00:00"
    )
    assert (
        words.opened("opened", line, PARIS)
        == "443 ouvert dimanche 22/11 à 03:12 (www.ch.example:443, https)"
    )
    assert "non évalué" in words.opened("silent", line)


def test_an_instant_that_is_not_one_is_shown_as_it_is() -> None:
    assert words.moment("hier") == "hier"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("A", "F", "baisse de A à F"), ("F", "A", "monte de F à A"), ("C", "C", "reste C")],
)
def test_the_title_says_which_way_the_grade_went(old: str, new: str, said: str) -> None:
    result = msgspec.structs.replace(worse(), old_grade=old, new_grade=new)
    assert said in comparison.headline(result)


def test_what_is_no_longer_measured_is_said_not_to_be_a_repair() -> None:
    gone = msgspec.structs.replace(reports.clean(), checks=[])
    result = compare(reports.sample(), gone)
    assert result.count("mended") == 0
    assert "ce n’est pas une correction" in comparison.lead(result)
    assert any("Plus évalués" in line for line in comparison.lines(result))


def test_a_long_list_is_cut_on_screen() -> None:
    assert any(line.strip().startswith("et ") for line in comparison.lines(worse()))
