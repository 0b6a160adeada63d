"""Search in the registry."""

from collections.abc import Callable

import pytest

from factories.establishments import an_establishment
from rempart.web.apps.establishments.models import Establishment, RegistryImport
from rempart.web.apps.establishments.search import search
from support.registry_files import REAL


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
