"""After the last question: what is left, what nobody knew, and the result."""

from collections.abc import Callable

import pytest
from django.test import Client

from factories.assessments import ACCESS_1, ACCESS_2, BACKUP_2, an_assessment, answered
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]


def test_the_last_question_leads_to_what_is_left_and_to_the_result(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1="u")
    alice = browser_of("alice")
    address = f"/evaluations/{made.pk}/questions/{BACKUP_2}/"
    assert "Enregistrer et finir" in alice.get(address).text
    said = alice.post(address, {"value": "1", "version": "0"})
    assert said["Location"] == f"/evaluations/{made.pk}/fin/"
    page = alice.get(said["Location"]).text
    assert "2 questions n’ont pas de réponse" in page and "1 « je ne sais pas »" in page
    assert ACCESS_1 in page and ACCESS_2 in page
    assert page.count("btn main") == 1 and "Terminer et voir le résultat" in page


def test_an_end_without_anything_left_says_so(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=1, access_2=1, backup_1=1, backup_2=1)
    page = browser_of("alice").get(f"/evaluations/{made.pk}/fin/").text
    assert "Vous avez répondu à tout" in page and "je ne sais pas" not in page


def test_nothing_is_finished_before_an_answer(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    page = browser_of("alice").get(f"/evaluations/{made.pk}/fin/").text
    assert 'class="btn main" disabled' in page
    overview = browser_of("alice").get(f"/evaluations/{made.pk}/").text
    assert "Terminer" not in overview and overview.count("Commencer") == 1
