"""Results: a range, measures beside what is declared, what to do first, and what is already known."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from factories.assessments import (
    ACCESS_1,
    BACKUP_1,
    TODAY,
    a_stored,
    a_submitted,
    an_assessment,
    answered,
)
from rempart.content.frameworks import Framework, Outcome, Pair, Theme
from rempart.content.measures import Mends
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.assessments import actions, pictures, proposing, results, taking
from rempart.web.apps.assessments.models import Answer, Assessment
from rempart.web.apps.assessments.rules import range_words
from rempart.web.apps.assessments.side_by_side import table
from rempart.web.apps.establishments.models import Grouping, GroupingMember
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.remediation.deciding import Decision
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.core import facts
from rempart.web.core.errors import Refused
from support.frameworks import a_framework, a_map, a_measure, a_prefill, an_item
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]
MEASURE = a_measure("train_people", Mends(ACCESS_1, 4), owner_function="Direction")


@pytest.fixture
def measured() -> Iterator[None]:
    """The directory of everyone was measured at level 2."""

    def known(finess: str, today: date) -> Iterable[facts.Fact]:
        return [facts.Fact("directory.level", 2.0, date(2026, 5, 1), "Audit de mai", "/audits/")]

    facts.register("for_tests", known)
    yield
    del facts._PROVIDERS["for_tests"]


@pytest.fixture
def one_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The content holds one measure."""
    from rempart.web.apps.assessments.views import results as views

    for module in (results, views):
        monkeypatch.setattr(module, "measures", lambda: {MEASURE.id: MEASURE})


def with_a_fact() -> Framework:
    item = an_item(ACCESS_1, prefill=[a_prefill("directory.level", (1, 0), (2, 1), (3, 3))])
    themes = [Theme(f"t{n}", f"Thème {n}", items=[an_item(f"demo.t{n}.1")]) for n in (1, 2)]
    return a_framework("demo", Theme("access", "Accès", items=[item]), *themes)


def test_a_result_shows_what_is_declared_beside_what_is_measured(
    cast: Cast, measured: None, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice, with_a_fact())
    answered(made, cast.alice, access_1=4)
    found = results.result(made, TODAY)
    (line,) = found.contradictions
    assert line.shown and line.level
    assert (line.level.value, line.shown.level.value, found.verified_count) == (4, 1, 1)
    page = browser_of("alice").get(f"/evaluations/{made.pk}/resultat/").content.decode()
    assert "ne disent pas la même chose" in page
    asked = browser_of("alice").get(f"/evaluations/{made.pk}/questions/{ACCESS_1}/")
    assert "Les deux peuvent être vrais" in asked.content.decode()


def test_a_measured_fact_is_proposed_and_somebody_confirms_it(
    cast: Cast, measured: None, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice, with_a_fact())
    alice, address = browser_of("alice"), f"/evaluations/{made.pk}/propositions/"
    assert (
        "une réponse est proposée"
        in alice.get(f"/evaluations/{made.pk}/questions/{ACCESS_1}/").content.decode().casefold()
    )
    assert "Audit de mai" in alice.get(address).content.decode()
    assert not Answer.objects.exists()
    alice.post(address, {"item": [ACCESS_1]})
    row = Answer.objects.get()
    assert (row.value, row.origin) == (1, "confirmed")
    assert "Rien à proposer" in alice.get(address).content.decode()


def test_what_a_document_states_stays_declared_and_says_its_own_day(
    cast: Cast, browser_of: BrowserOf
) -> None:
    def known(finess: str, today: date) -> Iterable[facts.Fact]:
        label, day = "D’après le document « Exercice »", today - timedelta(days=120)
        return [facts.Fact("directory.level", 2.0, day, label, "/preuves/1/", is_document=True)]

    facts.register("for_tests", known)
    try:
        made = an_assessment(cast.home, cast.alice, with_a_fact())
        alice, address = browser_of("alice"), f"/evaluations/{made.pk}/questions/{ACCESS_1}/"
        page = alice.get(address).text
        assert "à confirmer" in page and "il y a 120 jours" in page and "100 %" not in page
        assert "Ce que dit un document" not in page
        answered(made, cast.alice, access_1=4)
        page = alice.get(address).text
        assert "déclaré, avec document" in page and "vérifié" not in page
        assert results.result(made, timezone.localdate()).verified_count == 0
    finally:
        del facts._PROVIDERS["for_tests"]


