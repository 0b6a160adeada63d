"""The pages of an assessment, as a browser asks for them."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.assessments import (
    ACCESS_1,
    ACCESS_2,
    BACKUP_1,
    TODAY,
    a_stored,
    a_submitted,
    an_assessment,
    answered,
)
from factories.establishments import an_establishment
from rempart.web.apps.assessments import actions
from rempart.web.apps.assessments.models import Answer, AnswerChange, Assessment, ItemComment
from rempart.web.apps.establishments.models import Establishment
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]
HTMX = {"HX-Request": "true"}
TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def question(assessment: Assessment, item: str = ACCESS_1) -> str:
    return f"/evaluations/{assessment.pk}/questions/{item}/"


def test_somebody_begins_answers_and_finishes(cast: Cast, browser_of: BrowserOf) -> None:
    a_stored()
    alice = browser_of("alice")
    assert "Commencer" in alice.get("/etablissements/350000019/evaluations/").content.decode()
    opened = alice.post("/etablissements/350000019/evaluations/ouvrir/", {"framework": "demo"})
    made = Assessment.objects.get()
    assert opened["Location"] == question(made)
    assert "Question demo.access.1" in alice.get(question(made)).content.decode()
    saved = alice.post(question(made), {"value": "1", "version": "0"})
    assert saved["Location"] == question(made, ACCESS_2)
    done = alice.post(f"/evaluations/{made.pk}/terminer/")
    assert done["Location"] == f"/evaluations/{made.pk}/resultat/"
    assert "il reste" not in alice.get(done["Location"]).content.decode()


def test_an_answer_is_saved_without_leaving_the_page(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    sent = {"value": "2", "note": "Vu avec le prestataire", "version": "0"}
    said = browser_of("alice").post(question(made), sent, headers=HTMX)
    assert (said.status_code, "Enregistré à" in said.content.decode()) == (200, True)
    assert 'name="version" value="1"' in said.content.decode()
    assert Answer.objects.get().note == "Vu avec le prestataire"


@pytest.mark.parametrize("count", [1, 60])
def test_saving_an_answer_takes_eight_queries_whatever_the_number_of_assessments(
    cast: Cast, browser_of: BrowserOf, count: int
) -> None:
    stored = a_stored()
    made = an_assessment(cast.home, cast.alice)
    Assessment.objects.bulk_create(
        actions.prepared(an_establishment(f"35{n:07d}"), stored, TODAY)
        for n in range(100, 100 + count)
    )
    alice = browser_of("alice")
    for value, version, most in (("2", "0", 8), ("3", "1", 7)):
        with CaptureQueriesContext(connection) as seen:
            alice.post(question(made), {"value": value, "version": version}, headers=HTMX)
        asked = [q["sql"] for q in seen if not q["sql"].startswith(TRANSACTION)]
        assert len(asked) <= most, asked
    assert Answer.objects.get().value == 3


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_two_people_on_one_question_are_both_shown(
    cast: Cast, browser_of: BrowserOf, headers: dict[str, str]
) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.bob, access_1=4)
    said = browser_of("alice").post(question(made), {"value": "1", "version": "0"}, headers=headers)
    page = said.content.decode()
    assert said.status_code == 422
    assert "Deux réponses" in page and "Bob Essai" in page and "On voit le niveau 1" in page
    assert Answer.objects.get().value == 4
    browser_of("alice").post(question(made), {"value": "1", "version": "1"}, headers=headers)
    assert Answer.objects.get().value == 1


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choisissez une réponse"),
        ({"value": "9"}, "n’existe pas"),
        ({"value": "not_applicable"}, "sans objet"),
        ({"value": "²"}, "Choisissez"),
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_what_cannot_be_saved_says_why(
    cast: Cast, browser_of: BrowserOf, sent: dict[str, str], words: str, headers: dict[str, str]
) -> None:
    made = an_assessment(cast.home, cast.alice)
    said = browser_of("alice").post(question(made), sent, headers=headers)
    assert (said.status_code, words in said.content.decode()) == (422, True)
    assert not Answer.objects.exists()


def test_a_question_shows_all_that_was_answered(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=1)
    answered(made, cast.bob, access_1="n")
    page = browser_of("alice").get(question(made)).content.decode()
    assert "Réponses successives (2)" in page
    assert "Sans objet" in page


def test_a_theme_shows_its_questions_and_saves_each(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    alice = browser_of("alice")
    page = alice.get(f"/evaluations/{made.pk}/themes/access/").content.decode()
    assert page.count("Que voit-on chez vous") == 2
    saved = alice.post(question(made), {"value": "1", "version": "0", "go": "theme"})
    assert saved["Location"] == f"/evaluations/{made.pk}/themes/access/"


def test_a_comment_answers_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    alice = browser_of("alice")
    assert alice.post(question(made) + "commenter/", {"text": " "}).status_code == 422
    alice.post(question(made) + "commenter/", {"text": "À voir avec Paul"})
    assert "À voir avec Paul" in alice.get(question(made)).content.decode()
    assert (ItemComment.objects.count(), Answer.objects.count()) == (1, 0)


def test_a_paper_questionnaire_is_typed_in_one_page(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    alice, address = browser_of("alice"), f"/evaluations/{made.pk}/saisie/"
    assert alice.get(address).content.decode().count("<select") == 4
    typed = {
        f"v:{ACCESS_1}": "3",
        f"v:{ACCESS_2}": "?",
        f"v:{BACKUP_1}": "-",
        f"n:{BACKUP_1}": "Rien",
    }
    alice.post(address, typed)
    rows = Answer.objects.order_by("item").values_list("item", "kind", "value", "origin")
    assert list(rows) == [
        (ACCESS_1, "level", 3, "paper"),
        (ACCESS_2, "unknown", None, "paper"),
        (BACKUP_1, "not_applicable", None, "paper"),
    ]


def test_a_paper_questionnaire_that_does_not_read_writes_nothing(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice)
    address = f"/evaluations/{made.pk}/saisie/"
    said = browser_of("alice").post(address, {f"v:{ACCESS_1}": "7", f"v:{ACCESS_2}": "1"})
    assert (said.status_code, "Rien n’est encore enregistré" in said.content.decode()) == (
        422,
        True,
    )
    assert browser_of("alice").post(address, {}).status_code == 409
    assert not Answer.objects.exists()


def test_a_paper_answer_does_not_hide_one_given_meanwhile(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.bob, access_1=4)
    typed = {f"v:{ACCESS_1}": "1", f"s:{ACCESS_1}": "0", f"v:{ACCESS_2}": "1"}
    said = browser_of("alice").post(f"/evaluations/{made.pk}/saisie/", typed, follow=True)
    assert "choisissez" in said.content.decode()
    assert dict(Answer.objects.values_list("item", "value")) == {ACCESS_1: 4, ACCESS_2: 1}


def test_the_class_of_entity_and_the_sharing_are_settled(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    alice = browser_of("alice")
    alice.post(f"/evaluations/{made.pk}/reglages/", {"form": "share", "with_region": "on"})
    made.refresh_from_db()
    assert (made.shared_with_region, made.shared_with_grouping) == (True, False)
    alice.post(f"/evaluations/{made.pk}/reglages/", {"form": "groups"})
    assert alice.get(f"/evaluations/{made.pk}/").status_code == 200


def test_a_region_reads_the_scores_that_are_shared_and_no_answer(
    cast: Cast, browser_of: BrowserOf
) -> None:
    made = a_submitted(cast.home, cast.alice)
    address = f"/evaluations/{made.pk}/resultat/"
    assert browser_of("rose").get(address).status_code == 404
    actions.share(assessment=made, with_region=True, with_grouping=False, by=cast.alice)
    page = browser_of("rose").get(address).content.decode()
    assert "ses réponses restent les siennes" in page
    assert "Question demo" not in page
    assert browser_of("charlie").get(address).status_code == 404


def test_a_closed_establishment_is_said_on_every_page(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=1)
    Establishment.objects.filter(pk=cast.home.pk).update(closed_on=TODAY)
    alice = browser_of("alice")
    for address in ("", f"questions/{ACCESS_1}/", "themes/access/", "saisie/", "resultat/"):
        assert "plus au registre" in alice.get(f"/evaluations/{made.pk}/{address}").content.decode()
    said = alice.post(question(made), {"value": "2", "version": "1"}, headers=HTMX)
    assert "plus au registre" in said.content.decode()
    refused = alice.post(f"/evaluations/{made.pk}/reporter/", {"finess": "x"})
    assert refused.status_code == 409
    assert AnswerChange.objects.count() == 1


def test_answers_go_to_the_establishment_that_follows(cast: Cast, browser_of: BrowserOf) -> None:
    made = an_assessment(cast.hospital, cast.bob)
    answered(made, cast.bob, access_1=1)
    an_establishment("220000021", operator=cast.hospital.operator)
    Establishment.objects.filter(pk=cast.hospital.pk).update(closed_on=TODAY)
    browser_of("bob").post(f"/evaluations/{made.pk}/reporter/", {"finess": "220000021"})
    assert Assessment.objects.get(establishment="220000021").carried_from == made


@pytest.mark.parametrize("count", [5, 50])
def test_the_list_asks_as_much_for_five_as_for_fifty(
    cast: Cast, browser_of: BrowserOf, count: int
) -> None:
    stored = a_stored()
    places = [
        an_establishment(f"22{n:07d}", operator=cast.hospital.operator)
        for n in range(100, 100 + count)
    ]
    Assessment.objects.bulk_create(actions.prepared(place, stored, TODAY) for place in places)
    bob = browser_of("bob")
    with CaptureQueriesContext(connection) as seen:
        bob.get("/evaluations/?etat=cours&referentiel=demo")
    assert len(seen) <= 12


@pytest.mark.parametrize("state", ["cours", "silence", "terminees", ""])
def test_the_list_is_filtered_by_state(cast: Cast, browser_of: BrowserOf, state: str) -> None:
    a_submitted(cast.home, cast.alice)
    page = browser_of("alice").get(f"/evaluations/?etat={state}").content.decode()
    assert ("Liste des auto-évaluations" in page) is (state in ("terminees", ""))
