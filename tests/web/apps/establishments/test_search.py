"""Search in the registry."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.paginator import Paginator
from pytest_django import DjangoAssertNumQueries

from factories.establishments import an_establishment
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.establishments.models import Establishment, RegistryImport
from rempart.web.apps.establishments.queries import found_establishments
from rempart.web.apps.establishments.search import search
from support.registry_files import REAL
from web.conftest import Cast


@pytest.mark.parametrize(
    "text", ["ehpad ete rennes", "RENNES  l'été", "été", "35000 ehpad", "Ille-et-Vilaine"]
)
def test_words_are_found_without_accents_in_any_order(
    imported: Callable[..., RegistryImport], tmp_path, text: str
) -> None:  # type: ignore[no-untyped-def]
    from support.registry_files import a_file, a_site

    imported(REAL)
    imported(a_file(tmp_path, *REAL.read_text("utf-8").splitlines()[1:], a_site()))
    assert [e.pk for e in search(Establishment.objects.open(), text)] == ["350000019"]


@pytest.mark.parametrize(
    ("text", "found"), [("cmpp ducos", 1), ("chu felix", 1), ("970300026", 1), ("zzz", 0)]
)
def test_acronyms_towns_and_numbers_are_found(
    imported: Callable[..., RegistryImport], text: str, found: int
) -> None:
    imported(REAL)
    assert search(Establishment.objects.all(), text).count() == found


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "   ", "«»"])
def test_no_word_leaves_everything(text: str) -> None:
    an_establishment()
    assert search(Establishment.objects.all(), text).count() == 1


@pytest.mark.django_db
def test_a_sign_of_the_database_is_no_joker() -> None:
    an_establishment()
    assert search(Establishment.objects.all(), "%_").count() == 1  # no word: nothing is filtered
    assert search(Establishment.objects.all(), "a%z").count() == 0


def test_the_pages_of_a_search_hold_each_establishment_once(cast: Cast) -> None:
    for number in range(7):
        an_establishment(f"56000{number:04d}", name=f"CLINIQUE {number}")
    pages = Paginator(
        found_establishments(scope_of(cast.nadia, date(2026, 11, 21)), "clinique", 3), 3
    )
    shown = [[row.name for row in pages.page(n)] for n in pages.page_range]
    assert (pages.count, [len(page) for page in shown]) == (7, [3, 3, 1])
    assert sum(shown, []) == [f"CLINIQUE {number}" for number in range(7)]


@pytest.mark.parametrize(("words", "queries"), [("clinique", 2), ("a", 3)])
def test_a_search_that_chooses_reads_the_registry_once(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, words: str, queries: int
) -> None:
    for number in range(7):
        an_establishment(f"56000{number:04d}", name=f"CLINIQUE {number}", municipality="A")
    found = found_establishments(scope_of(cast.nadia, date(2026, 11, 21)), words, 3)
    with django_assert_num_queries(queries):
        page = Paginator(found, 3).get_page(1)
        assert len(list(page)) == 3
    assert page.paginator.count >= 7


def test_open_establishments_are_found_before_closed_ones(cast: Cast) -> None:
    an_establishment("560000001", name="CLINIQUE A", closed_on=date(2026, 1, 1))
    an_establishment("560000002", name="CLINIQUE B")
    found = found_establishments(scope_of(cast.nadia, date(2026, 11, 21)), "clinique", 5)[
        slice(0, 5)
    ]
    assert [row.name for row in found] == ["CLINIQUE B", "CLINIQUE A"]


def test_a_search_that_finds_nothing_has_one_empty_page(cast: Cast) -> None:
    pages = Paginator(found_establishments(scope_of(cast.nadia, date(2026, 11, 21)), "zzz", 3), 3)
    assert (pages.count, list(pages.page(1))) == (0, [])
