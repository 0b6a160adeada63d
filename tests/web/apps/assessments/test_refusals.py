"""What an assessment refuses, and with which words."""

from collections.abc import Callable

import pytest
from django.http import Http404
from django.test import Client

from factories.assessments import ACCESS_1, TODAY, a_stored, a_submitted, an_assessment, answered
from factories.establishments import an_establishment
from rempart.content.frameworks import Group, Theme
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.assessments import actions, queries
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.states import Event, State, after
from rempart.web.apps.establishments.models import Category
from rempart.web.core.errors import Refused
from rempart.web.core.scope import NOBODY
from support.frameworks import a_framework, an_item
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]


@pytest.mark.parametrize("state", [*State])
@pytest.mark.parametrize("event", [*Event])
def test_a_change_of_state_is_in_the_table_or_is_refused(state: State, event: Event) -> None:
    possible = {
        (State.DRAFT, Event.SUBMIT), (State.REOPENED, Event.SUBMIT), (State.SUBMITTED, Event.REOPEN),
        (State.DRAFT, Event.ARCHIVE), (State.REOPENED, Event.ARCHIVE), (State.SUBMITTED, Event.ARCHIVE),
    }  # fmt: skip
    if (state, event) in possible:
        assert after(state, event) in State
    else:
        with pytest.raises(Refused, match="ne peut pas changer ainsi"):
            after(state, event)


def test_an_empty_comment_or_one_on_nothing_is_refused(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    with pytest.raises(Refused, match="vide"):
        actions.comment_item(assessment=made, item=ACCESS_1, text=" ", by=cast.alice)
    with pytest.raises(Refused, match="pas de cette"):
        actions.comment_item(assessment=made, item="demo.no.1", text="Bonjour", by=cast.alice)


def test_one_assessment_of_a_framework_is_open_at_a_time(cast: Cast) -> None:
    old = a_submitted(cast.home, cast.alice)
    an_assessment(cast.home, cast.alice)
    with pytest.raises(Refused, match="Une autre"):
        actions.reopen(assessment=old, by=cast.alice)


def test_a_closed_establishment_reopens_nothing_and_takes_nothing_over(cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice)
    for place in (made.establishment, cast.far):
        place.closed_on = TODAY
        place.save()
    with pytest.raises(Refused, match="ne changent plus"):
        actions.reopen(assessment=made, by=cast.alice)
    with pytest.raises(Refused, match="doit être ouvert"):
        actions.carry_over(assessment=made, to=cast.far, today=TODAY, by=cast.alice)


def test_what_was_finished_stays_finished_when_it_is_carried_over(cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice)
    made.establishment.closed_on = TODAY
    made.establishment.save()
    actions.carry_over(assessment=made, to=cast.hospital, today=TODAY, by=cast.alice)
    assert Assessment.objects.get(pk=made.pk).state == State.SUBMITTED


def test_a_question_of_another_class_of_entity_does_not_exist(
    cast: Cast, browser_of: BrowserOf
) -> None:
    items = [an_item("demo.a.1", groups=["EI"]), an_item("demo.a.2", groups=["EE"])]
    other = Theme("b", "B", items=[an_item("demo.b.1", groups=["EE"])])
    groups = [Group("EI", "Entité importante"), Group("EE", "Entité essentielle")]
    framework = a_framework("demo", Theme("a", "A", items=items), other, groups=groups)
    made = an_assessment(cast.home, cast.alice, framework)
    alice, one = browser_of("alice"), f"/evaluations/{made.pk}/"
    alice.post(f"{one}reglages/", {"form": "groups", "groups": ["EI"]})
    assert alice.get(f"{one}questions/demo.a.1/").status_code == 200
    assert alice.get(f"{one}questions/demo.a.2/").status_code == 404
    assert alice.get(f"{one}themes/b/").status_code == 409
    assert "Entité importante" in alice.get(one).content.decode()


def test_what_is_not_there_is_not_found(cast: Cast, browser_of: BrowserOf) -> None:
    scope = scope_of(cast.alice, TODAY)
    with pytest.raises(Http404):
        queries.held_or_404(scope, 0)
    with pytest.raises(Http404):
        queries.question_or_404(scope, 0)
    address = "/etablissements/350000019/evaluations/ouvrir/"
    assert browser_of("alice").post(address, {"framework": "none"}).status_code == 404


def test_the_page_of_an_establishment_shows_its_assessments(
    cast: Cast, browser_of: BrowserOf
) -> None:
    empty = browser_of("alice").get("/etablissements/350000019/").content.decode()
    assert "Une demi-heure suffit" in empty
    assert queries.assessments_panel(cast.home.pk, NOBODY) is None
    made = a_submitted(cast.home, cast.alice)
    page = browser_of("alice").get("/etablissements/350000019/").content.decode()
    assert f"/evaluations/{made.pk}/resultat/" in page


def test_frameworks_under_way_come_first_then_the_shortest(cast: Cast) -> None:
    for name, minutes in (("long", 300), ("short", 20), ("begun", 500), ("done", 10)):
        a_stored(a_framework(name, minutes=minutes))
    scope = scope_of(cast.alice, TODAY)
    an_assessment(cast.home, cast.alice, a_framework("begun", minutes=500))
    done = an_assessment(cast.home, cast.alice, a_framework("done", minutes=10))
    answered(done, cast.alice, access_1=4)
    actions.submit(assessment=done, today=TODAY, by=cast.alice)
    found = [offer.stored.framework_id for offer in queries.offers(scope, cast.home)]
    assert found == ["begun", "short", "long", "done"]


def test_an_assessment_is_reopened_from_its_page(cast: Cast, browser_of: BrowserOf) -> None:
    made = a_submitted(cast.home, cast.alice)
    alice = browser_of("alice")
    assert "Rouvrir" in alice.get(f"/evaluations/{made.pk}/").content.decode()
    alice.post(f"/evaluations/{made.pk}/rouvrir/")
    made.refresh_from_db()
    assert made.state == State.REOPENED


def test_a_home_begins_with_the_thirteen_themes_and_a_hospital_with_hygiene(cast: Cast) -> None:
    Category.objects.create(code="437", label="Foyer", aggregate="4301")
    foyer = an_establishment("350000035", category="437")
    for name, minutes in (("esms13", 30), ("hygiene", 90), ("short", 5)):
        a_stored(a_framework(name, minutes=minutes))
    scope = scope_of(cast.nadia, TODAY)
    firsts = [
        next(o.stored.framework_id for o in queries.offers(scope, place))
        for place in (cast.home, foyer, cast.hospital)
    ]
    assert firsts == ["esms13", "esms13", "hygiene"]
