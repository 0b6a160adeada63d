"""Words: without accents, in any order, by their beginnings."""

import pytest

from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.steering.actions import rebuild_situations
from rempart.web.apps.steering.models import Situation
from rempart.web.core.scope import NOBODY
from web.conftest import Cast


def names(text: str) -> list[str]:
    """The names that a search finds."""
    return list(Situation.objects.matching(text).order_by("finess").values_list("name", flat=True))


@pytest.mark.parametrize(
    "text", ["genêts", "GENETS", "rennes ehpad", "ehp ren", "350000019", "Les Genêts (Rennes)"]
)
def test_an_establishment_is_found_by_the_beginnings_of_its_words(
    situations: Cast, text: str
) -> None:
    assert names(text) == ["EHPAD Les Genêts"]


@pytest.mark.parametrize("text", ["enets", "ehpad brest", "\"' OR 1=1", "genets:*"])
def test_what_no_word_begins_with_finds_nothing(situations: Cast, text: str) -> None:
    expected = ["EHPAD Les Genêts"] if text == "genets:*" else []
    assert names(text) == expected


def test_a_search_without_a_word_leaves_all(situations: Cast) -> None:
    assert len(names(" ?! ")) == 3


def test_the_index_follows_a_change_of_name(situations: Cast) -> None:
    Establishment.objects.filter(pk=situations.home.pk).update(search="residence du lac rennes")
    rebuild_situations([situations.home.pk])
    assert names("genets") == []
    assert names("lac") == ["EHPAD Les Genêts"]


def test_the_index_forgets_what_is_deleted(situations: Cast) -> None:
    Situation.objects.all().delete()
    assert names("ehpad") == []


def test_nobody_sees_no_situation(situations: Cast) -> None:
    assert Situation.objects.visible_to(NOBODY).count() == 0
