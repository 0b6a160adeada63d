"""The part of the activity covered, and whom to add."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from rempart.engines.eligibility.share import Entity, share_of

TWO_THIRDS = Decimal("0.66")


def entities(*weights: int, covered: str = "") -> list[Entity]:
    return [Entity(str(n), f"CH {n}", Decimal(w), str(n) in covered) for n, w in enumerate(weights)]


def test_sixty_six_of_a_hundred_is_reached() -> None:
    found = share_of(entities(66, 34, covered="0"), TWO_THIRDS)
    assert found.is_reached
    assert found.value == TWO_THIRDS


def test_the_lightest_that_suffices_is_named() -> None:
    found = share_of(entities(50, 20, 18, 12, covered="0"), TWO_THIRDS)
    assert [e.id for e in found.fewest] == ["2"]
    assert [e.id for e in found.alone] == ["2", "1"]


def test_several_are_named_when_none_suffices_alone() -> None:
    found = share_of(entities(40, 20, 20, 20, covered=""), TWO_THIRDS)
    assert len(found.fewest) == 3
    assert found.alone == ()


def test_no_activity_known_gives_no_share() -> None:
    found = share_of(entities(0, 0), TWO_THIRDS)
    assert found.value is None
    assert not found.is_reached


def test_one_activity_that_nobody_knows_gives_no_share() -> None:
    rows = [*entities(90, covered="0"), Entity("x", "CH x", None, False)]
    found = share_of(rows, TWO_THIRDS)
    assert found.value is None
    assert not found.is_reached


@pytest.mark.parametrize("required", ["-0.1", "1.1"])
def test_a_part_outside_zero_and_one_is_refused(required: str) -> None:
    with pytest.raises(ValueError, match="between"):
        share_of([], Decimal(required))


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        share_of(entities(-1), TWO_THIRDS)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=7), st.data())
def test_no_shorter_list_reaches_the_part(weights: list[int], data: st.DataObject) -> None:
    covered = "".join(str(n) for n in range(len(weights)) if data.draw(st.booleans()))
    rows = entities(*weights, covered=covered)
    found = share_of(rows, TWO_THIRDS)
    if found.is_reached or found.value is None:
        return
    own = {e.id: w for e, w in zip(rows, weights, strict=True)}
    missing = TWO_THIRDS * sum(weights) - sum(own[e.id] for e in rows if e.is_covered)
    free = [e for e in rows if not e.is_covered]
    shortest = next(
        k
        for k in range(1, len(free) + 1)
        if any(sum(own[e.id] for e in some) >= missing for some in combinations(free, k))
    )
    assert len(found.fewest) == shortest
    assert sum(own[e.id] for e in found.fewest) >= missing
