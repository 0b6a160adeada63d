"""What made a score move, in one sentence."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.assessments import ACCESS_1, ACCESS_2, BACKUP_1, a_submitted, an_assessment, answered
from factories.documents import a_document
from rempart.engines.maturity.answers import NOT_APPLICABLE, UNKNOWN, Given, at
from rempart.web.apps.assessments import results
from rempart.web.apps.assessments.moving import moved
from support.frameworks import a_framework
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
BEFORE: dict[str, Given] = {ACCESS_1: at(2), ACCESS_2: at(4), BACKUP_1: UNKNOWN}


def test_honesty_is_named_as_the_cause_of_a_fall() -> None:
    said = moved(a_framework(), BEFORE, BEFORE | {ACCESS_2: UNKNOWN})
    assert "1 « je ne sais pas » à la place d’une réponse (−\u00a025 points)" in said
    assert "n’est pas reculer" in said


def test_each_cause_is_told_with_what_it_does_the_worst_first() -> None:
    now = BEFORE | {ACCESS_1: at(3), ACCESS_2: at(0), BACKUP_1: at(4)}
    said = moved(a_framework(), BEFORE, now)
    assert said.index("à la baisse") < said.index("à la hausse") < said.index("levé")
    assert "n’est pas reculer" not in said
    assert "1 réponse revue à la baisse (−" in said


def test_an_answer_lowered_with_an_expired_document_says_so() -> None:
    said = moved(a_framework(), BEFORE, BEFORE | {ACCESS_2: at(1)}, expired={ACCESS_2})
    assert "dont le document n’est plus valable" in said


def test_what_does_not_apply_any_more_is_a_cause() -> None:
    assert "« sans objet »" in moved(a_framework(), BEFORE, BEFORE | {ACCESS_1: NOT_APPLICABLE})


def test_the_same_answers_say_nothing() -> None:
    assert moved(a_framework(), BEFORE, BEFORE) == ""
    assert moved(a_framework(), {}, BEFORE) == ""


@pytest.mark.django_db
def test_the_sentence_is_beside_the_new_score(cast: Cast, browser_of: BrowserOf) -> None:
    a_submitted(cast.home, cast.alice, access_1=3, access_2=4)
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=3, access_2="u")
    page = browser_of("alice").get(f"/evaluations/{made.pk}/resultat/").text
    assert page.index("Ce qui l’a fait bouger") < page.index("Les premières choses")
    assert (
        "Ce qui l’a fait bouger"
        not in browser_of("rose").get(f"/evaluations/{made.pk}/resultat/").text
    )


@pytest.mark.django_db
def test_the_documents_of_an_item_are_found_once(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    made = an_assessment(cast.home, cast.alice)
    ended = timezone.localdate() - timedelta(days=1)
    document = a_document(cast.home, cast.alice, f"item:{ACCESS_1}", valid_until=ended)
    found = results.documents_of(cast.home.pk, results.result(made, timezone.localdate()).framework)
    assert found[ACCESS_1] == [document] and found[ACCESS_2] == []
