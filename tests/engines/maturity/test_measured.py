"""Measured facts beside what is declared."""

import pytest

from rempart.engines.maturity.answers import UNKNOWN, at
from rempart.engines.maturity.measured import Measured, contradicts, measured
from support.frameworks import a_prefill, an_item

LEVEL = a_prefill("directory.level", (1, 0), (2, 1), (3, 3))
AGE = a_prefill("restore.age_days", (0, 4), (365, 2), (1000, 0))


@pytest.mark.parametrize(("figure", "level"), [(1, 0), (2.9, 1), (3, 3), (5, 3)])
def test_the_highest_step_that_is_reached_counts(figure: float, level: int) -> None:
    item = an_item("demo.a.1", prefill=[LEVEL])
    assert measured(item, {"directory.level": figure}) == Measured("directory.level", figure, level)


def test_a_figure_under_the_first_step_shows_nothing() -> None:
    assert measured(an_item("demo.a.1", prefill=[LEVEL]), {"directory.level": 0}) is None


def test_a_fact_that_nobody_measured_shows_nothing() -> None:
    assert measured(an_item("demo.a.1", prefill=[LEVEL]), {}) is None


def test_of_two_facts_the_lowest_level_is_shown() -> None:
    item = an_item("demo.a.1", prefill=[LEVEL, AGE])
    found = measured(item, {"directory.level": 3, "restore.age_days": 400})
    assert found is not None
    assert (found.level, found.fact) == (2, "restore.age_days")


def test_a_contradiction_is_a_declared_level_that_a_measure_does_not_show() -> None:
    item = an_item("demo.a.1", prefill=[LEVEL])
    shown = measured(item, {"directory.level": 2})
    assert contradicts(item, at(4), shown)
    assert not contradicts(item, at(1), shown)
    assert not contradicts(item, UNKNOWN, shown)
    assert not contradicts(item, at(4), None)


def test_a_measure_that_cannot_show_more_does_not_contradict_a_higher_level() -> None:
    item = an_item("demo.a.1", prefill=[LEVEL])
    assert not contradicts(item, at(4), measured(item, {"directory.level": 3}))
