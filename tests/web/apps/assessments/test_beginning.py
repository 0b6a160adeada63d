"""What the page of an establishment proposes first: one thing to do, the rest folded."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from factories.assessments import (
    ACCESS_1,
    TODAY,
    a_reply,
    a_stored,
    a_submitted,
    an_assessment,
    answered,
)
from factories.findings import an_action
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.assessments.actions import submit
from rempart.web.apps.assessments.answering import Author, save_answers
from rempart.web.apps.assessments.beginning import panel
from rempart.web.apps.assessments.queries import assessments_panel
from rempart.web.apps.assessments.rules import asked
from rempart.web.apps.frameworks import catalogue
from support.frameworks import a_framework
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]
HOME = "/etablissements/350000019/"


def said(cast: Cast) -> dict[str, Any]:
    return panel(cast.home.pk, scope_of(cast.alice, TODAY)) or {}


def test_the_first_thing_to_do_follows_what_was_done(cast: Cast) -> None:
    assert said(cast)["label"] == "Commencer l’auto-évaluation"
    made = an_assessment(cast.home, cast.alice)
    assert (said(cast)["label"], said(cast)["href"]) == ("Commencer", f"/evaluations/{made.pk}/")
    answered(made, cast.alice, access_1=1)
    assert said(cast)["href"] == f"/evaluations/{made.pk}/questions/demo.access.2/"
    items = asked(catalogue.of_digest(made.digest), [])
    replies = {item.id: a_reply(1) for item in items if item.id != ACCESS_1}
    save_answers(assessment=made, replies=replies, seen={}, author=Author.of(cast.alice))
    assert said(cast)["href"] == f"/evaluations/{made.pk}/fin/"


def test_a_home_goes_through_the_themes_written_for_it_before_the_rest(cast: Cast) -> None:
    other = an_assessment(cast.home, cast.alice)
    answered(other, cast.alice, access_1=1)
    a_stored(a_framework(id="esms13"))
    assert said(cast)["label"] == "Commencer l’auto-évaluation"
    own = an_assessment(cast.home, cast.alice, a_framework(id="esms13"))
    answered(own, cast.alice, access_1=1)
    answered(other, cast.alice, access_2=1)
    assert said(cast)["href"].startswith(f"/evaluations/{own.pk}/")
    submit(assessment=own, today=TODAY, by=cast.alice)
    assert said(cast)["href"].startswith(f"/evaluations/{other.pk}/")


def test_the_questionnaire_of_homes_is_offered_before_what_is_under_way(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_stored(a_framework(id="esms13", short_title="Treize thèmes"))
    answered(an_assessment(cast.home, cast.alice), cast.alice, access_1=1)
    page = browser_of("alice").get(f"{HOME}evaluations/").text
    assert page.index("Treize thèmes") < page.index("Continuer")
    assert page.count("btn main") == 1


def test_a_hospital_goes_on_with_what_it_began(cast: Cast) -> None:
    made = an_assessment(cast.hospital, cast.bob)
    answered(made, cast.bob, access_1=1)
    found = panel(cast.hospital.pk, scope_of(cast.bob, TODAY)) or {}
    assert found["label"] == "Reprendre"


def test_after_a_result_actions_are_chosen_then_followed(cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice)
    assert said(cast)["href"] == f"/evaluations/{made.pk}/resultat/"
    an_action(cast.home, cast.alice)
    assert said(cast)["href"] == f"{HOME}plan/"


def test_a_closed_establishment_has_nothing_to_do(cast: Cast) -> None:
    cast.home.closed_on = TODAY
    cast.home.save()
    assert panel(cast.home.pk, scope_of(cast.alice, TODAY)) is None


def test_the_page_has_one_main_action_and_the_rest_is_folded(
    cast: Cast, browser_of: BrowserOf
) -> None:
    page = browser_of("alice").get(HOME).text
    assert page.count("btn main") == 1
    assert page.index("À faire maintenant") < page.index('<details class="card fold">')
    for title in ("Annuaire", "Exposition sur internet", "Preuves", "Qui a accès"):
        assert f"<summary>{title}" in page


def test_the_last_results_come_first(cast: Cast) -> None:
    rows = [a_submitted(cast.home, cast.alice) for _ in range(5)]
    found = assessments_panel(cast.home.pk, scope_of(cast.alice, TODAY)) or {}
    assert [row.assessment.pk for row in found["rows"]] == [row.pk for row in rows[:0:-1]]
