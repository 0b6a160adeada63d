"""The budget and the calendar, asked by scripts."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from factories.findings import a_finding
from rempart.web.apps.remediation.models import Action

Calling = Callable[[str], Client]
HOME = "/api/v1/establishments/350000019"
JSON = "application/json"


def an_action(calling: Client, finding: int, **fields: Any) -> dict[str, Any]:
    body = {"title": "Changer krbtgt", "findings": [finding]} | fields
    return dict(calling.post(f"{HOME}/actions", body, content_type=JSON).json())


def stated(calling: Client, euros: int = 1000) -> dict[str, Any]:
    body = {"euros": [euros] * 12, "days": [5] * 12}
    return dict(calling.put(f"{HOME}/budget", body, content_type=JSON).json())


def test_a_budget_is_stated_read_and_gives_a_calendar(script: Calling, cast: Any) -> None:
    calling = script("alice")
    assert calling.get(f"{HOME}/budget").status_code == 404
    assert stated(calling)["euros"] == calling.get(f"{HOME}/budget").json()["euros"]
    made = an_action(calling, a_finding(cast.home).pk, half_days=2, cost_euros=500)
    found = calling.get(f"{HOME}/calendar").json()
    assert [line["action"] for line in found["actions"]] == [made["id"]]
    assert (found["removed_percent"], found["lacking"]) == (100, [])


def test_the_reasons_follow_the_share_of_the_budget_that_is_tried(
    script: Calling, cast: Any
) -> None:
    calling = script("alice")
    stated(calling)
    an_action(calling, a_finding(cast.home).pk, half_days=2, cost_euros=13_000)
    (left,) = calling.get(f"{HOME}/calendar").json()["left_out"]
    assert "+1\u202f000 €" in left["why"][0]
    assert calling.get(f"{HOME}/calendar?euros=150").json()["left_out"] == []


def test_the_calendar_is_kept_and_measures_are_proposed(script: Calling, cast: Any) -> None:
    calling = script("alice")
    stated(calling)
    an_action(calling, a_finding(cast.home).pk, half_days=2, cost_euros=500)
    assert calling.post(f"{HOME}/calendar").json() == {"new": 1}
    assert Action.objects.get().due_on is not None
    assert calling.post(f"{HOME}/measures").json() == {"new": 0}


def test_a_risk_is_accepted_by_a_function_until_a_day(script: Calling, cast: Any) -> None:
    calling = script("alice")
    made = an_action(
        calling, a_finding(cast.home).pk, yearly_euros=10, due_on="2027-01-01", is_mandatory=True
    )
    assert (made["yearly_foreseen"], made["is_mandatory"]) == ([10, 10], True)
    events = f"/api/v1/actions/{made['id']}/events"
    until = timezone.localdate().replace(day=1, month=1).replace(year=timezone.localdate().year + 1)
    body = {"event": "accept", "until": until.isoformat(), "function": "Direction", "reason": "Vu."}
    answer = calling.post(events, body, content_type=JSON).json()
    assert (answer["state"], answer["accepted_by"]) == ("accepted", "Direction")
    assert calling.post(events, {"event": "accept"}, content_type=JSON).status_code == 409
