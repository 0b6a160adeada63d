"""One question and its answer on a sheet to print."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from factories.assessments import ACCESS_1, ACCESS_2, an_assessment, answered
from factories.documents import a_document
from rempart.content.frameworks import Piece
from rempart.web.apps.assessments.models import Assessment
from support.frameworks import a_framework, an_item
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]


def sheet(assessment: Assessment, item: str = ACCESS_1) -> str:
    return f"/evaluations/{assessment.pk}/questions/{item}/fiche/"


def test_a_sheet_holds_what_is_asked_and_what_was_answered(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    page = browser_of("alice").get(sheet(made)).text
    for words in (
        "Question demo.access.1",
        "EHPAD Les Genêts",
        "question 1 sur 4",
        "Niveau 3 (visé)",
    ):
        assert words in page
    said = page.index("<strong>Niveau 2</strong> : On voit le niveau 2")
    assert said < page.index("Par Alice Essai") < page.index("Ce qui le prouve")
    assert "Imprimer cette fiche" in page


def test_a_sheet_names_each_document_with_its_days(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    given = {"dated_on": date(2026, 3, 1), "valid_until": date(2026, 3, 31)}
    a_document(cast.home, cast.alice, f"item:{ACCESS_1}", title="Compte rendu", **given)
    page = browser_of("alice").get(sheet(made)).text
    assert "Compte rendu, du 1er mars 2026, valable jusqu’au 31 mars 2026" in page
    assert "plus valable" in page


def test_a_sheet_says_which_expected_document_is_missing(cast: Cast, browser_of: BrowserOf) -> None:
    framework = a_framework()
    theme = framework.themes[0]
    theme.items[0] = an_item(ACCESS_1, pieces=[Piece("policy", "La politique signée")])
    made = an_assessment(cast.home, cast.alice, framework)
    page = browser_of("alice").get(sheet(made)).text
    assert page.index("La politique signée") < page.index("Aucun document.")


def test_a_question_without_an_answer_leaves_room_to_write(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice)
    page = browser_of("alice").get(sheet(made, ACCESS_2)).text
    assert "pas encore de réponse" in page
    assert '<section class="onlyprint"' in page


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("rose", 403)])
def test_a_sheet_is_of_the_establishment(
    cast: Cast, browser_of: BrowserOf, who: str, status: int
) -> None:
    made = an_assessment(cast.home, cast.alice)
    assert browser_of(who).get(sheet(made)).status_code == status


def test_a_question_leads_to_its_sheet(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    page = browser_of("alice").get(sheet(made).removesuffix("fiche/")).text
    assert f'href="{sheet(made)}"' in page
