"""A severity as it is said: one word, one legend, and nothing lost of what is not known."""

import pytest

from rempart.content.severity import Severity, severities
from rempart.render.severity import (
    severity_class,
    severity_codes,
    severity_delay,
    severity_legend,
    severity_plural,
    severity_points,
    severity_title,
    severity_word,
)


@pytest.mark.parametrize("one", Severity)
def test_a_severity_is_said_as_the_table_says_it(one: Severity) -> None:
    words = severities()[one]
    assert severity_word(str(one)) == words.word
    assert severity_plural(str(one)) == words.plural
    assert severity_title(str(one)).casefold() == words.plural
    assert severity_delay(str(one)) == words.delay


def test_a_severity_that_is_not_known_is_shown_as_it_is_and_asks_for_nothing() -> None:
    assert severity_word("fusée\u202e") == severity_plural("fusée\u202e")
    assert "\u202e" not in severity_word("fusée\u202e")
    assert (severity_class("fusée"), severity_delay("fusée")) == ("none", "")


def test_the_legend_says_by_when_and_leaves_out_what_asks_for_nothing() -> None:
    assert severity_legend().startswith("Critique : à traiter aujourd’hui ; grave : ")
    assert severities()[Severity.INFO].word not in severity_legend()


def test_the_points_are_said_with_the_words_that_they_go_with() -> None:
    assert severity_points() == "critique 100, grave 35, moyen 12, mineur 4"


def test_the_codes_are_given_with_their_words_to_those_who_write_programs() -> None:
    assert severity_codes().startswith("critical (critique), high (grave), ")
