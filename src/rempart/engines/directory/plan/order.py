"""In which order to do the gestures of a plan, and what remains after each.

Best first: at each step the gesture that closes the present way of most ordinary principals for its cost (one
search a step). The number still exposed after each step is then counted for every step in one pass: the gestures
are undone from the last to the first, and what becomes reachable again is added up.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order

from rempart.engines.directory.paths import layers
from rempart.engines.directory.plan.cut import Cut
from rempart.engines.directory.plan.gestures import UNCUTTABLE, Cuttable

SEARCHED_STEPS: Final = 60
SEARCHED_EDGES: Final = 10_000_000
"""Limits to the steps chosen by a fresh search; beyond, the last ranking serves, so that a long plan stays quick."""


def best_order(cuttable: Cuttable, cut: Cut) -> list[int]:
    """Numbers of the chosen gestures, the most useful first."""
    remaining = list(cut.chosen)
    order: list[int] = []
    ways = _Ways(cuttable)
    score = ways.scores()
    searched = min(SEARCHED_STEPS, SEARCHED_EDGES // max(1, len(cuttable.edge)))
    for step in range(len(cut.chosen)):
        if 0 < step < searched:
            ways.keep(ways.gesture != order[-1])
            score = ways.scores()
        best = max(
            remaining,
            key=lambda g: (score[g] / cuttable.gestures[g].cost, -cuttable.gestures[g].cost, -g),
        )
        order.append(best)
        remaining.remove(best)
    return order


class _Ways:
    """The edges of a plan, by the row that they lead to, of which fewer and fewer are left. Tier 0 is one row, the last."""

    def __init__(self, cuttable: Cuttable) -> None:
        self._cuttable = cuttable
        n = self._root = cuttable.graph.n
        head = np.where(cuttable.graph.tier0[cuttable.dst], n, cuttable.dst)
        start, order = _by_row(head, cuttable.src, n + 1)
        self._head: NDArray[np.int64] = np.repeat(np.arange(n + 1), np.diff(start))
        self._src: NDArray[np.int32] = cuttable.src[order]
        self.gesture: NDArray[np.int64] = cuttable.gesture[order]

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Forget the other edges."""
        self._head, self._src = self._head[kept], self._src[kept]
        self.gesture = self.gesture[kept]

    def scores(self) -> NDArray[np.int64]:
        """For each gesture, the ordinary principals whose present shortest way uses an edge that it removes. The edges
        that lead nowhere any more are forgotten."""
        root, low = self._root, self._cuttable.graph.low
        start = np.zeros(root + 2, np.int32)
        np.cumsum(np.bincount(self._head, minlength=root + 1), out=start[1:])
        ones = np.ones(len(self._src))
        matrix = csr_array((ones, self._src, start), shape=(root + 1, root + 1))
        order, before = breadth_first_order(matrix, root, return_predecessors=True)
        # What no longer reaches Tier 0 never will again.
        reached = np.zeros(root + 1, np.bool_)
        reached[order] = True
        self.keep(reached[self._head])
        depth = layers(order, before, root)[order]
        weight = np.zeros(root + 1, np.int64)
        weight[order[1:]] = low[order[1:]]
        for level in range(int(depth.max(initial=0)), 1, -1):
            rows = order[depth == level]
            weight += np.bincount(before[rows], weight[rows], minlength=root + 1).astype(np.int64)
        inside = order[1:]
        used = self.gesture[self._tree_edges(before)[inside]]
        cut = used != UNCUTTABLE
        gestures = len(self._cuttable.gestures)
        return np.bincount(used[cut], weight[inside[cut]], minlength=gestures).astype(np.int64)

    def _tree_edges(self, before: NDArray[np.int32]) -> NDArray[np.int64]:
        """Number of an edge that joins each row to the one before it in the tree."""
        out = np.zeros(self._root, np.int64)
        fits = np.flatnonzero(before[self._src] == self._head)
        out[self._src[fits]] = fits
        return out


def exposed_after(cuttable: Cuttable, order: list[int]) -> list[int]:
    """Ordinary principals that still reach Tier 0 after each step of the order (same length as `order`)."""
    graph = cuttable.graph
    start, pred = _by_row(cuttable.dst, cuttable.src, graph.n)
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


def _by_row(
    row: NDArray[np.integer], column: NDArray[np.int32], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the edges by their row, in order inside each, and where each of the `n` rows starts."""
    # A matrix by rows is a sort that counts: linear.
    coo = coo_array((np.arange(len(row)), (row, column)), shape=(n, n))
    coo.has_canonical_format = True
    found = coo.tocsr()
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
