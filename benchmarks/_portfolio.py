"""A national portfolio, invented: establishments, operators, groups, an audit each, actions; and requests timed on it."""

import random
import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import DateTimeField
from django.db.models.functions import Cast
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rempart.content.places import departments
from rempart.web.apps.accounts.models import Membership, User
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import (
    Category,
    Establishment,
    Grouping,
    GroupingMember,
    Operator,
)
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.steering.actions import rebuild_situations
from rempart.web.core.models import StoredFile
from rempart.web.core.scope import Level, Role
from rempart.web.core.text import folded

# Category, its words, and how many of a thousand sites have it, after the published national file.
CATEGORIES: Final = (
    ("500", "EHPAD", 75), ("202", "Résidence autonomie", 23), ("620", "Pharmacie d’officine", 205),
    ("183", "IME", 13), ("355", "CH", 10), ("365", "Clinique", 9), ("246", "ESAT", 15),
    ("354", "SSIAD", 21), ("124", "Centre de santé", 28), ("611", "Laboratoire", 45),
    ("437", "Foyer de vie", 20), ("101", "CHR", 2), ("209", "SAAD", 90), ("603", "Maison de santé", 24),
)  # fmt: skip
WORDS: Final = (
    "Les Genêts", "Saint-Joseph", "Le Clos Fleuri", "Les Tilleuls", "Pierre Curie", "La Roseraie", "Notre-Dame",
    "Les Jardins", "Bel Air", "Jean Moulin", "Les Marronniers", "Sainte-Anne", "Le Parc", "Les Hirondelles",
    "Beauséjour", "Georges Clemenceau", "Les Oliviers", "La Fontaine", "Les Érables", "Victor Hugo",
)  # fmt: skip
TOWNS: Final = (
    "Rennes", "Saint-Étienne", "Bourg-en-Bresse", "Nîmes", "Orléans", "Évreux", "Besançon", "Châteauroux", "Mâcon",
    "L’Haÿ-les-Roses", "Saint-Denis", "Béziers", "Angoulême", "Épinal", "Cayenne", "Le Puy-en-Velay",
)  # fmt: skip
BATCH: Final = 2000
ROUNDS: Final = 15


def _in_batches(manager: Any, rows: Iterator[Any]) -> None:
    while some := list(islice(rows, BATCH)):
        manager.bulk_create(some)


def _establishments(count: int, chance: random.Random) -> Iterator[Establishment]:
    places = list(departments().values())
    shares = [share for _, _, share in CATEGORIES]
    for k, (code, kind, _) in enumerate(chance.choices(CATEGORIES, shares, k=count)):
        place = places[k % len(places)]
        town, name = chance.choice(TOWNS), f"{kind} {chance.choice(WORDS)} {k % 997}"
        finess = f"{place.code[:2]}{k:07d}"
        yield Establishment(
            finess=finess,
            name=name,
            search=folded(f"{name} {town} {place.name} {finess} {kind}"),
            category=code,
            department=place.code,
            region=place.region,
            municipality=town,
            operator_id=f"EJ{k // 4:07d}",
        )


