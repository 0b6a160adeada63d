"""The rows of the benchmark of answers: establishments, an assessment of 71 items each, people who answer."""

import random
import time
from http.client import HTTPConnection
from importlib import import_module
from statistics import median
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from rempart.content.knowledge import frameworks  # noqa: E402
from rempart.web.apps.accounts.models import Membership, User  # noqa: E402
from rempart.web.apps.assessments import campaigns  # noqa: E402
from rempart.web.apps.assessments.models import Answer, AnswerChange, Assessment  # noqa: E402
from rempart.web.apps.establishments.models import Establishment, Operator  # noqa: E402
from rempart.web.apps.frameworks.actions import Origin, keep  # noqa: E402
from rempart.web.core.scope import Grant, Level, Role, Scope  # noqa: E402

import_module(settings.ROOT_URLCONF)

ITEMS = 71
TOKEN = "a" * 32


def framework() -> Any:
    """The stored framework of 71 items: the first ones of the largest that Rempart brings, in one theme of ten."""
    from msgspec.structs import replace

    whole = max(frameworks().values(), key=lambda f: len(f.items))
    items = whole.items[:ITEMS]
    themes = [
        replace(theme, items=items[10 * k : 10 * (k + 1)]) for k, theme in enumerate(whole.themes)
    ]
    cut = replace(whole, id="bench", themes=[theme for theme in themes if theme.items])
    return keep(cut, Origin.SHIPPED)


def fill(count: int) -> tuple[Any, float, int]:
    """`count` establishments and their campaign; gives the stored framework, the seconds and queries of the campaign."""
    stored = framework()
    operator = Operator.objects.create(finess="350000001", name="Gestionnaire", region="53")
    Establishment.objects.bulk_create(
        Establishment(
            finess=f"{n:09d}", name=f"EHPAD {n}", category="500", region="53", operator=operator
        )
        for n in range(1, count + 1)
    )
    officer = User.objects.create_user("ars@exemple.test")
    scope = Scope(officer.pk, (Grant(Role.REGIONAL_OFFICER, Level.REGION, "53"),))
    today = timezone.localdate()
    wish = campaigns.Wish("Campagne", stored, Level.REGION, "53", today)
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as seen:
        campaigns.launch(wish=wish, scope=scope, today=today, by=officer)
    return stored, time.perf_counter() - began, len(seen)


def people(count: int) -> list[tuple[str, int]]:
    """Session and assessment of people, each of an establishment."""
    found = []
    for rank, row in enumerate(Assessment.objects.order_by("pk")[1 : count + 1]):
        user = User.objects.create_user(f"p{rank}@exemple.test")
        Membership.objects.create(
            user=user, role=Role.REFERENT, level=Level.ESTABLISHMENT, code=row.establishment_id
        )
        browser = Client()
        browser.force_login(user)
        found.append((browser.cookies[settings.SESSION_COOKIE_NAME].value, row.pk))
    connections.close_all()
    return found


def names(stored: Any) -> list[str]:
    """The items, in order."""
    return [item["id"] for theme in stored.document["themes"] for item in theme["items"]]


def one_answer(stored: Any, rounds: int = 60) -> dict[str, float]:
    """Save answers one after the other through the whole stack, in process: CPU and wall (ms), queries, bytes."""
    row = Assessment.objects.order_by("pk").first()
    user = User.objects.create_user("une@exemple.test")
    Membership.objects.create(
        user=user, role=Role.REFERENT, level=Level.ESTABLISHMENT, code=row.establishment_id
    )
    browser = Client()
    browser.force_login(user)
    headers = {"HX-Request": "true"}
    items = names(stored)
    cpu, wall, queries, size = [], [], [], 0
    for k in range(rounds):
        address = f"/evaluations/{row.pk}/questions/{items[k % len(items)]}/"
        sent = {"value": str(k % 3), "version": str(k // len(items)), "note": "Vu."}
        began, spent = time.perf_counter(), time.process_time()
        answer = browser.post(address, sent, headers=headers)
        cpu.append(time.process_time() - spent)
        wall.append(time.perf_counter() - began)
        size = len(answer.content)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code} {answer.content[:300]!r}")
    with CaptureQueriesContext(connection) as seen:
        browser.post(address, sent | {"value": "3", "version": "9"}, headers=headers)
    queries = [
        q for q in seen if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    return {
        "cpu_ms": 1000 * median(cpu),
        "wall_ms": 1000 * median(wall),
        "queries": len(queries),
        "bytes": size,
    }


def answer_for_a_while(
    person: tuple[str, int], items: list[str], port: int, end: float, out: dict[str, Any]
) -> None:
    """Read a question, think, answer it, and so on; remember what the server acknowledged."""
    cookie, pk = person
    dice = random.Random(pk)
    wire = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Cookie": f"sessionid={cookie}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    time.sleep(dice.random() * 3)
    for rank in range(10**6):
        if time.monotonic() > end:
            return
        item, value = items[rank % len(items)], dice.randrange(3)
        version = rank // len(items)
        began = time.perf_counter()
        wire.request(
            "POST",
            f"/evaluations/{pk}/questions/{item}/",
            f"value={value}&version={version}&note=",
            headers,
        )
        answer = wire.getresponse()
        content = answer.read()
        out["times"].append(time.perf_counter() - began)
        if answer.status != 200:
            out["errors"].append(f"{answer.status} {content[:150]!r}")
        else:
            out["said"][pk, item] = value
        time.sleep(dice.uniform(1.5, 4.5))


def lost(said: dict[tuple[int, str], int]) -> list[str]:
    """The answers that were acknowledged and are not there."""
    rows = Answer.objects.filter(assessment__in={pk for pk, _ in said})
    found = {(a, i): v for a, i, v in rows.values_list("assessment_id", "item", "value")}
    kept = AnswerChange.objects.count()
    wrong = [
        f"{key}: {value}, found {found.get(key)}"
        for key, value in said.items()
        if found.get(key) != value
    ]
    return wrong if kept >= len(said) else [*wrong, f"history: {kept} of {len(said)}"]
