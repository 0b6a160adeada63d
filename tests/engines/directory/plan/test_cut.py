"""The minimum cut is the minimum: proven by brute force on small graphs, by HiGHS always."""

from itertools import combinations

import msgspec
import numpy as np
from hypothesis import given, settings, strategies as st

from rempart.content.directory import DirectoryAction, DirectoryRelation
from rempart.content.loader import directory_actions, directory_relations
from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.model import UNKNOWN, Kind, Relation
from rempart.engines.directory.paths import Reversed, exposed
from rempart.engines.directory.plan.cut import Network
from rempart.engines.directory.plan.gestures import UNCUTTABLE, Cuttable, Gestures, reached_by
from rempart.engines.directory.plan.order import best_order, exposed_after
from rempart.engines.directory.plan.section import remaining
from rempart.engines.directory.rights import Right
from support.sketch import Sketch

RELATION: DirectoryRelation = directory_relations()["GenericAll"]
ACTION: DirectoryAction = directory_actions()["remove_ace"]
NODES = 7  # 0 and 1 are ordinary, 6 is Tier 0


def drawn(edges: list[tuple[int, int, int, int]]) -> Cuttable:
    """A cuttable graph from (source, target, mode, cost): mode 0 uncuttable, 1 alone, 2 by source, 3 by target."""
    low = np.array([True, True] + [False] * (NODES - 2))
    tier0 = np.array([False] * (NODES - 1) + [True])
    src = np.array([e[0] for e in edges], np.int32)
    dst = np.array([e[1] for e in edges], np.int32)
    graph = ControlGraph(
        NODES,
        src,
        dst,
        np.zeros(len(edges), np.uint8),
        (RELATION,),
        np.full(len(edges), UNKNOWN, np.int32),
        tier0,
        low,
    )
    numbers: dict[tuple[int, int, int], int] = {}
    made: list[tuple[int, int, int]] = []
    gesture = []
    for source, target, mode, cost in edges:
        if mode == 0:
            gesture.append(UNCUTTABLE)
            continue
        key = {1: (1, source, target), 2: (2, source, -1), 3: (3, -1, target)}[mode]
        if key not in numbers:
            numbers[key] = len(made)
            who = source if mode != 3 else UNKNOWN
            what = target if mode != 2 else UNKNOWN
            made.append((who, what, cost))
        gesture.append(numbers[key])
    numbered = np.array(gesture, np.int64)
    hard = numbered == UNCUTTABLE
    stuck = reached_by(graph, src[hard], dst[hard])
    actions = [msgspec.structs.replace(ACTION, cost=cost) for _, _, cost in made]
    whos, whats = (np.array([m[i] for m in made], np.int64) for i in (0, 1))
    nowhere = np.full(len(made), UNKNOWN, np.int64)
    counts = np.bincount(numbered[numbered >= 0], minlength=len(made))
    found = Gestures(actions, np.arange(len(made)), (whos, whats, nowhere, counts))
    return Cuttable(graph, np.arange(len(edges)), src, dst, numbered, found, stuck)


def left_exposed(cuttable: Cuttable, removed: set[int]) -> int:
    keep = ~np.isin(cuttable.gesture, list(removed))
    graph = cuttable.graph.keeping(keep)
    return int(exposed(graph, Reversed(graph).breadth_first()).sum())


def cheapest_by_brute_force(cuttable: Cuttable, floor: int) -> int:
    numbers = range(len(cuttable.gestures))
    return min(
        sum(cuttable.gestures[g].cost for g in chosen)
        for size in range(len(cuttable.gestures) + 1)
        for chosen in combinations(numbers, size)
        if left_exposed(cuttable, set(chosen)) <= floor
    )


EDGE = st.tuples(
    st.integers(0, NODES - 2),
    st.integers(1, NODES - 1),
    st.sampled_from([0, 1, 1, 2, 3]),
    st.integers(1, 4),
).filter(lambda e: e[0] != e[1])