def _operators(count: int) -> Iterator[Operator]:
    for k in range(count // 4 + 1):
        name = f"Association {WORDS[k % len(WORDS)]} {k}"
        yield Operator(finess=f"EJ{k:07d}", name=name, search=folded(name))


def _audits(numbers: list[str], by: User, today: date, chance: random.Random) -> Iterator[Audit]:
    report, _ = StoredFile.objects.get_or_create(
        sha256="0" * 64, defaults={"size": 1, "kind": "report"}
    )
    for k, finess in enumerate(numbers):
        yield Audit(
            establishment_id=finess,
            state=Audit.State.DONE,
            source_name="collecte.zip",
            source_sha256=f"{k:064x}",
            deposited_by=by,
            report=report,
            subject="chu.test",
            measured_on=today - timedelta(days=chance.randrange(900)),
            level=chance.choices((1, 2, 3, 4, 5), (40, 30, 18, 9, 3))[0],
            at_most=chance.random() < 0.6,
            points_not_measured=chance.randrange(20),
            exposed=chance.randrange(300),
            low_privileged=1500,
            is_newest=True,
            is_latest=True,
        )


def _actions(numbers: list[str], by: User, today: date, chance: random.Random) -> Iterator[Action]:
    for k, finess in enumerate(numbers[::3]):
        yield Action(
            establishment_id=finess,
            title="Retirer une délégation",
            origin=f"essai-{k}",
            state="planned",
            state_by=by,
            state_on=today - timedelta(days=chance.randrange(700)),
            due_on=today + timedelta(days=chance.randrange(-90, 400)),
        )


def _assessments(
    numbers: list[str], by: User, today: date, chance: random.Random
) -> Iterator[Assessment]:
    now = timezone.now()
    for k, finess in enumerate(numbers[::2]):
        day = today - timedelta(days=chance.randrange(700))
        is_finished = k % 3 > 0
        yield Assessment(
            establishment_id=finess,
            framework_id="esms13",
            version="1",
            state="submitted" if is_finished else "draft",
            opened_on=day,
            opened_by=by,
            last_answer_at=now,
            submitted_at=now - timedelta(days=chance.randrange(700)) if is_finished else None,
            shared_with_region=k % 5 == 0,
            low=4_000,
            high=6_000,
        )


def fill(count: int, today: date) -> dict[str, float]:
    """Write `count` establishments and all that goes with them; seconds of the rebuild of the situations."""
    chance = random.Random(2026)
    with transaction.atomic():
        people(count)
        by = User.objects.get(email="nadia@exemple.test")
        Category.objects.bulk_create(
            Category(code=code, label=words, short_label=words) for code, words, _ in CATEGORIES
        )
        _in_batches(Operator.objects, _operators(count))
        _in_batches(Establishment.objects, _establishments(count, chance))
        _groups(count)
        numbers = list(Establishment.objects.order_by("pk").values_list("pk", flat=True))
        _in_batches(Audit.objects, _audits(numbers, by, today, chance))
        Audit.objects.update(deposited_at=Cast("measured_on", DateTimeField()))
        _in_batches(Action.objects, _actions(numbers, by, today, chance))
        _in_batches(Assessment.objects, _assessments(numbers, by, today, chance))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start = time.perf_counter()
    rebuild_situations()
    spent = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"rebuild": spent}


def _groups(count: int) -> None:
    made = [
        Grouping(code=f"GHT-{k:03d}", kind=Grouping.Kind.GHT, name=f"GHT {k}", region="53")
        for k in range(135)
    ]
    Grouping.objects.bulk_create(made)
    GroupingMember.objects.bulk_create(
        GroupingMember(grouping=made[k % 135], operator_id=f"EJ{k:07d}")
        for k in range(min(count // 4, 900))
    )


def people(count: int) -> None:
    """Nadia sees the nation, Rose a region, Gaëlle the hospitals of a group."""
    for email, role, level, code in (
        ("nadia@exemple.test", Role.NATIONAL_CERT, Level.NATIONAL, ""),
        ("rose@exemple.test", Role.REGIONAL_OFFICER, Level.REGION, "53"),
        ("gaelle@exemple.test", Role.RSSI, Level.GROUPING, "GHT-003"),
    ):
        user = User.objects.create_user(email, None, first_name=email[:5], last_name="Essai")
        Membership.objects.create(user=user, role=role, level=level, code=code)


PAGES: Final = {
    "première page": "",
    "filtre": "?audit=2&categorie=500",
    "tri": "?tri=annuaire",
    "tri par retard": "?tri=retard",
    "recherche": "?q=ehpad+genets+rennes",
    "recherche d’un mot": "?q=ehpad",
    "silence": "?silence=12",
    "GHT": "?groupement=GHT-003",
    "gestionnaire": "?gestionnaire=genets+2",
    "page 40": "?page=40",
    "dernière page": "?page=99999",
    "carte d’un département": "?departement=35&carte=silencieux",
}


def timed(email: str, query: str, base: str = "/portefeuille/") -> dict[str, float]:
    """Median milliseconds of wall and CPU of one page, its queries and its bytes."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    address = f"{base}{query}"
    with CaptureQueriesContext(connection) as seen:
        first = client.get(address)
    queries = len(seen)
    if first.status_code != 200:
        raise RuntimeError(f"{address}: {first.status_code} {first.headers}")
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        client.get(address)
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    return {
        "wall": statistics.median(walls),
        "cpu": statistics.median(cpus),
        "queries": queries,
        "bytes": len(first.content),
    }