def test_a_proposal_of_a_measure_is_to_be_confirmed_and_not_certain(
    cast: Cast, measured: None, browser_of: BrowserOf
) -> None:
    made = an_assessment(cast.home, cast.alice, with_a_fact())
    (found,) = proposing.waiting(made, TODAY)
    assert (found.percent, found.why) == (
        None,
        "Audit de mai : niveau ANSSI de l’annuaire (1 à 5), 2.",
    )
    page = browser_of("alice").get(f"/evaluations/{made.pk}/propositions/").text
    assert "proposé, à confirmer" in page and "Confiance" not in page


def test_an_answer_of_another_framework_is_proposed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = {"m": a_map("other", "demo", Pair("other.access.1", ACCESS_1, "equal", 0.8))}
    for module in (proposing, catalogue):
        monkeypatch.setattr(module, "item_maps", lambda: maps)
    other = an_assessment(cast.home, cast.alice, a_framework("other", short_title="L’autre"))
    answered(other, cast.alice, access_1=3)
    made = an_assessment(cast.home, cast.alice)
    (found,) = proposing.waiting(made, TODAY)
    assert (found.item.id, found.level.value, found.percent) == (ACCESS_1, 3, 80)
    assert "L’autre" in found.why


def test_an_item_that_is_not_asked_here_is_not_proposed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = {"m": a_map("other", "demo", Pair("other.access.1", "demo.a.1", "equal", 0.8))}
    for module in (proposing, catalogue):
        monkeypatch.setattr(module, "item_maps", lambda: maps)
    other = an_assessment(cast.home, cast.alice, a_framework("other"))
    answered(other, cast.alice, access_1=3)
    items = [an_item("demo.a.1", groups=["EE"]), an_item("demo.a.2", groups=["EI"])]
    made = an_assessment(cast.home, cast.alice, a_framework("demo", Theme("a", "A", items=items)))
    made.groups = ["EI"]
    assert proposing.waiting(made, TODAY) == []


def test_the_answers_of_last_time_are_proposed_and_their_score_is_beside(cast: Cast) -> None:
    first = a_submitted(cast.home, cast.alice, access_1=2, backup_1="u")
    made = an_assessment(cast.home, cast.alice)
    (found,) = proposing.waiting(made, TODAY)
    assert (found.item.id, found.level.value, found.kind) == (ACCESS_1, 2, "before")
    whole = results.result(made, TODAY)
    assert whole.before == first
    assert whole.themes[0].before == results.as_range(*first.themes["access"])


def test_the_first_measures_go_to_the_plan(
    cast: Cast, one_measure: None, browser_of: BrowserOf
) -> None:
    made = a_submitted(cast.home, cast.alice, access_1=1)
    alice, address = browser_of("alice"), f"/evaluations/{made.pk}/resultat/"
    assert "Faire train_people" in alice.get(address).content.decode()
    sent = {"measure": MEASURE.id, "due_on": "2026-12-24", "who": "Cadre de santé"}
    said = alice.post(address + "plan/", sent, follow=True)
    assert "est dans le plan" in said.content.decode()
    action = Action.objects.get(title="Faire train_people")
    assert (action.due_on, action.owner_function) == (date(2026, 12, 24), "Cadre de santé")
    assert list(action.findings.all()) == [Finding.objects.get(key=ACCESS_1)]


def test_a_measure_that_the_plan_proposes_is_planned_and_not_written_twice(cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice, access_1=1)
    proposed = Action.objects.create(
        establishment=cast.home, title="x", origin=f"measure/{MEASURE.id}", state_on=TODAY
    )
    asked: Any = {"assessment": made, "measure": MEASURE, "today": TODAY, "by": cast.alice}
    found = taking.take_measure(decision=Decision(date(2026, 7, 1), cast.alice), **asked)
    assert (found.pk, found.state, found.due_on) == (proposed.pk, "planned", date(2026, 7, 1))
    assert (found.owner, taking.in_plan(cast.home.pk, [MEASURE])) == (
        cast.alice,
        {MEASURE.id: found},
    )
    with pytest.raises(Refused, match="déjà dans le plan"):
        taking.take_measure(decision=Decision(), **asked)
    Action.objects.filter(pk=found.pk).update(state="abandoned")
    assert taking.take_measure(decision=Decision(), **asked).state == "planned"


