"""Findings and the plan by the API."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.middleware.csrf import get_token
from django.test import Client

from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import Act

Calling = Callable[..., Client]
HOME = "/api/v1/establishments/350000019/actions"


def a_finding(establishment: Establishment, key: str = "vuln_krbtgt") -> Finding:
    return Finding.objects.create(
        establishment=establishment, source_kind="directory", key=key, title="krbtgt trop ancien",
        severity="high", first_seen_on=date(2026, 1, 5), last_seen_on=date(2026, 1, 5),
        last_source_id="1", last_source_label="essai",
    )  # fmt: skip


def an_action(calling: Client, **fields: Any) -> dict[str, Any]:
    answer = calling.post(
        HOME, {"title": "Changer krbtgt"} | fields, content_type="application/json"
    )
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_an_action_is_added_for_findings_and_journaled(script: Calling, cast: Any) -> None:
    finding = a_finding(cast.home)
    made = an_action(script("alice"), findings=[finding.pk], due_on="2026-12-24", half_days=2)
    assert (made["state"], made["findings"], made["due_on"]) == (
        "planned",
        [finding.pk],
        "2026-12-24",
    )
    assert JournalEntry.objects.filter(act="add_action", actor_id=cast.alice.pk).exists()


def test_an_action_is_started_then_closed_with_its_proof(script: Calling) -> None:
    calling = script("alice")
    events = f"/api/v1/actions/{an_action(calling)['id']}/events"
    started = calling.post(events, {"event": "start"}, content_type="application/json").json()
    closed = calling.post(
        events, {"event": "close", "proof": "Fait le 3."}, content_type="application/json"
    ).json()
    assert (started["state"], closed["state"], closed["proof"]) == (
        "under_way",
        "closed",
        "Fait le 3.",
    )


def test_an_action_is_not_closed_without_a_proof(script: Calling) -> None:
    calling = script("alice")
    events = f"/api/v1/actions/{an_action(calling)['id']}/events"
    answer = calling.post(events, {"event": "close"}, content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (409, "Impossible dans cet état")
    assert "preuve" in answer.json()["detail"]


def test_no_call_verifies_an_action(script: Calling) -> None:
    calling = script("alice")
    events = f"/api/v1/actions/{an_action(calling)['id']}/events"
    answer = calling.post(events, {"event": "verify"}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"] == "Cette valeur n’est pas admise."


def test_a_change_on_an_old_version_is_refused_and_loses_nothing(script: Calling) -> None:
    calling = script("alice")
    made = an_action(calling)
    address, read = f"/api/v1/actions/{made['id']}", {"If-Match": f'"{made["version"]}"'}
    first = calling.put(address, {"title": "Un"}, content_type="application/json", headers=read)
    second = calling.put(address, {"title": "Deux"}, content_type="application/json", headers=read)
    assert (first.status_code, second.status_code) == (200, 412)
    assert first["ETag"] == f'"{made["version"] + 1}"'
    assert Action.objects.get().title == "Un"


def test_someone_else_s_finding_is_not_put_in_an_action(script: Calling, cast: Any) -> None:
    far = a_finding(cast.far)
    answer = script("alice").post(
        HOME, {"title": "Essai", "findings": [far.pk]}, content_type="application/json"
    )
    assert answer.status_code == 404
    assert not Action.objects.exists()


def test_rose_reads_no_finding_and_no_plan(script: Calling) -> None:
    assert script("rose").get("/api/v1/findings").status_code == 403
    assert script("rose").get("/api/v1/actions").status_code == 403


def test_charlie_meets_nothing_of_alice(script: Calling, cast: Any) -> None:
    finding = a_finding(cast.home)
    made = an_action(script("alice"), findings=[finding.pk])
    calling = script("charlie")
    assert calling.get("/api/v1/findings").json()["items"] == []
    assert calling.get("/api/v1/actions").json()["items"] == []
    for method, address in (
        ("get", f"/api/v1/actions/{made['id']}"),
        ("put", f"/api/v1/actions/{made['id']}"),
        ("post", f"/api/v1/actions/{made['id']}/events"),
        ("post", HOME),
    ):
        body = {"title": "x", "event": "start"}
        answer = getattr(calling, method)(address, body, content_type="application/json")
        assert answer.status_code == 404


def test_a_token_that_reads_does_not_write(script: Calling) -> None:
    reading = script("alice", Act.SEE_FINDINGS, Act.SEE_ESTABLISHMENT)
    answer = reading.post(HOME, {"title": "Essai"}, content_type="application/json")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("asked", "count"), [({}, 2), ({"is_mended": "false"}, 1), ({"is_mended": "true"}, 1)]
)
def test_findings_are_filtered_by_what_became_of_them(
    script: Calling, cast: Any, asked: dict[str, str], count: int
) -> None:
    a_finding(cast.home)
    Finding.objects.filter(pk=a_finding(cast.home, "other").pk).update(mended_on=date(2026, 3, 1))
    assert len(script("alice").get("/api/v1/findings", asked).json()["items"]) == count


def test_overdue_actions_are_found(script: Calling) -> None:
    calling = script("alice")
    late = an_action(calling, due_on="2026-01-01")
    an_action(calling)
    found = calling.get("/api/v1/actions", {"is_overdue": "true"}).json()["items"]
    assert [one["id"] for one in found] == [late["id"]]


@pytest.mark.parametrize("count", [5, 50])
def test_the_plan_costs_the_same_queries_whatever_its_length(
    script: Calling, cast: Any, django_assert_num_queries: Callable[..., Any], count: int
) -> None:
    for number in range(count):
        row = Action.objects.create(
            establishment=cast.home,
            title=f"Action {number}",
            state="planned",
            state_on=date(2026, 1, 1),
        )
        row.findings.set([a_finding(cast.home, f"k{number}")])
    calling = script("alice")
    calling.get("/api/v1/actions")
    with django_assert_num_queries(6):
        assert len(calling.get("/api/v1/actions").json()["items"]) == count


@pytest.mark.parametrize(
    ("path", "asked", "count"),
    [
        ("findings", {"severity": "high"}, 1),
        ("findings", {"severity": "low"}, 0),
        ("findings", {"establishment": "350000019"}, 1),
        ("actions", {"state": "planned"}, 1),
        ("actions", {"state": "closed"}, 0),
        ("actions", {"establishment": "130000019"}, 0),
    ],
)
def test_lists_are_filtered_by_what_is_asked(
    script: Calling, cast: Any, path: str, asked: dict[str, str], count: int
) -> None:
    a_finding(cast.home)
    calling = script("alice")
    an_action(calling)
    assert len(calling.get(f"/api/v1/{path}", asked).json()["items"]) == count


def test_a_page_of_ours_writes_with_its_own_token(cast: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    mark = get_token(browser.get("/compte/jetons/").wsgi_request)
    answer = browser.post(
        HOME, {"title": "Essai"}, content_type="application/json", headers={"X-CSRFToken": mark}
    )
    assert answer.status_code == 201
