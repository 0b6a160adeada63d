"""The first situations of all: indexes made after, and nothing lost by it."""

import pytest
from django.db import connection, transaction

from factories.establishments import an_establishment
from rempart.web.apps.establishments.registry import bulk
from rempart.web.apps.steering import projection
from rempart.web.apps.steering.models import Situation
from web.conftest import Cast

pytestmark = pytest.mark.django_db


def kept() -> set[str]:
    """Names of the indexes, keys and triggers of the table."""
    with connection.cursor() as cursor:
        found = set(connection.introspection.get_constraints(cursor, Situation._meta.db_table))
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'steering_situation'")
            found |= {name for (name,) in cursor.fetchall()}
    return found


def names(text: str) -> set[str]:
    """What a search finds."""
    return set(Situation.objects.matching(text).values_list("finess", flat=True))


def test_situations_written_all_at_once_are_those_written_one_by_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection.recompute(None)
    one_by_one, before = set(Situation.objects.values_list(*projection.COLUMNS)), kept()
    Situation.objects.all().delete()
    monkeypatch.setattr(bulk, "MANY", 1)
    projection.recompute(None)
    assert set(Situation.objects.values_list(*projection.COLUMNS)) == one_by_one != set()
    assert kept() == before


def test_words_are_found_in_situations_written_all_at_once_and_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    first = an_establishment(search="ancien nom")
    projection.recompute(None)
    assert names("ancien") == {first.pk}
    first.search = "nouveau nom"
    first.save()
    second = an_establishment("350000027", search="autre nom", operator=first.operator)
    projection.recompute([first.pk, second.pk])
    assert (names("ancien"), names("nouveau"), names("nom")) == (
        set(),
        {first.pk},
        {first.pk, second.pk},
    )


def test_a_filling_that_fails_leaves_every_index_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = kept()
    monkeypatch.setattr(bulk, "MANY", 1)
    establishment = an_establishment(search="un nom")
    monkeypatch.setattr(projection, "write", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        projection.recompute(None)
    assert kept() == before and len(before) > 10
    monkeypatch.undo()
    projection.recompute([establishment.pk])
    assert names("nom") == {establishment.pk}
