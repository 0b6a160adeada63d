import numpy as np
import pytest

from rempart.engines.directory import dominators
from rempart.engines.directory.dominators import ROUNDS

Arcs = list[tuple[int, int]]


def found(arcs: Arcs, start: list[int]) -> list[int]:
    above, below = np.array(arcs, np.int64).T
    return dominators.dominators(above, below, np.array(start, np.int64)).tolist()


def test_two_ways_to_a_node_leave_it_under_what_they_share() -> None:
    arcs = [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (4, 5)]
    assert found(arcs, [0, 0, 1, 1, 2, 4]) == [0, 0, 1, 1, 1, 4]


def test_a_circle_changes_nothing_to_what_dominates_it() -> None:
    arcs = [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)]
    assert found(arcs, [0, 0, 1, 2, 3]) == [0, 0, 1, 2, 3]


def test_a_long_chain_entered_by_both_ends_needs_the_walk_and_gets_the_same_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n = 4 * ROUNDS
    chain = [(i, i + 1) for i in range(n - 1)] + [(i + 1, i) for i in range(1, n - 1)]
    arcs = [*chain, (0, n - 1)]
    start = [0, *range(n - 2), 0]
    walked = found(arcs, start)
    monkeypatch.setattr(dominators, "ROUNDS", n)
    assert walked == found(arcs, start) == [0] * n
