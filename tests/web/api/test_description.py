"""The API is described for programs and for people, and does what it says."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client

from rempart.web.api.schema import schema, text
from rempart.web.api.urls import api
from rempart.web.apps.remediation import actions
from rempart.web.core.policy import policy_of

PUBLISHED = Path("src/rempart/web/api/schemas/api-1.json")
OPERATIONS = [
    (method, path, operation)
    for path, methods in schema()["paths"].items()
    for method, operation in methods.items()
]


def test_the_published_description_is_that_of_the_code(root: Path) -> None:
    assert (root / PUBLISHED).read_text(encoding="utf-8") == text(), "python tools/api_schema.py"


def test_the_description_is_served_to_anyone(client: Client, db: None) -> None:
    assert client.get("/api/v1/openapi.json").json() == json.loads(text())


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_says_what_it_does_in_french_and_wants_a_token(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"] and operation["description"].endswith(".")
    assert {"ByToken": []} in operation["security"]


def test_the_page_for_people_names_every_operation(client: Client, db: None) -> None:
    page = client.get("/api/").content.decode()
    assert [path for _, path, _ in OPERATIONS if f"<code>{path}</code>" not in page] == []


def test_every_operation_but_that_of_jobs_declares_its_act() -> None:
    open_to_all = [
        operation.view_func.__name__
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        if policy_of(operation.view_func) is None
    ]
    assert open_to_all == ["get_job"]


def test_a_text_that_is_not_json_is_refused_in_french(script: Callable[..., Client]) -> None:
    answer = script("alice").post(
        "/api/v1/establishments/350000019/actions", "{", content_type="application/json"
    )
    assert (answer.status_code, answer.json()["detail"]) == (400, "Ce n’est pas du JSON.")


def test_missing_fields_are_named(script: Callable[..., Client]) -> None:
    answer = script("alice").post(
        "/api/v1/establishments/350000019/actions", {}, content_type="application/json"
    )
    assert answer.json()["errors"] == [
        {"field": "payload.title", "detail": "Ce champ est nécessaire."}
    ]


def test_a_caller_who_hurries_too_much_waits(
    script: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    caches["calls"].clear()
    throttle = api.throttle[0]  # type: ignore[index]
    monkeypatch.setattr(throttle, "num_requests", 2)
    calling = script("alice")
    codes = [calling.get("/api/v1/establishments").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_a_busy_database_is_said_and_the_call_can_be_made_again(
    script: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(**values: object) -> None:
        raise OperationalError("database is locked")

    calling = script("alice")
    monkeypatch.setattr(actions, "add_action", locked)
    answer = calling.post(
        "/api/v1/establishments/350000019/actions", {"title": "x"}, content_type="application/json"
    )
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "rien n’a été écrit" in answer.json()["detail"]
    assert "database is locked" in caplog.text
