"""Each person of the cast on each address: what they get is in one table, and no address is outside it."""

import inspect
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from factories.invitations import a_mandate
from factories.world import a_world
from rempart.web.api.urls import api
from rempart.web.apps.accounts.models import AccessRecord
from rempart.web.core.models import JournalEntry
from rempart.web.core.policy import policy_of
from rempart.web.core.scope import DELEGABLE
from web.access_table import BODIES, PAGES, PEOPLE, TABLE
from web.conftest import Cast

World = dict[str, dict[str, Any]]
FINDINGS = ("krbtgt", "vuln_a", "Constat a", "Constat service_rdp", "bureau.chu.example")
PERSONS = ("paul@exemple.test", "rssi@exemple.test")
ELSEWHERE = ("bob", "charlie", None)
# The name and the number of an establishment are public; these are its own, and authorities see no finding either.
SECRETS = dict.fromkeys(ELSEWHERE, FINDINGS + PERSONS) | dict.fromkeys(("rose", "nadia"), FINDINGS)
# They hold what the person typed, or a link that whoever has it was sent.
BEARERS = {"GET invitation", "POST invitation"}


@dataclass(frozen=True)
class Route:
    """An address of a page: its pattern, its name, its view."""

    pattern: str
    name: str
    view: Any


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Route]:
    """Every address of the platform but those of the API, which are its operations."""
    for found in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(found.pattern)
        if isinstance(found, URLPattern):
            yield Route(pattern, found.name or "", found.callback)
        elif pattern != "api/v1/":
            yield from routes(found, pattern)


def operations() -> dict[str, str]:
    """Every operation of the API, and its address."""
    return {
        f"{method} {operation.view_func.__name__}": f"/api/v1{path}"
        for _, router, *_ in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }


ROUTES = {route.name: route for route in routes()}
OPERATIONS = operations()


@pytest.fixture
def world(cast: Cast) -> World:
    return a_world(cast)


def address_of(key: str, world: World) -> str:
    """The address of a route, on the things of Alice."""
    name = key.split()[1]
    if key in OPERATIONS:
        arguments = {"finess": "350000019"} | world["api"]
        return re.sub(r"{(?:\w+:)?(\w+)}", lambda m: str(arguments[m[1]]), OPERATIONS[key])
    pattern = ROUTES[name].pattern
    default = {"finess": "350000019"} if "<str:finess>" in pattern else {}
    if "<int:pk>" in pattern:
        default = world.get(f"{name.split('_')[0]}_", default)
    return reverse(name, kwargs=world.get(name, default))


@contextmanager
def asked(key: str, world: World, cast: Cast, who: str | None) -> Iterator[HttpResponse]:
    """What a person gets; whatever it did is undone."""
    method = key.split()[0].lower()
    browser = Client(raise_request_exception=False)
    if who:
        browser.force_login(getattr(cast, who))
    sent: dict[str, Any] = {}
    if key in BODIES:
        sent = {"data": json.dumps(BODIES[key]), "content_type": "application/json"}
    elif key == "POST deposit_audit":
        sent = {"data": {"files": SimpleUploadedFile("report.json", b"{}")}}
    elif key in ("POST deposit_exposure", "POST join_exposure"):
        sent = {"data": {"file": SimpleUploadedFile("report.json", b"{}")}}
    elif key == "POST deposit_document":
        sent = {"data": {"file": SimpleUploadedFile("note.txt", b"Texte"), "title": "Note"}}
    with transaction.atomic():
        answer = getattr(browser, method)(address_of(key, world), **sent)
        yield answer
        transaction.set_rollback(True)
        closed(answer)


def closed(answer: HttpResponse) -> None:
    """Close the files that an answer streams, and not, as the end of a request would, the database."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def text_of(answer: Any) -> str:
    """What was sent, streamed or not."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace"))


@pytest.mark.parametrize("key", [*TABLE])
def test_each_person_gets_what_the_table_says_and_nothing_of_others(
    cast: Cast, world: World, key: str
) -> None:
    found, told = [], []
    home = JournalEntry.objects.filter(establishment=cast.home.pk)
    before = home.count()
    for who in PEOPLE:
        with asked(key, world, cast, who) as answer:
            found.append(str(answer.status_code))
            if who != "alice" and key not in BEARERS:
                shown = text_of(answer)
                told += [(who, secret) for secret in SECRETS[who] if secret in shown]
            if who in ELSEWHERE and home.count() != before:
                told.append((who, "has written"))
    assert " ".join(found) == TABLE[key]
    assert told == []


def test_every_address_is_in_the_table() -> None:
    said = {key.split()[1] for key in PAGES}
    assert sorted({route.name for route in routes()} - said) == []
    assert sorted(OPERATIONS.keys() - TABLE.keys()) == []


def test_the_table_names_no_address_that_is_gone() -> None:
    assert sorted({key.split()[1] for key in PAGES} - ROUTES.keys()) == []
    assert sorted(set(TABLE) - set(PAGES) - OPERATIONS.keys()) == []


def test_every_address_has_a_name_and_a_policy() -> None:
    assert [route.pattern for route in routes() if not route.name] == []
    assert [route.name for route in routes() if policy_of(route.view) is None] == []


def test_a_page_that_reads_a_form_is_asked_by_post_too() -> None:
    ours = (r for r in routes() if inspect.unwrap(r.view).__module__.startswith("rempart."))
    posts = {r.name for r in ours if "POST" in inspect.getsource(inspect.unwrap(r.view))}
    assert sorted(f"POST {name}" for name in posts if f"POST {name}" not in TABLE) == []


PUBLIC_REGISTER = "GET operator"
# The page of an operator shows the public registry, and nothing of an establishment.
OWN = [
    key
    for key, said in TABLE.items()
    if key.startswith("GET") and said.startswith("200 404 404") and key != "GET operator"
]


@pytest.mark.parametrize("key", OWN)
def test_whoever_is_mandated_leaves_a_trace_on_each_page(
    cast: Cast, world: World, key: str
) -> None:
    a_mandate(cast.alice, cast.home, "bob@exemple.test", acts=DELEGABLE)
    with asked(key, world, cast, "bob") as answer:
        seen = AccessRecord.objects.filter(user=cast.bob, establishment=cast.home)
        assert seen.exists() is (answer.status_code == 200)
