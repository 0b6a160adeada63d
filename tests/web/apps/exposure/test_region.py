"""The region: who is covered, never who is bad; and who exposes a product, for those who may ask."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from factories.establishments import an_establishment
from factories.exposure import MARCH, a_perimeter, an_exposed, an_exposure, an_exposure_audit
from factories.invitations import a_mandate
from rempart.engines.exposure.report import EndpointLine
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.scope import Act
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
COVERAGE, SEARCH = "/exposition/couverture/", "/exposition/recherche/"
NGINX = EndpointLine("www.chu.example:443", "203.0.113.5", 443, "https", "nginx", "1.18.0")
HOLE = an_exposed("hole_known", "vpn.chu.example:443", product="fortigate", cves=["CVE-2024-21762"])


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def exposed(cast: Cast, place: Establishment, *, is_searchable: bool = False) -> None:
    a_perimeter(place, cast.alice, is_searchable=is_searchable)
    now = timezone.now() - timedelta(days=1)
    report = an_exposure(HOLE, at=now, endpoints=(NGINX,), perimeter=place.pk)
    an_exposure_audit(place, cast.alice, report)


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode()).replace("\xa0", " ")


def test_the_region_sees_who_is_covered_and_nothing_of_what_was_found(
    cast: Cast, browser_of: BrowserOf
) -> None:
    exposed(cast, cast.home)
    an_exposure_audit(cast.hospital, cast.bob, an_exposure(HOLE, at=MARCH))
    text = text_of(browser_of("rose"), COVERAGE)
    assert "EHPAD Les Genêts" in text
    assert "sur 2" in text
    for secret in ("hole_known", "vpn.chu.example", "fortigate", "note A"):
        assert secret not in text
    assert "EHPAD Les Genêts" not in text_of(browser_of("rose"), f"{COVERAGE}?etat=anciens")
    assert "EHPAD Les Genêts" in text_of(browser_of("rose"), f"{COVERAGE}?etat=couverts&q=genets")


def test_the_region_is_led_to_who_is_covered(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of("rose")
    home = browser.get("/", follow=True).content.decode()
    assert f'href="{COVERAGE}"' in home
    assert browser.get("/exposition/").headers["Location"] == COVERAGE
    assert "vous en donnent mandat" in text_of(browser, COVERAGE)


def test_another_region_is_not_in_the_list(cast: Cast, browser_of: BrowserOf) -> None:
    exposed(cast, cast.far)
    assert "EHPAD du Sud" not in text_of(browser_of("rose"), COVERAGE)
    assert "EHPAD du Sud" in text_of(browser_of("nadia"), COVERAGE)


@pytest.mark.parametrize("words", ["fortigate", "cve-2024-21762", "nginx 1.18", "hole_known"])
def test_a_product_a_hole_or_a_check_is_found_in_one_question(
    cast: Cast, browser_of: BrowserOf, words: str
) -> None:
    exposed(cast, cast.home)
    text = text_of(browser_of("alice"), f"{SEARCH}?q={words}")
    assert "1 établissement trouvé" in text
    assert "EHPAD Les Genêts" in text


def test_the_national_cert_finds_only_those_who_opened_their_perimeter(
    cast: Cast, browser_of: BrowserOf
) -> None:
    exposed(cast, cast.home, is_searchable=True)
    exposed(cast, cast.far)
    text = text_of(browser_of("nadia"), f"{SEARCH}?q=fortigate")
    assert "EHPAD Les Genêts" in text
    assert "EHPAD du Sud" not in text
    assert "sur 1 établissement balayé" in text


def test_a_region_asks_only_with_a_mandate(cast: Cast, browser_of: BrowserOf) -> None:
    exposed(cast, cast.home)
    assert browser_of("rose").get(f"{SEARCH}?q=fortigate").status_code == 403
    a_mandate(cast.alice, cast.home, "rose@exemple.test", acts={Act.SEARCH_EXPOSURE})
    text = text_of(browser_of("rose"), f"{SEARCH}?q=fortigate")
    assert "EHPAD Les Genêts" in text
    assert f"/etablissements/{cast.home.pk}/exposition/" not in text


def test_nobody_finds_the_establishments_of_others(cast: Cast, browser_of: BrowserOf) -> None:
    exposed(cast, cast.home)
    text = text_of(browser_of("charlie"), f"{SEARCH}?q=fortigate")
    assert "0 établissement trouvé" in text
    assert "Les Genêts" not in text


@pytest.mark.parametrize(
    ("who", "address"),
    [("rose", COVERAGE), ("nadia", f"{SEARCH}?q=fortigate"), ("bob", "/exposition/")],
)
def test_the_queries_of_a_region_do_not_grow_with_it(
    cast: Cast, browser_of: BrowserOf, who: str, address: str
) -> None:
    browser = browser_of(who)
    counts = []
    for first, last in ((10, 15), (15, 45)):
        for n in range(first, last):
            place = an_establishment(
                f"2200001{n}", operator=cast.hospital.operator, department="22"
            )
            exposed(cast, place, is_searchable=True)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text_of(browser, address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_an_establishment_reads_what_the_region_and_the_cert_see(
    cast: Cast, browser_of: BrowserOf
) -> None:
    exposed(cast, cast.home, is_searchable=True)
    text = text_of(browser_of("alice"), f"/etablissements/{cast.home.pk}/ce-que-voit-la-region/")
    assert "vous l’avez laissé chercher" in text
    assert "Dernier balayage" in text
