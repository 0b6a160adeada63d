"""Budget, calendar, and why an action is left out: the pages and the acts."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from factories.findings import a_budget, a_measure, an_action, an_observation
from rempart.engines.allocation.problem import Candidate, Means, Problem, Range
from rempart.web.apps.remediation import budgeting
from rempart.web.apps.remediation.allocating import (
    Trial,
    end_of_quarter,
    means_of,
    open_plan,
    problem_of,
    quarter_after,
    quarter_words,
    quarters_between,
)
from rempart.web.apps.remediation.budgeting import Stated
from rempart.web.apps.remediation.models import Action, ActionFinding, Finding
from rempart.web.apps.remediation.planning import Budget, quarter_of
from rempart.web.apps.remediation.recording import ASSESSMENT
from rempart.web.apps.remediation.scheduling import work
from rempart.web.apps.remediation.states import State
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PLAN = "/etablissements/350000019/plan/"
CALENDAR = f"{PLAN}calendrier/"
HTMX = {"HX-Request": "true"}


def costing(cast: Cast, key: str, severity: str = "high", **values: Any) -> Action:
    """An action on a finding of its own."""
    a_measure(cast.home, an_observation(key, severity=severity), source=key, subject=key)
    finding = Finding.objects.get(establishment=cast.home, key=key)
    return an_action(cast.home, cast.alice, finding, **({"title": f"Action {key}"} | values))


def test_without_a_budget_the_page_asks_for_one(cast: Cast, browser_of: Browsers) -> None:
    page = browser_of("alice").get(CALENDAR).text
    assert "Indiquer le budget" in page
    assert browser_of("alice").get(f"{CALENDAR}calendrier.xlsx").status_code == 409


def test_the_budget_is_stated_once_and_a_quarter_may_differ(
    cast: Cast, browser_of: Browsers
) -> None:
    browser = browser_of("alice")
    assert 'name="euros_0"' in browser.get(f"{CALENDAR}budget/").text
    values = {"euros": 2000, "days": 4, "estimate": "high", "euros_3": 9000}
    assert browser.post(f"{CALENDAR}budget/", values).status_code == 302
    row = Budget.objects.get()
    assert (row.euros[:4], row.days[0], row.is_carried) == ([2000, 2000, 2000, 9000], 4, False)
    assert JournalEntry.objects.filter(act="set_budget", actor_id=cast.alice.pk).exists()
    assert 'value="9000"' in browser.get(f"{CALENDAR}budget/").text


def test_a_wrong_budget_is_refused_in_the_form(cast: Cast, browser_of: Browsers) -> None:
    answer = browser_of("alice").post(f"{CALENDAR}budget/", {"euros": -1, "days": "x"})
    assert (answer.status_code, Budget.objects.count()) == (422, 0)


@pytest.mark.parametrize(("euros", "words"), [([1] * 3, "12 trimestres"), ([-1] * 12, "négatif")])
def test_a_budget_has_twelve_figures_that_are_not_negative(
    cast: Cast, euros: list[int], words: str
) -> None:
    stated = Stated(euros, [1.0] * len(euros))
    with pytest.raises(Refused, match=words):
        budgeting.set_budget(
            establishment=cast.home, stated=stated, today=date(2026, 1, 1), by=cast.alice
        )


def test_the_calendar_says_what_enters_and_with_how_much_the_rest_would(
    cast: Cast, browser_of: Browsers
) -> None:
    costing(cast, "cheap", half_days=2, cost_euros=800)
    costing(cast, "dear", half_days=2, cost_euros=13_000)
    a_budget(cast.home, cast.alice)
    page = browser_of("alice").get(CALENDAR).text
    assert "Entrerait avec +1\u202f800 €" in page
    assert "Risque enlevé" in page
    assert 'role="img" aria-label="Le calendrier.' in page


def test_more_money_is_tried_without_changing_the_budget(cast: Cast, browser_of: Browsers) -> None:
    costing(cast, "dear", half_days=2, cost_euros=13_000)
    a_budget(cast.home, cast.alice)
    page = browser_of("alice").get(f"{CALENDAR}?euros=200", headers=HTMX).text
    assert "<html" not in page
    assert "Action dear" in page
    assert ("Entrerait" in page, "Retenir ce calendrier" in page) == (False, False)
    assert Budget.objects.get().euros[0] == 1000


def test_a_trial_that_makes_no_sense_is_the_budget_itself(cast: Cast, browser_of: Browsers) -> None:
    a_budget(cast.home, cast.alice)
    page = browser_of("alice").get(f"{CALENDAR}?euros=-4&couts=autre").text
    assert "100 % des euros" in page


def test_imposed_dates_that_do_not_hold_say_what_is_lacking(
    cast: Cast, browser_of: Browsers
) -> None:
    due = timezone.localdate()
    costing(cast, "due", half_days=2, cost_euros=5000, is_mandatory=True, due_on=due)
    a_budget(cast.home, cast.alice)
    page = browser_of("alice").get(CALENDAR).text
    assert "+4\u202f000 €" in page
    assert "« Action due »" in page


def test_the_calendar_that_is_kept_gives_due_dates_and_plans_proposals(
    cast: Cast, browser_of: Browsers
) -> None:
    action = costing(cast, "a", half_days=2, cost_euros=10)
    imposed = costing(
        cast, "b", half_days=2, due_on=timezone.localdate() + timedelta(9), is_mandatory=True
    )
    Action.objects.filter(pk=action.pk).update(state=State.PROPOSED)
    a_budget(cast.home, cast.alice)
    assert browser_of("alice").post(f"{CALENDAR}retenir/").status_code == 302
    action.refresh_from_db()
    imposed.refresh_from_db()
    end = end_of_quarter(quarter_of(timezone.localdate()))
    assert (action.state, action.due_on) == (State.PLANNED, end)
    assert imposed.due_on == timezone.localdate() + timedelta(9)
    assert JournalEntry.objects.filter(act="keep_calendar").count() == 1


def test_nothing_is_kept_without_a_budget(cast: Cast, browser_of: Browsers) -> None:
    assert browser_of("alice").post(f"{CALENDAR}retenir/").status_code == 409


def test_the_calendar_is_exported_as_a_workbook(cast: Cast, browser_of: Browsers) -> None:
    costing(cast, "a", half_days=2, cost_euros=10)
    costing(cast, "b", half_days=2, cost_euros=99_000)
    a_budget(cast.home, cast.alice)
    answer = browser_of("alice").get(f"{CALENDAR}calendrier.xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.sheet_names == ["Calendrier", "Trimestres", "Charge", "Écartées"]
    assert book.get_sheet_by_name("Calendrier").to_python()[1][0] == "Action a"
    assert "Entrerait" in book.get_sheet_by_name("Écartées").to_python()[1][3]


def test_actions_that_wait_for_one_another_are_named_on_the_page(
    cast: Cast, browser_of: Browsers
) -> None:
    a, b = costing(cast, "a"), costing(cast, "b")
    a.requires.add(b)
    b.requires.add(a)
    a_budget(cast.home, cast.alice)
    assert "aucune ne pourrait commencer" in browser_of("alice").get(CALENDAR).text


def test_a_circle_is_refused_when_it_is_written(cast: Cast, browser_of: Browsers) -> None:
    a, b = costing(cast, "a"), costing(cast, "b")
    budgeting.set_prerequisites(action=a, required=[b], by=cast.alice)
    values = {"title": "B", "requires": [a.pk], "version": b.version}
    answer = browser_of("alice").post(f"/actions/{b.pk}/modifier/", values)
    assert (answer.status_code, b.requires.count()) == (422, 0)
    assert "« Action a »" in answer.text


def test_what_comes_before_an_action_is_written_and_shown(cast: Cast, browser_of: Browsers) -> None:
    a, b = costing(cast, "a"), costing(cast, "b")
    values = {"title": "A", "requires": [b.pk], "version": a.version}
    assert browser_of("alice").post(f"/actions/{a.pk}/modifier/", values).status_code == 302
    assert "Action b" in browser_of("alice").get(f"/actions/{a.pk}/").text
    stranger = an_action(cast.far, cast.charlie)
    with pytest.raises(Refused, match="autre établissement"):
        budgeting.set_prerequisites(action=a, required=[stranger], by=cast.alice)


def test_an_imposed_date_is_a_date(cast: Cast, browser_of: Browsers) -> None:
    values = {"title": "A", "is_mandatory": "on"}
    answer = browser_of("alice").post(f"{PLAN}ajouter/", values)
    assert answer.status_code == 422
    assert "l’échéance imposée" in answer.text


def test_measures_are_proposed_on_demand(cast: Cast, browser_of: Browsers) -> None:
    answer = browser_of("alice").post(f"{PLAN}mesures/", follow=True)
    assert "déjà toutes les mesures utiles" in answer.text


def test_a_gap_of_an_assessment_is_cut_where_each_action_leads(cast: Cast) -> None:
    half, whole = costing(cast, "a"), costing(cast, "b")
    finding = Finding.objects.get(key="a")
    Finding.objects.filter(pk=finding.pk).update(source_kind=ASSESSMENT)
    ActionFinding.objects.filter(action=half).update(share=0.5)
    ActionFinding.objects.create(action=whole, finding=finding)
    rows, findings = open_plan(cast.home.pk)
    means = means_of(a_budget(cast.home, cast.alice), timezone.localdate(), Trial())
    problem = problem_of(rows, findings, means, timezone.localdate(), "mid")
    parts = {k: v for k, v in problem.points.items() if k.startswith(f"{finding.pk}/")}
    assert parts == {f"{finding.pk}/0.5000": 17.5, f"{finding.pk}/1.0000": 17.5}
    mends = {c.id: {*c.mends} for c in problem.candidates}
    assert mends[str(half.pk)] == {f"{finding.pk}/0.5000"}
    assert mends[str(whole.pk)] >= {*parts}


def test_a_budget_goes_on_as_the_year_before_once_quarters_have_passed(cast: Cast) -> None:
    euros = [*range(1, 13)]
    row = Budget(starts_on=date(2026, 1, 1), euros=euros, days=[2.0] * 12, is_carried=True)
    means = means_of(row, date(2026, 8, 20), Trial(euros_percent=200))
    assert means.euros == (6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 18, 20)
    assert len(means.days) == 12


def test_quarters_are_counted_and_named_across_years() -> None:
    november = date(2026, 11, 22)
    assert quarter_of(november) == date(2026, 10, 1)
    assert quarter_after(date(2026, 10, 1), 1) == date(2027, 1, 1)
    assert end_of_quarter(date(2026, 10, 1)) == date(2026, 12, 31)
    assert quarters_between(november, date(2027, 4, 1)) == 2
    assert quarter_words(date(2027, 4, 1)) == "T2 2027"


@pytest.mark.parametrize("count", [5, 50])
def test_the_calendar_asks_the_same_number_of_queries_whatever_its_length(
    cast: Cast, browser_of: Browsers, count: int
) -> None:
    for k in range(count):
        costing(cast, f"k{k}", half_days=1, cost_euros=10)
    a_budget(cast.home, cast.alice)
    browser = browser_of("alice")
    browser.get(CALENDAR)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        browser.get(CALENDAR)
    assert len(queries) <= 22


def test_each_action_left_out_has_its_own_reason(cast: Cast, browser_of: Browsers) -> None:
    costing(cast, "a", half_days=10, cost_euros=0)
    costing(cast, "b", "medium", half_days=10, cost_euros=0)
    twin = an_action(
        cast.home, cast.alice, Finding.objects.get(key="a"), title="Jumelle", half_days=400
    )
    an_action(cast.home, cast.alice, title="Sans constat")
    budget = a_budget(cast.home, cast.alice, days=5, is_carried=False)
    Budget.objects.filter(pk=budget.pk).update(days=[5] + [0] * 11)
    page = browser_of("alice").get(CALENDAR).text
    assert "Entrerait avec +5 jours" in page
    assert "à la place de « Action a »" in page
    assert f"/actions/{twin.pk}/" in page
    assert "n’enlèverait rien de plus" in page
    assert "Aucun constat ne lui est lié" in page


def test_days_are_worked_before_the_quarter_that_ends_the_action() -> None:
    action = Candidate("1", "Longue", Range(5, 5))
    problem = Problem((action,), {}, Means((0.0,) * 3, (2.0,) * 3))
    assert work(problem, {"1": 2}, (2, 2, 2), is_carried=True) == {"1": [2, 2, 1]}
    assert work(problem, {"1": 2}, (2, 2, 2), is_carried=False) == {"1": [0, 0, 5]}
