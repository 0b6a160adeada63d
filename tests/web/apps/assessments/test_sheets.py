"""The code of a printed questionnaire finds its page again, and a slip finds none."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client

from factories.assessments import TODAY, an_assessment
from rempart.web.apps.assessments import documents
from rempart.web.apps.assessments.sheets import code_of, number_of
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
ADDRESS = "/evaluations/feuille/"


@pytest.mark.parametrize("number", [1, 30, 31, 1042, 123_456_789_012])
def test_a_code_is_read_however_it_is_typed(number: int) -> None:
    code = code_of(number)
    forms = (code, code.lower(), code.replace("-", " "), code.replace("-", ""), code[2:])
    assert {number_of(form) for form in forms} == {number}
    assert number_of(code.replace("0", "O").replace("1", "l")) == number


def test_one_digit_wrong_or_two_exchanged_open_nothing() -> None:
    for number in (1042, 98_765, 31_000_123):
        digits, sign = code_of(number)[2:].split("-")
        for place, digit in enumerate(digits):
            others = (d for d in "0123456789" if d != digit)
            assert {
                number_of(f"{digits[:place]}{d}{digits[place + 1 :]}{sign}") for d in others
            } == {None}
        for place in range(len(digits) - 1):
            first, second = digits[place : place + 2]
            swapped = f"{digits[:place]}{second}{first}{digits[place + 2 :]}{sign}"
            assert first == second or number_of(swapped) is None


@pytest.mark.parametrize("code", ["", "P", "P-1042", "J", "P-12-Ω", "9" * 40, "P-١-1"])
def test_what_is_no_code_is_refused_with_advice(
    cast: Cast, browser_of: BrowserOf, code: str
) -> None:
    answer = browser_of("alice").get(ADDRESS, {"code": code})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Recopiez-le" in answer.content.decode()


def test_the_code_on_paper_opens_the_right_page(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    printed = documents.made(made, "questionnaire.pdf", today=TODAY, by=cast.alice)
    assert printed.startswith(b"%PDF")
    answer = browser_of("alice").get(ADDRESS, {"code": code_of(made.pk)})
    assert answer["Location"] == f"/evaluations/{made.pk}/saisie/"
    assert code_of(made.pk) in browser_of("alice").get(answer["Location"]).content.decode()


@pytest.mark.parametrize("name", ["charlie", "bob"])
def test_the_sheet_of_another_does_not_exist(cast: Cast, browser_of: BrowserOf, name: str) -> None:
    made = an_assessment(cast.home, cast.alice)
    answer = browser_of(name).get(ADDRESS, {"code": code_of(made.pk)})
    assert answer.status_code == HTTPStatus.NOT_FOUND
