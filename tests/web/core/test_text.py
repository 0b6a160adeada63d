"""Text as it is searched."""

import pytest

from rempart.web.core.text import folded, folded_lines

CASES = {
    "EHPAD « L’Été »": "ehpad l ete",
    "E.H.P.A.D. DU C.H. ST.MALO": "ehpad du ch st malo",
    "Œuvre  d'Ægir, Straße n°4": "oeuvre d aegir strasse n 4",
    "": "",
    "  ": "",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_accents_case_dots_and_punctuation_do_not_count(text: str, expected: str) -> None:
    assert folded(text) == expected


def test_many_texts_are_folded_as_one_is() -> None:
    assert folded_lines(list(CASES)) == list(CASES.values())
