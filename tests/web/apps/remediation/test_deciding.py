"""What somebody decides: what is put in the plan, by whom, before which day, and what the plan shows first."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from factories.findings import an_action
from rempart.web.apps.remediation import deciding
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import State
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

pytestmark = pytest.mark.django_db
Browsers = Callable[[str | None], Client]
PLAN = "/etablissements/350000019/plan/"
MARCH = date(2026, 3, 1)


def a_proposal(cast: Cast, title: str = "Fermer les accès", **fields: object) -> Action:
    return Action.objects.create(
        establishment=cast.home, title=title, origin=f"measure/{title}", state_on=MARCH, **fields
    )


def test_the_plan_shows_what_was_decided_and_keeps_proposals_behind_one_link(
    cast: Cast, browser_of: Browsers
) -> None:
    an_action(cast.home, cast.alice, title="Décidée", due_on=date(2099, 1, 1))
    for k in range(30):
        a_proposal(cast, f"Proposée {k}")
    page = browser_of("alice").get(PLAN).text
    assert "Ce que j’ai décidé (1)" in page and "Propositions (30)" in page
    assert "Décidée" in page and "Proposée 1" not in page
    assert page.count("btn main") == 1
    other = browser_of("alice").get(f"{PLAN}?vue=propositions").text
    assert "Proposée 1" in other and "Décidée" not in other


def test_a_plan_without_a_decision_leads_to_the_proposals(cast: Cast, browser_of: Browsers) -> None:
    a_proposal(cast)
    page = browser_of("alice").get(PLAN).text
    assert "Rien n’est encore décidé" in page and "Choisir des actions" in page


def test_an_unknown_view_of_the_plan_is_the_first_one(cast: Cast, browser_of: Browsers) -> None:
    a_proposal(cast)
    answer = browser_of("alice").get(f"{PLAN}?vue=<script>")
    assert (answer.status_code, "Rien n’est encore décidé" in answer.text) == (200, True)


def test_to_put_in_the_plan_asks_who_and_when_and_proposes_both(
    cast: Cast, browser_of: Browsers
) -> None:
    action = a_proposal(cast, owner_function="prestataire informatique", half_days=2)
    page = browser_of("alice").get(f"/actions/{action.pk}/").text
    within = timezone.localdate() + timedelta(days=30)
    assert f'value="{within.isoformat()}"' in page
    assert 'value="prestataire informatique"' in page
    assert page.count("btn main") == 1


def test_a_name_of_somebody_here_is_that_person_and_any_other_a_function(
    cast: Cast, browser_of: Browsers
) -> None:
    for who, owner, function in (
        ("Alice Essai", cast.alice, ""),
        ("Cadre de santé", None, "Cadre de santé"),
        ("", None, ""),
    ):
        action = a_proposal(cast, f"Pour {who}")
        browser_of("alice").post(
            f"/actions/{action.pk}/planifier/", {"due_on": "2026-12-24", "who": who}
        )
        action.refresh_from_db()
        assert (action.owner, action.owner_function) == (owner, function)
        assert (action.state, action.due_on) == (State.PLANNED, date(2026, 12, 24))


def test_a_day_that_is_not_one_is_said_and_nothing_is_planned(
    cast: Cast, browser_of: Browsers
) -> None:
    action = a_proposal(cast)
    answer = browser_of("alice").post(f"/actions/{action.pk}/planifier/", {"due_on": "demain"})
    assert (answer.status_code, Action.objects.get().state) == (422, State.PROPOSED)


def test_a_decision_is_in_the_journal_with_its_day(cast: Cast) -> None:
    decision = deciding.Decision(date(2026, 12, 24), None, "Direction")
    deciding.put_in_plan(action=a_proposal(cast), decision=decision, today=MARCH, by=cast.alice)
    acts = list(JournalEntry.objects.order_by("-pk").values_list("act", flat=True)[:2])
    assert acts == ["change_action", "plan_action"]
    changed = JournalEntry.objects.get(act="change_action").details["changed"]
    assert changed["due_on"] == ["", "2026-12-24"]


def test_what_was_abandoned_is_taken_up_again_with_a_day(cast: Cast) -> None:
    action = a_proposal(cast, state=State.ABANDONED)
    decision = deciding.Decision(date(2026, 12, 24))
    found = deciding.put_in_plan(action=action, decision=decision, today=MARCH, by=cast.alice)
    assert (found.state, found.due_on) == (State.PLANNED, date(2026, 12, 24))


@pytest.mark.parametrize(("days", "within"), [(0.5, 30), (2.0, 30), (2.5, 91), (None, 91)])
def test_short_work_is_asked_for_within_the_month(days: float | None, within: int) -> None:
    assert deciding.due_on(days, MARCH) == MARCH + timedelta(days=within)


def test_a_sheet_of_an_action_has_what_is_filled_by_hand(cast: Cast, browser_of: Browsers) -> None:
    action = an_action(cast.home, cast.alice, how="1. Débrancher.")
    page = browser_of("alice").get(f"/actions/{action.pk}/").text
    assert "data-rp-print" in page and "onlyprint" in page and "À remplir à la main" in page