def test_a_measure_is_offered_with_a_day_and_a_name_and_a_wrong_day_is_said(
    cast: Cast, one_measure: None, browser_of: BrowserOf
) -> None:
    made = a_submitted(cast.home, cast.alice, access_1=1)
    alice, address = browser_of("alice"), f"/evaluations/{made.pk}/resultat/"
    page = alice.get(address).text
    within = timezone.localdate() + timedelta(days=30)
    assert f'value="{within.isoformat()}"' in page and 'value="Direction"' in page
    wrong = alice.post(address + "plan/", {"measure": MEASURE.id, "due_on": "demain"})
    assert (wrong.status_code, '<details class="put" open>' in wrong.text) == (422, True)
    assert not Action.objects.filter(state="planned").exists()


def test_a_measure_that_does_not_exist_is_refused(cast: Cast, browser_of: BrowserOf) -> None:
    made = a_submitted(cast.home, cast.alice)
    address = f"/evaluations/{made.pk}/resultat/plan/"
    assert browser_of("alice").post(address, {"measure": "no"}).status_code == 409


def test_a_radar_needs_three_themes(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    assert pictures.radar(results.result(made, TODAY)) is None
    three = an_assessment(cast.hospital, cast.bob, a_framework("other", *with_a_fact().themes))
    drawn = pictures.radar(results.result(three, TODAY))
    assert drawn and len(drawn.rows) == 3


def test_a_radar_has_last_time_beside(cast: Cast) -> None:
    framework = with_a_fact()
    first = an_assessment(cast.home, cast.alice, framework)
    answered(first, cast.alice, access_1=2)
    actions.submit(assessment=first, today=TODAY, by=cast.alice)
    second = an_assessment(cast.home, cast.alice, framework)
    drawn = pictures.radar(results.result(second, TODAY))
    assert drawn and drawn.headers == ["Thème", "Score", "La fois d’avant", "Réponses"]
    assert drawn.rows[0][2].words == "50 %"


def test_a_score_leads_to_what_the_framework_says(cast: Cast, browser_of: BrowserOf) -> None:
    steps = [Outcome("a", "Débutant", "Texte A", 0), Outcome("b", "Confirmé", "Texte B", 60)]
    made = an_assessment(cast.home, cast.alice, a_framework(outcomes=steps))
    answered(made, cast.alice, access_1=2)
    page = browser_of("alice").get(f"/evaluations/{made.pk}/resultat/").content.decode()
    assert "Débutant" in page and "selon ce que vous ne savez pas" in page


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(None, None, "–"), (6200, 6200, "62 %"), (4000, 7500, "de 40 à 75 %"), (4001, 4002, "40 %")],
)
def test_a_range_reads_as_a_figure_or_as_two(low: int | None, high: int | None, words: str) -> None:
    assert range_words(results.as_range(low, high)) == words


def member(cast: Cast) -> Grouping:
    grouping = Grouping.objects.get(pk="BRE-07")
    GroupingMember.objects.create(grouping=grouping, establishment=cast.home)
    return grouping


def test_members_see_the_answers_of_those_that_share(cast: Cast, browser_of: BrowserOf) -> None:
    grouping = member(cast)
    for place, person, value in ((cast.home, cast.alice, 1), (cast.hospital, cast.bob, 4)):
        answered(an_assessment(place, person), person, access_1=value, access_2="u", backup_1="n")
    alice = browser_of("alice")
    address = f"/groupements/{grouping.pk}/reponses/demo/"
    assert "1 membre ne les montre pas" in alice.get(address).content.decode()
    theirs = Assessment.objects.get(establishment=cast.hospital)
    actions.share(assessment=theirs, with_region=False, with_grouping=True, by=cast.bob)
    page = alice.get(address).content.decode()
    assert "niveau 4" in page and "réponses différentes" in page
    found = table(scope_of(cast.alice, TODAY), grouping, catalogue.get("demo"))
    cells = [[cell.words for cell in line.cells] for _, lines in found.themes for line in lines]
    assert cells == [
        ["niveau 4", "niveau 1"], ["ne sait pas"] * 2, ["sans objet"] * 2, ["–"] * 2,
    ]  # fmt: skip


def test_a_grouping_without_answers_says_how_they_come(cast: Cast, browser_of: BrowserOf) -> None:
    a_stored()
    member(cast)
    page = browser_of("alice").get("/groupements/BRE-07/reponses/demo/").content.decode()
    assert "Aucune réponse à montrer" in page
    assert BACKUP_1 not in page
