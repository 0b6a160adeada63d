"""The registry by the API."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client

from factories.establishments import an_establishment

LIST = "/api/v1/establishments"


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("alice", ["350000019"]),
        ("bob", ["220000020"]),
        ("charlie", ["130000019"]),
        ("rose", ["220000020", "350000019"]),
        ("nadia", ["130000019", "220000020", "350000019"]),
    ],
)
def test_the_list_holds_the_scope_and_no_more(
    script: Callable[..., Client], who: str, seen: list[str]
) -> None:
    found = script(who).get(LIST).json()
    assert [one["finess"] for one in found["items"]] == seen
    assert found["next"] is None


def test_search_needs_neither_accents_nor_exact_words(script: Callable[..., Client]) -> None:
    found = script("nadia").get(LIST, {"search": "genets RENNES"}).json()["items"]
    assert [one["finess"] for one in found] == ["350000019"]


@pytest.mark.parametrize("filters", [{"department": "22"}, {"category": "355"}])
def test_filters_keep_what_was_asked(
    script: Callable[..., Client], filters: dict[str, str]
) -> None:
    found = script("nadia").get(LIST, filters).json()["items"]
    assert [one["finess"] for one in found] == ["220000020"]


def test_following_next_gives_every_row_once(script: Callable[..., Client]) -> None:
    calling, seen, address = script("nadia"), [], f"{LIST}?limit=1"
    while address:
        found = calling.get(address).json()
        seen += [one["finess"] for one in found["items"]]
        parts = urlsplit(found["next"] or "")
        address = f"{parts.path}?{parts.query}" if found["next"] else ""
    assert seen == ["130000019", "220000020", "350000019"]


def test_an_establishment_of_another_region_does_not_exist(script: Callable[..., Client]) -> None:
    answer = script("charlie").get(f"{LIST}/350000019")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "périmètre" in answer.json()["detail"]


def test_a_limit_that_is_too_large_is_refused_in_french(script: Callable[..., Client]) -> None:
    answer = script("nadia").get(LIST, {"limit": 5000})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "limit", "detail": "Ce nombre est trop grand."}]


@pytest.mark.parametrize("count", [5, 50])
def test_the_list_costs_the_same_queries_whatever_its_length(
    script: Callable[..., Client], django_assert_num_queries: Callable[..., object], count: int
) -> None:
    for number in range(count):
        an_establishment(f"359{number:06d}")
    calling = script("nadia")
    calling.get(LIST)
    with django_assert_num_queries(4):  # type: ignore[attr-defined]
        assert len(calling.get(LIST).json()["items"]) >= count
