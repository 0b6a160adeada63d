"""A risk accepted until a day: by whom, how it ends, who is told."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from factories.findings import a_measure, an_action, an_observation
from rempart.web.apps.remediation import actions, jobs as daily
from rempart.web.apps.remediation.accepting import accept_risk, expire_acceptances
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.rules import Look
from rempart.web.apps.remediation.states import Event, State
from rempart.web.core import jobs
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry, Mail
from rempart.web.core.sealing import unseal
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


def an_accepted(cast: Cast, until: date = JUNE, **values: object) -> Action:
    action = an_action(cast.home, cast.alice, **values)
    return accept_risk(
        action=action, until=until, function="Direction", reason="Éditeur en avril.", today=MARCH, by=cast.alice
    )  # fmt: skip


def test_a_risk_is_accepted_by_a_function_until_a_day_and_it_is_written(cast: Cast) -> None:
    action = an_accepted(cast)
    assert (action.state, action.accepted_until_on) == (State.ACCEPTED, JUNE)
    assert "Direction" in action.comments.get().text
    entry = JournalEntry.objects.get(act="accept_risk")
    assert (entry.details["until"], entry.details["function"]) == ("2026-06-01", "Direction")


@pytest.mark.parametrize(
    ("until", "function", "reason"),
    [(MARCH, "D", "R"), (MARCH + timedelta(400), "D", "R"), (JUNE, " ", "R"), (JUNE, "D", "")],
)
def test_it_wants_a_day_to_come_within_a_year_a_function_and_a_reason(
    cast: Cast, until: date, function: str, reason: str
) -> None:
    action = an_action(cast.home, cast.alice)
    with pytest.raises(Refused):
        accept_risk(
            action=action, until=until, function=function, reason=reason, today=MARCH, by=cast.alice
        )
    action.refresh_from_db()
    assert action.state == State.PLANNED


def test_the_day_after_the_action_is_to_be_done_again_and_the_people_are_told(cast: Cast) -> None:
    action = an_accepted(cast)
    assert (expire_acceptances(JUNE), expire_acceptances(JUNE + timedelta(1))) == (0, 1)
    action.refresh_from_db()
    assert (action.state, action.state_by) == (State.PLANNED, None)
    assert JournalEntry.objects.get(act="expire_acceptance").actor_id is None
    mail = Mail.objects.get(recipient=cast.alice.email)
    assert "pris fin le 1er juin 2026" in unseal(mail.sealed_text)
    assert expire_acceptances(JUNE + timedelta(1)) == 0


def test_the_daily_job_ends_what_is_past(cast: Cast) -> None:
    action = an_accepted(cast)
    Action.objects.filter(pk=action.pk).update(accepted_until_on=date(2020, 1, 1))
    job = jobs.perform(jobs.enqueue(daily.end_acceptances).pk)
    action.refresh_from_db()
    assert (job.state, action.state) == (job.State.DONE, State.PLANNED)


def test_one_may_think_better_of_it_before(cast: Cast) -> None:
    action = actions.move_action(
        action=an_accepted(cast), event=Event.RESUME, today=MARCH, by=cast.alice
    )
    assert action.state == State.PLANNED


def test_an_accepted_risk_that_a_measure_no_longer_sees_leaves_the_plan(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), on=MARCH)
    action = an_action(cast.home, cast.alice, Finding.objects.get())
    accept_risk(action=action, until=JUNE, function="D", reason="R", today=MARCH, by=cast.alice)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=date(2026, 4, 1))
    action.refresh_from_db()
    assert action.state == State.ABANDONED


def test_the_page_accepts_a_risk_and_says_what_is_wrong(cast: Cast, browser_of: Browsers) -> None:
    action, browser = an_action(cast.home, cast.alice), browser_of("alice")
    address = f"/actions/{action.pk}/accepter/"
    values = {"function": "Comité", "reason": "Vu le 3."}
    today = timezone.localdate()
    refused = browser.post(address, values | {"until": (today - timedelta(1)).isoformat()})
    assert (refused.status_code, "jour à venir" in refused.text) == (422, True)
    browser.post(address, values | {"until": (today + timedelta(60)).isoformat()})
    assert "par Comité" in browser.get(f"/actions/{action.pk}/").text


def reminded(cast: Cast, today: date) -> list[str]:
    daily.remind(today)
    return [unseal(m.sealed_subject) for m in Mail.objects.order_by("pk")]


def test_a_due_date_is_recalled_a_week_before_then_late_once_a_month(cast: Cast) -> None:
    an_action(cast.home, cast.alice, owner=cast.alice, due_on=JUNE, title="Tester")
    assert reminded(cast, JUNE - timedelta(8)) == []
    for days in (-7, -3, 0):
        assert reminded(cast, JUNE + timedelta(days)) == ["Échéance proche : Tester"]
    for days in (1, 20):
        assert len(reminded(cast, JUNE + timedelta(days))) == 2
    assert reminded(cast, JUNE + timedelta(31))[-1] == "Action en retard : Tester"
    assert Mail.objects.count() == 3


def test_the_end_of_an_acceptance_is_announced_a_month_before(cast: Cast) -> None:
    an_accepted(cast, owner=cast.alice, title="Tester")
    assert reminded(cast, JUNE - timedelta(40)) == []
    assert reminded(cast, JUNE - timedelta(30)) == ["Fin prochaine d’un risque accepté : Tester"]
    assert len(reminded(cast, JUNE - timedelta(29))) == 1


def test_nobody_is_written_to_about_what_is_done_or_only_proposed(cast: Cast) -> None:
    action = an_action(cast.home, cast.alice, owner=cast.alice, due_on=JUNE)
    Action.objects.filter(pk=action.pk).update(state=State.PROPOSED)
    an_action(cast.home, cast.alice, owner_function="Prestataire", due_on=JUNE)
    assert reminded(cast, JUNE) == []
    job = jobs.perform(jobs.enqueue(daily.remind_of_actions).pk)
    assert job.state == job.State.DONE


def test_the_calendar_file_has_the_end_of_an_acceptance_and_an_alarm_a_week_before(
    cast: Cast, browser_of: Browsers
) -> None:
    an_accepted(cast, due_on=JUNE, title="Tester")
    an_action(cast.home, cast.alice, title="Chiffrer", due_on=JUNE, is_mandatory=True)
    address = "/etablissements/350000019/plan/plan.ics?etat=toutes"
    events = Calendar.from_ical(browser_of("alice").get(address).content).walk("VEVENT")
    told = sorted(str(event["summary"]) for event in events)
    assert [words.split(" (")[0] for words in told] == [
        "Fin du risque accepté : Tester", "Échéance imposée : Chiffrer",
    ]  # fmt: skip
    assert [event.walk("VALARM")[0].decoded("trigger") for event in events] == [timedelta(-7)] * 2
