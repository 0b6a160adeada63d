"""A nation whose exposure was swept, invented: perimeters, a last audit each, its findings and what answers."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from benchmarks import _portfolio
from django.db import connection, transaction

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Category, Establishment, Operator
from rempart.web.apps.exposure.models import (
    ExposedFinding,
    ExposedService,
    ExposureAudit,
    Perimeter,
)
from rempart.web.core.models import StoredFile
from rempart.web.core.text import folded

LINES: Final = 8
"""Findings of an establishment, and as many services."""
CHECKS: Final = ("http_hsts", "http_csp", "tls_10_11", "mail_dmarc_absent", "mail_spf_open", "service_remote_desktop",
                 "hole_known", "hole_end_of_life")  # fmt: skip
PRODUCTS: Final = (("nginx", 300), ("Apache httpd", 250), ("Microsoft IIS", 200), ("Postfix", 150), ("Exchange", 60),
                   ("FortiGate", 30), ("Stormshield", 8), ("PACS Xtra", 2))  # fmt: skip
PAGES: Final = {
    "the form": "/exposition/recherche/",
    "a frequent product": "/exposition/recherche/?q=nginx",
    "a rare product": "/exposition/recherche/?q=pacs+xtra",
    "a product and its version": "/exposition/recherche/?q=fortigate+7+2+5",
    "a known hole": "/exposition/recherche/?q=CVE-2024-21762",
    "a check": "/exposition/recherche/?q=service_remote_desktop",
    "what nobody has": "/exposition/recherche/?q=zzzzz",
    "the last page": "/exposition/recherche/?q=nginx&page=99999",
}
COVERAGE: Final = {
    "who is covered": "/exposition/couverture/",
    "who is covered, never swept": "/exposition/couverture/?etat=jamais",
}


def fill(count: int, today: date) -> None:
    """Write `count` establishments, four in five swept, and their lines."""
    chance = random.Random(2026)
    with transaction.atomic():
        _portfolio.people(count)
        by = User.objects.get(email="nadia@exemple.test")
        Category.objects.bulk_create(
            Category(code=code, label=words, short_label=words)
            for code, words, _ in _portfolio.CATEGORIES
        )
        batches: Any = _portfolio._in_batches
        batches(Operator.objects, _portfolio._operators(count))
        batches(Establishment.objects, _portfolio._establishments(count, chance))
        _portfolio._groups(count)
        numbers = list(Establishment.objects.order_by("pk").values_list("pk", flat=True))
        swept = [finess for k, finess in enumerate(numbers) if k % 5]
        batches(Perimeter.objects, _perimeters(swept, today))
        batches(ExposureAudit.objects, _audits(swept, by, today, chance))
        pairs = ExposureAudit.objects.order_by("pk").values_list("pk", "establishment_id")
        batches(ExposedFinding.objects, _findings(list(pairs), chance))
        batches(ExposedService.objects, _services(list(pairs), chance))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _perimeters(numbers: list[str], today: date) -> Iterator[Perimeter]:
    for k, finess in enumerate(numbers):
        yield Perimeter(
            establishment_id=finess,
            consent_by="C. Martin",
            consent_function="directrice",
            consent_on=today - timedelta(days=30),
            consent_until=today + timedelta(days=300),
            is_searchable=k % 4 > 0,
        )


def _audits(
    numbers: list[str], by: User, today: date, chance: random.Random
) -> Iterator[ExposureAudit]:
    report, _ = StoredFile.objects.get_or_create(
        sha256="0" * 64, defaults={"size": 1, "kind": "report"}
    )
    for finess in numbers:
        day = today - timedelta(days=chance.randrange(70))
        yield ExposureAudit(
            establishment_id=finess, form="sweep", state="done", asked_by=by, report=report, swept_on=day,
            swept_at=datetime.combine(day, time(3, 12), UTC), score=70.0, score_low=50.0, grade="C", grade_low="D",
            findings_count=LINES, critical_open=0, gaps_count=3, endpoints_count=LINES, is_latest=True,
        )  # fmt: skip


def _product(chance: random.Random) -> tuple[str, str]:
    names, shares = zip(*PRODUCTS, strict=True)
    return chance.choices(names, shares)[
        0
    ], f"{chance.randrange(9)}.{chance.randrange(9)}.{chance.randrange(9)}"


def _findings(pairs: list[tuple[int, str]], chance: random.Random) -> Iterator[ExposedFinding]:
    for audit, finess in pairs:
        for k, check in enumerate(CHECKS):
            product, version = _product(chance)
            cves = [f"CVE-2024-{chance.randrange(20_000, 30_000)}"] if check == "hole_known" else []
            title = f"Constat {check} de {product} {version}"
            yield ExposedFinding(
                audit_id=audit, key=f"{check}@www{k}.{finess}.test:443", check_id=check, theme="http",
                target=f"www{k}.{finess}.test:443", title=title, severity="high", rank=2, confidence="confirmed",
                product=product, cves=cves, position=k, search=folded(" ".join((check, product, title, *cves))),
            )  # fmt: skip


def _services(pairs: list[tuple[int, str]], chance: random.Random) -> Iterator[ExposedService]:
    for audit, finess in pairs:
        for k in range(LINES):
            product, version = _product(chance)
            yield ExposedService(
                audit_id=audit, target=f"www{k}.{finess}.test:443", service="https", product=product, version=version,
                search=folded(f"https {product} {version}"),
            )  # fmt: skip
