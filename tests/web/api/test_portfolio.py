"""The portfolio by the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from factories.establishments import an_establishment
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core import projections

Calling = Callable[..., Client]
LIST = "/api/v1/portfolio"


@pytest.fixture
def situations(cast: Any) -> None:
    """The figures kept ready, as an import leaves them."""
    projections.refresh(list(Establishment.objects.values_list("pk", flat=True)))


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("rose", ["220000020", "350000019"]),
        ("bob", ["220000020"]),
        ("nadia", ["130000019", "220000020", "350000019"]),
    ],
)
def test_the_portfolio_holds_the_scope_and_no_more(
    script: Calling, situations: None, who: str, seen: list[str]
) -> None:
    found = script(who).get(LIST).json()["items"]
    assert [one["finess"] for one in found] == seen


def test_someone_of_one_establishment_has_no_portfolio(script: Calling, situations: None) -> None:
    assert script("alice").get(LIST).status_code == 403


def test_without_an_audit_there_is_no_figure_and_no_level(
    script: Calling, situations: None
) -> None:
    first = script("rose").get(LIST).json()["items"][0]
    assert first["directory_level"] is None
    assert (first["directory_exposed"], first["last_sign_on"], first["next_due_on"]) == (None,) * 3


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"search": "genets"}, 1),
        ({"department": "22"}, 1),
        ({"grouping": "BRE-07"}, 1),
        ({"audit": "none"}, 2),
        ({"audit": "1"}, 0),
        ({"silence": 6}, 2),
        ({"is_overdue": "true"}, 0),
    ],
)
def test_the_filters_are_those_of_the_page(
    script: Calling, situations: None, asked: dict[str, Any], seen: int
) -> None:
    assert len(script("rose").get(LIST, asked).json()["items"]) == seen


@pytest.mark.parametrize("count", [5, 50])
def test_the_portfolio_costs_the_same_queries_whatever_its_length(
    script: Calling, cast: Any, django_assert_num_queries: Callable[..., Any], count: int
) -> None:
    made = [an_establishment(f"359{number:06d}").pk for number in range(count)]
    projections.refresh(made)
    calling = script("nadia")
    calling.get(LIST)
    with django_assert_num_queries(4):
        assert len(calling.get(LIST).json()["items"]) == count