@settings(max_examples=60, deadline=None)
@given(st.lists(EDGE, min_size=1, max_size=9, unique_by=lambda e: (e[0], e[1])))
def test_no_cheaper_set_of_gestures_leaves_fewer_exposed(
    edges: list[tuple[int, int, int, int]],
) -> None:
    cuttable = drawn(edges)
    network = Network(cuttable)
    cut = network.minimum()
    floor = int((cut.unavoidable & cuttable.graph.low).sum())
    assert left_exposed(cuttable, set(cut.chosen)) == floor
    assert cut.cost == sum(cuttable.gestures[g].cost for g in cut.chosen)
    assert abs(cut.bound - cut.cost) < 1e-6
    assert cut.cost == cheapest_by_brute_force(cuttable, floor)


@settings(max_examples=60, deadline=None)
@given(st.lists(EDGE, min_size=1, max_size=9, unique_by=lambda e: (e[0], e[1])))
def test_the_count_after_each_step_is_that_of_a_fresh_search(
    edges: list[tuple[int, int, int, int]],
) -> None:
    cuttable = drawn(edges)
    cut = Network(cuttable).minimum()
    order = best_order(cuttable, cut)
    assert sorted(order) == cut.chosen
    done = [set(order[: i + 1]) for i in range(len(order))]
    assert exposed_after(cuttable, order) == [left_exposed(cuttable, d) for d in done]


def test_one_gesture_on_a_group_beats_one_on_each_member() -> None:
    sketch = Sketch()
    names = [sketch.user(f"agent{i}") and f"agent{i}" for i in range(5)]
    sketch.group("support", *names)
    sketch.ace("support", Right.GenericAll, "Domain Admins")
    directory, found, planned = sketch.planned()
    assert [planned.cuttable.gestures[g].action.id for g in planned.order] == ["remove_ace"]
    assert planned.cut.cost == planned.cut.bound == 1
    assert remaining(planned, found) == 0


def test_sessions_of_one_administrator_are_one_gesture() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.user("chef")
    sketch.member("chef", "Domain Admins")
    for i in range(4):
        sketch.computer(f"pc{i}")
        sketch.relate(Relation.LOCAL_ADMIN, "alice", f"pc{i}")
        sketch.relate(Relation.SESSION, f"pc{i}", "chef")
    _, found, planned = sketch.planned()
    assert [planned.cuttable.gestures[g].action.id for g in planned.order] == ["deny_logon"]
    assert remaining(planned, found) == 0


def test_a_default_membership_is_never_a_gesture() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.member("Domain Users", "Administrators")
    _, found, planned = sketch.planned()
    gesture = planned.cuttable.gestures[planned.order[0]]
    assert (gesture.action.id, gesture.principal) == ("remove_member", sketch.rows["Domain Users"])
    assert remaining(planned, found) == 0


def test_what_no_gesture_cuts_is_said_and_the_rest_is_still_planned() -> None:
    sketch = Sketch()
    sketch.user("alice")
    sketch.thing("soins", Kind.OU)
    sketch.user("chef", parent="soins")
    sketch.member("chef", "Domain Admins")
    sketch.ace("alice", Right.WriteDacl, "Domain Admins")
    _, found, planned = sketch.planned()
    assert not planned.cut.unavoidable[sketch.rows["alice"]]
    assert remaining(planned, found) == 0


def test_a_directory_without_a_path_has_an_empty_plan() -> None:
    sketch = Sketch()
    sketch.user("alice")
    _, found, planned = sketch.planned()
    assert (planned.order, planned.cut.cost, planned.cut.bound) == ([], 0, 0.0)


def test_a_directory_without_a_path_costs_nothing_to_close() -> None:
    sketch = Sketch()
    sketch.user("alice")
    _, _, planned = sketch.planned()
    assert Network(planned.cuttable).bound() == 0.0
