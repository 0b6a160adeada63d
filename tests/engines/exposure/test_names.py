"""The order of targets: as people count, and the same in a database."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.exposure.names import place, sortable

ADDRESSES = st.tuples(st.ip_addresses(v=4).map(str), st.integers(1, 65535)).map(
    lambda pair: f"{pair[0]}:{pair[1]}"
)


@pytest.mark.parametrize(
    "ordered",
    [
        ["10.0.0.2", "10.0.0.10", "192.0.2.1"],
        ["10.0.0.2:80", "10.0.0.2:443", "10.0.0.10:22"],
        ["2001:db8::2", "2001:db8::10"],
        ["srv2.chu.example", "srv10.chu.example"],
        ["203.0.113.0/28", "203.0.113.16/28", "203.0.113.128/28"],
        ["10.0.0.9", "2001:db8::1", "a.example"],
    ],
)
def test_targets_stand_as_people_count(ordered: list[str]) -> None:
    mixed = ordered[::-1]
    assert sorted(mixed, key=place) == ordered
    assert sorted(mixed, key=sortable) == ordered


@given(st.lists(ADDRESSES, unique=True))
def test_the_text_sorts_addresses_as_the_place_does(addresses: list[str]) -> None:
    assert sorted(addresses, key=sortable) == sorted(addresses, key=place)


@given(st.text(max_size=300))
def test_the_text_is_short_whatever_the_target(text: str) -> None:
    assert len(sortable(text)) <= 200
