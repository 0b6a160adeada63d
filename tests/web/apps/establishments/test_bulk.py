"""Rows written by columns, as each database takes them."""

import pytest
from django.db import connection

from rempart.web.apps.establishments.models import Establishment, Operator
from rempart.web.apps.establishments.registry import bulk
from rempart.web.apps.establishments.registry.bulk import (
    bulk_load,
    bulk_update,
    refilled,
)

COLUMNS = ("finess", "name", "long_name", "search", "closed_on", "longitude")


def indexes() -> set[str]:
    """The indexes of the establishments."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Establishment._meta.db_table)
    return {name for name, kind in found.items() if kind["index"] or kind["foreign_key"]}


def defaults() -> tuple[tuple[str, ...], list[list[object]]]:
    """The columns without a default value, and their values for two rows."""
    given = set(COLUMNS)
    names = [f.column for f in Establishment._meta.concrete_fields if not f.null]
    kept = tuple(name for name in names if name not in given)
    return kept, [["", ""] for _ in kept]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["A\\B", "A\tB", "A\nB", "\\N", "É « ; »", "A\\NB"])
def test_a_value_is_written_as_it_is_given(name: str) -> None:
    more, empty = defaults()
    values = [
        ["350000019", "350000027"],
        [name, "B"],
        ["", ""],
        ["", ""],
        [None, "2026-01-02"],
        [1.5, None],
    ]
    bulk_load(Establishment, (*COLUMNS, *more), [[*values, *empty]])
    first, second = Establishment.objects.order_by("pk")
    assert (first.name, first.closed_on, first.longitude) == (name, None, 1.5)
    assert (str(second.closed_on), second.longitude) == ("2026-01-02", None)


@pytest.mark.django_db
def test_a_row_that_exists_takes_the_new_values() -> None:
    more, empty = defaults()
    for name in ("AVANT", "APRÈS"):
        values = [["350000019"] * 1, [name], [""], [""], [None], [None]]
        bulk_load(
            Establishment, (*COLUMNS, *more), [[*values, *[c[:1] for c in empty]]], update=True
        )
    bulk_update(Establishment, ("finess", "latitude"), [[["350000019"], [48.5]]])
    found = Establishment.objects.get()
    assert (found.name, found.latitude) == ("APRÈS", 48.5)


@pytest.mark.django_db
def test_an_empty_table_has_its_indexes_again_once_it_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    before = indexes()
    with refilled(Establishment, 2):
        assert indexes() < before
    assert indexes() == before and len(before) > 2


@pytest.mark.django_db
def test_a_table_that_holds_rows_keeps_its_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 1)
    Operator.objects.create(finess="350000001", name="A")
    before = indexes()
    with refilled(Operator, 2):
        assert indexes() == before
