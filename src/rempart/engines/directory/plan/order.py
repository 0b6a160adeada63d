"""In which order to do the gestures of a plan, and what remains after each.

Best first: at each step the gesture that closes the present way of most ordinary principals for its cost (one
search a step). The number still exposed after each step is then counted for every step in one pass: the gestures
are undone from the last to the first, and what becomes reachable again is added up.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from rempart.engines.directory.paths import depths
from rempart.engines.directory.plan.cut import Cut
from rempart.engines.directory.plan.gestures import UNCUTTABLE, Cuttable

SEARCHED_STEPS: Final = 60
SEARCHED_EDGES: Final = 10_000_000
"""Limits to the steps chosen by a fresh search; beyond, the last ranking serves, so that a long plan stays quick."""


def best_order(cuttable: Cuttable, cut: Cut) -> list[int]:
    """Numbers of the chosen gestures, the most useful first."""
    remaining = list(cut.chosen)
    alive = np.ones(len(cuttable.edge), np.bool_)
    order: list[int] = []
    edges_of = _edges_of(cuttable, cut.chosen)
    score = _scores(cuttable, alive)
    searched = min(SEARCHED_STEPS, SEARCHED_EDGES // max(1, len(cuttable.edge)))
    for step in range(len(cut.chosen)):
        if 0 < step < searched:
            score = _scores(cuttable, alive)
        best = max(
            remaining,
            key=lambda g: (score[g] / cuttable.gestures[g].cost, -cuttable.gestures[g].cost, -g),
        )
        order.append(best)
        remaining.remove(best)
        alive[edges_of[best]] = False
    return order


def _edges_of(cuttable: Cuttable, chosen: list[int]) -> dict[int, NDArray[np.int64]]:
    """Positions of the edges of each chosen gesture."""
    at = np.flatnonzero(np.isin(cuttable.gesture, np.array(chosen, np.int64)))
    if not len(at):
        return {}
    at = at[np.argsort(cuttable.gesture[at], kind="stable")]
    found, start = np.unique(cuttable.gesture[at], return_index=True)
    return dict(zip(found.tolist(), np.split(at, start[1:]), strict=True))


def _scores(cuttable: Cuttable, alive: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each gesture, the ordinary principals whose present shortest way uses an edge that it removes. The edges of
    `alive` that lead nowhere any more are taken out of it."""
    graph = cuttable.graph
    src, dst = cuttable.src[alive], cuttable.dst[alive]
    gesture = cuttable.gesture[alive]
    head = np.where(graph.tier0[dst], graph.n, dst)
    number = np.arange(len(src), dtype=np.float64) + 1
    coo = coo_array((number, (head, src)), shape=(graph.n + 1, graph.n + 1))
    coo.has_canonical_format = True
    matrix = coo.tocsr()
    order, before = breadth_first_order(matrix, graph.n, return_predecessors=True)
    # What no longer reaches Tier 0 never will again.
    reached = np.zeros(graph.n + 1, np.bool_)
    reached[order] = True
    alive[np.flatnonzero(alive)[~reached[head]]] = False
    depth = depths(order, before, graph.n)
    weight = np.zeros(graph.n + 1, np.int64)
    weight[order[1:]] = graph.low[order[1:]]
    for level in range(int(depth[order].max(initial=0)), 1, -1):
        rows = order[depth[order] == level]
        weight += np.bincount(before[rows], weight[rows], minlength=graph.n + 1).astype(np.int64)
    inside = order[1:]
    used = gesture[_tree_edges(src, head, before, graph.n)[inside]]
    cut = used != UNCUTTABLE
    out = np.bincount(used[cut], weight[inside[cut]], minlength=len(cuttable.gestures))
    return out.astype(np.int64)


def _tree_edges(
    src: NDArray[np.int32], head: NDArray[np.int64], before: NDArray[np.int32], n: int
) -> NDArray[np.int64]:
    """Number of an edge that joins each row to the one before it in the tree."""
    out = np.zeros(n, np.int64)
    fits = np.flatnonzero(before[src] == head)
    out[src[fits]] = fits
    return out


def exposed_after(cuttable: Cuttable, order: list[int]) -> list[int]:
    """Ordinary principals that still reach Tier 0 after each step of the order (same length as `order`)."""
    graph = cuttable.graph
    start, pred = _incoming(cuttable)
    rank = np.full(len(cuttable.gestures) + 1, len(order), np.int64)
    for position, g in enumerate(order):
        rank[g] = position
    # Edges outside the plan never go; those of step i come back when step i is undone.
    when = np.where(cuttable.gesture == UNCUTTABLE, len(order), rank[cuttable.gesture])
    reached = graph.tier0.copy()
    blocked: list[list[int]] = [[] for _ in range(len(order) + 1)]
    _spread(np.flatnonzero(reached), cuttable, start, pred, when, len(order), reached, blocked)
    counts = [int((reached & graph.low).sum())]
    for position in range(len(order) - 1, 0, -1):
        fresh = [e for e in blocked[position] if not reached[cuttable.src[e]]]
        rows = np.unique(cuttable.src[np.array(fresh, np.int64)]).astype(np.int64)
        reached[rows] = True
        _spread(rows, cuttable, start, pred, when, position, reached, blocked)
        counts.append(int((reached & graph.low).sum()))
    return counts[::-1][: len(order)] if order else []


def _incoming(cuttable: Cuttable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    n, edges = cuttable.graph.n, np.arange(len(cuttable.dst))
    # A matrix by rows is a sort that counts: linear.
    by_target = coo_array((edges, (cuttable.dst, cuttable.src)), shape=(n, n))
    by_target.has_canonical_format = True
    found = by_target.tocsr()
    return found.indptr.astype(np.int64), found.data


def _spread(
    rows: NDArray[np.int64],
    cuttable: Cuttable,
    start: NDArray[np.int64],
    incoming: NDArray[np.int64],
    when: NDArray[np.int64],
    position: int,
    reached: NDArray[np.bool_],
    blocked: list[list[int]],
) -> None:
    """Mark what reaches `rows` by edges alive at `position`; remember the edges that a later undoing gives back."""
    src = cuttable.src
    while len(rows):
        count = start[rows + 1] - start[rows]
        total = int(count.sum())
        shift = np.repeat(start[rows] - np.concatenate(([0], np.cumsum(count)[:-1])), count)
        edges = incoming[shift + np.arange(total)]
        edges = edges[~reached[src[edges]]]
        dead = edges[when[edges] < position]
        for edge in dead.tolist():
            blocked[int(when[edge])].append(edge)
        alive = edges[when[edges] >= position]
        rows = np.unique(src[alive]).astype(np.int64)
        reached[rows] = True
