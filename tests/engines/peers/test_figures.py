"""Quartiles that designate nobody, and those who try to make them."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.peers.figures import (
    Figures,
    Hidden,
    changed,
    figures_of,
    freeze,
    quartile,
    rounded,
)
from rempart.engines.peers.groups import Group, Member


def group(*values: float, start: int = 0) -> Group:
    members = tuple(
        Member(str(start + n), "500", "moyenne", "53", {"overall": v}) for n, v in enumerate(values)
    )
    return Group((("category", "500"),), False, members)


def test_quartiles_are_rounded_to_five_hundredths() -> None:
    assert figures_of([0.11, 0.23, 0.41, 0.62, 0.9, 0.3]) == Figures(5, 0.25, 0.35, 0.55)


def test_four_establishments_are_too_few() -> None:
    assert figures_of([0.1, 0.2, 0.3, 0.4]).hidden is Hidden.TOO_FEW


def test_one_that_weighs_nearly_all_is_not_shown() -> None:
    assert figures_of([0, 0, 0, 0.01, 0.9]).hidden is Hidden.DOMINATED


def test_a_group_where_all_are_alike_would_state_the_value_of_each() -> None:
    assert figures_of([0.0] * 6).hidden is Hidden.ALIKE
    assert figures_of([0.5] * 6).hidden is Hidden.ALIKE


@pytest.mark.parametrize(("value", "shown"), [(0.0, 0.0), (0.024, 0.0), (0.025, 0.05), (1.0, 1.0)])
def test_rounding_goes_to_the_nearest_step(value: float, shown: float) -> None:
    assert rounded(value) == shown


def test_quartile_interpolates_between_neighbours() -> None:
    assert quartile([0.0, 1.0], 0.25) == 0.25
    assert quartile([0.3], 0.75) == 0.3


def test_one_newcomer_does_not_change_what_was_published() -> None:
    before = freeze(group(0.1, 0.2, 0.3, 0.4, 0.5), "2026-T1")
    after = freeze(group(0.1, 0.2, 0.3, 0.4, 0.5, 1.0), "2026-T2", before=before)
    assert after is before


def test_three_changes_publish_a_new_quarter() -> None:
    before = freeze(group(0.1, 0.2, 0.3, 0.4, 0.5), "2026-T1")
    after = freeze(group(0.9, 0.8, 0.7, 0.4, 0.5), "2026-T2", before=before)
    assert after.computed_for == "2026-T2"
    assert after.figures["overall"].median == 0.7


def test_nothing_changed_is_the_new_quarter_all_the_same() -> None:
    before = freeze(group(0.1, 0.2, 0.3, 0.4, 0.5), "2026-T1")
    assert (
        freeze(group(0.1, 0.2, 0.3, 0.4, 0.5), "2026-T2", before=before).computed_for == "2026-T2"
    )


@given(
    st.lists(st.floats(0, 1), min_size=5, max_size=30),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_two_quarters_do_not_tell_what_one_establishment_answered(
    known: list[float], one: float, other: float
) -> None:
    before = freeze(group(*known), "2026-T1")
    joined = [freeze(group(*known, v), "2026-T2", before=before) for v in (one, other)]
    assert joined[0].figures == joined[1].figures


def test_who_came_left_or_changed_is_counted_once() -> None:
    assert changed({"a": {"x": 1}, "b": {"x": 1}}, {"b": {"x": 2}, "c": {"x": 1}}) == 3
