"""Searches: the same ways as a plain search, whatever the shape of the graph."""

from collections import deque

import numpy as np
from hypothesis import given, settings, strategies as st

from rempart.content.loader import directory_relations
from rempart.engines.directory.dominators import choke_points
from rempart.engines.directory.exposure import representative, search
from rempart.engines.directory.graph import ControlGraph, EdgeCollector
from rempart.engines.directory.paths import (
    MOST_SLICES,
    UNREACHED,
    Reversed,
    depths,
    entered,
    layers,
    step_kinds,
)
from rempart.engines.directory.rights import Right
from support.sketch import Sketch

RELATIONS = directory_relations()
KINDS = ("MemberOf", "GenericAll", "WriteSPN", "HasSession")
NODES = 12
EDGES = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from(KINDS)),
    max_size=40,
)


def graph(edges: list[tuple[int, int, str]]) -> ControlGraph:
    out = EdgeCollector(RELATIONS)
    for src, dst, kind in edges:
        out.add(kind, [src], [dst])
    tier0 = np.arange(NODES) >= NODES - 2
    return out.graph(NODES, tier0, np.arange(NODES) < 5)


@given(st.integers(1, 40), st.integers(0, 3))
def test_layers_are_counted_alike_by_slices_and_by_doubling(most: int, more: int) -> None:
    rng = np.random.default_rng(most * 10 + more)
    depth = MOST_SLICES + 2 if more == 3 else 30
    sizes = [1, *rng.integers(1, most + 1, depth).tolist()]
    starts = np.cumsum([0, *sizes])
    before = np.full(starts[-1] + 3, -9999, np.int32)
    for layer in range(1, depth + 1):
        parents = np.sort(rng.integers(starts[layer - 1], starts[layer], sizes[layer]))
        before[starts[layer] : starts[layer + 1]] = parents
    order = np.arange(starts[-1], dtype=np.int32)
    found = layers(order, before, 0)
    assert found.tolist() == depths(order, before, 0).tolist()
    assert found.max() == depth


def plain_distances(g: ControlGraph) -> list[int]:
    before: dict[int, list[int]] = {}
    for s, t in zip(g.src.tolist(), g.dst.tolist(), strict=True):
        before.setdefault(t, []).append(s)
    distance = {int(t): 0 for t in np.flatnonzero(g.tier0)}
    todo = deque(distance)
    while todo:
        at = todo.popleft()
        for s in before.get(at, ()):
            if s not in distance:
                distance[s] = distance[at] + 1
                todo.append(s)
    return [distance.get(i, UNREACHED) for i in range(g.n)]


@settings(max_examples=150, deadline=None)
@given(EDGES)
def test_every_row_gets_its_distance_and_a_way_that_exists(
    edges: list[tuple[int, int, str]],
) -> None:
    g = graph(edges)
    tree = entered(g, Reversed(g).breadth_first())
    assert tree.distance.tolist() == plain_distances(g)
    pairs = set(zip(g.src.tolist(), g.dst.tolist(), strict=True))
    for row in range(g.n):
        way = tree.path(row)
        assert set(zip(way, way[1:], strict=False)) <= pairs
        if way:
            assert len(way) - 1 == tree.distance[row]
            assert g.tier0[way[-1]]


@settings(max_examples=150, deadline=None)
@given(EDGES)
def test_the_cheapest_way_costs_what_it_says_and_no_edge_improves_it(
    edges: list[tuple[int, int, str]],
) -> None:
    g = graph(edges)
    tree = entered(g, Reversed(g).cheapest())
    weight = g.difficulty()
    for e in range(len(g)):
        s, t = int(g.src[e]), int(g.dst[e])
        assert tree.difficulty[s] <= tree.difficulty[t] + weight[e] + 1e-9
    for row in np.flatnonzero(np.isfinite(tree.difficulty)).tolist():
        way = tree.path(row)
        steps = list(zip(way, way[1:], strict=False))
        kinds = step_kinds(g, steps)
        cost = sum(g.kinds[kinds[s]].difficulty + 0.001 for s in steps)
        assert abs(cost - tree.difficulty[row]) < 1e-6


@settings(max_examples=100, deadline=None)
@given(EDGES)
def test_a_choke_point_parts_exactly_those_that_it_counts(
    edges: list[tuple[int, int, str]],
) -> None:
    g = graph(edges)
    tree = Reversed(g).breadth_first()
    before = g.low & (tree.distance > 0)
    counted = dict(choke_points(g, tree, most=NODES))
    for row in np.flatnonzero(~g.tier0).tolist():
        keep = (g.src != row) & (g.dst != row)
        after = g.low & (Reversed(g.keeping(keep)).breadth_first().distance > 0)
        lost = int((before & ~after).sum()) - int(before[row])
        assert counted.get(row, 0) == (lost if tree.distance[row] >= 0 else 0)


def test_the_door_taken_by_most_is_shown_first_with_its_easiest_path() -> None:
    sketch = Sketch()
    for name in ("alice", "bob", "carole", "david"):
        sketch.user(name)
    sketch.group("support", "alice", "bob")
    sketch.group("pilotes", "support", "carole")
    sketch.ace("pilotes", Right.AddMember, "Domain Admins")
    sketch.ace("david", Right.GenericAll, "chu.test")
    _, found = sketch.searched()
    assert list(representative(found).items()) == [
        (sketch.rows["carole"], 3),
        (sketch.rows["david"], 1),
    ]


def test_without_any_path_nothing_is_shown() -> None:
    found = search(graph([]))
    assert representative(found) == {}
    assert choke_points(found.graph, found.shortest) == []
