"""The cheapest set of gestures after which no ordinary principal reaches Tier 0: a minimum cut, and its proof.

All ordinary principals are one source, the whole of Tier 0 one sink. A gesture with a single principal or a
single target is an arc of that capacity beside arcs of infinite capacity, so the cut is exact and polynomial
(max-flow min-cut, scipy's Dinic). The proof is apart: the dual linear program, solved by HiGHS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from rempart.engines.directory.plan.gestures import UNCUTTABLE, Cuttable

SOURCE: Final = 0
SINK: Final = 1
LARGEST: Final = 2**31 - 1
_solve: Callable[..., Any] = linprog  # its stubs refuse a sparse matrix, which HiGHS takes


@dataclass(slots=True, frozen=True)
class Cut:
    """Numbers of the gestures chosen, their total cost, and the rows that no gesture can part from Tier 0."""

    chosen: list[int]
    cost: int
    bound: float
    unavoidable: NDArray[np.bool_]


class Network:
    """The flow network of a cuttable graph."""

    def __init__(self, cuttable: Cuttable) -> None:
        self.cuttable = cuttable

    @cached_property
    def arcs(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Tail, head, capacity and gesture (UNCUTTABLE for infinite arcs) of each arc, each once."""
        c = self.cuttable
        node = self._nodes()
        tail, head = node[c.src], node[c.dst]
        useful = (tail != SINK) & (head != SOURCE) & (tail != head)
        tail, head, gesture = tail[useful], head[useful], c.gesture[useful]
        first = int(node.max(initial=SINK)) + 1
        cost, shared = c.gestures.cost, ~c.gestures.has_principal
        middle = gesture + first
        cut = gesture != UNCUTTABLE
        alone = cut.copy()
        # A gesture on one pair of nodes is an arc by itself, without a node of its own.
        alone[cut] = c.gestures.edges[gesture[cut]] == 1
        by_target = cut & ~alone
        by_target[by_target] = shared[gesture[by_target]]
        by_principal = cut & ~alone & ~by_target
        infinite = min(int(cost.sum()) + 1, LARGEST)
        rows = [
            (tail[~cut], head[~cut], None),
            (tail[alone], head[alone], gesture[alone]),
            (tail[by_principal], middle[by_principal], gesture[by_principal]),
            (middle[by_principal], head[by_principal], None),
            (tail[by_target], middle[by_target], None),
            (middle[by_target], head[by_target], gesture[by_target]),
        ]
        parts = []
        for t, h, owner in rows:
            # A gesture is one arc whatever the edges that lead to it; an infinite arc is one for each pair of nodes.
            key = t * (first + len(c.gestures)) + h if owner is None else owner
            _, once = np.unique(key, return_index=True)
            owned = np.full(len(once), UNCUTTABLE) if owner is None else owner[once]
            capacity = np.full(len(once), infinite) if owner is None else cost[owned]
            parts.append(np.stack([t[once], h[once], capacity, owned], axis=1))
        arcs = np.concatenate(parts)
        return arcs[:, 0], arcs[:, 1], arcs[:, 2], arcs[:, 3]

    def _nodes(self) -> NDArray[np.int64]:
        """Node of each row: SOURCE for ordinary principals, SINK for Tier 0 and what no gesture parts from it."""
        graph = self.cuttable.graph
        node = np.full(graph.n, SINK, np.int64)
        sink = graph.tier0 | self.cuttable.unavoidable
        node[graph.low & ~sink] = SOURCE
        used = np.zeros(graph.n, np.bool_)
        used[self.cuttable.src] = True
        used[self.cuttable.dst] = True
        inner = np.flatnonzero(used & ~sink & ~graph.low)
        node[inner] = np.arange(2, 2 + len(inner))
        return node

    @cached_property
    def _capacities(self) -> csr_array:
        tail, head, capacity, _ = self.arcs
        size = int(max(tail.max(initial=SINK), head.max(initial=SINK))) + 1
        total = coo_array((capacity, (tail, head)), shape=(size, size)).tocsr()
        total.data = np.minimum(total.data, LARGEST)
        return csr_array(total.astype(np.int32))

    def minimum(self, *, proven: bool = True) -> Cut:
        """The minimum cut, on the side of Tier 0 when several are equal; without `proven`, its bound is 0."""
        tail, head, _, gesture = self.arcs
        if not len(tail):
            return Cut([], 0, 0.0, self.cuttable.unavoidable)
        capacities = self._capacities
        flow = maximum_flow(capacities, SOURCE, SINK, method="dinic")
        residual = csr_array(capacities - flow.flow)
        residual.data = (residual.data > 0).astype(np.int8)
        residual.eliminate_zeros()
        back = breadth_first_order(csr_array(residual.T), SINK, return_predecessors=False)
        near = np.zeros(capacities.shape[0], np.bool_)
        near[back] = True
        crossing = ~near[tail] & near[head]
        chosen = sorted(set(gesture[crossing].tolist()))
        cost = sum(self.cuttable.gestures[g].cost for g in chosen)
        return Cut(chosen, cost, self.bound() if proven else 0.0, self.cuttable.unavoidable)

    def bound(self) -> float:
        """Optimum of the dual program by HiGHS: no set of gestures that leaves no way costs less.

        Variables: one potential a node (1 at the source, 0 at the sink) and one price an arc with a capacity;
        minimise the sum of capacity × price with price ≥ drop of potential, and no drop on infinite arcs.
        """
        tail, head, capacity, finite = self._undecided()
        if not len(tail):
            return 0.0
        nodes = int(max(tail.max(), head.max())) + 1
        priced = np.flatnonzero(finite)
        m, k = len(tail), len(priced)
        row = np.arange(m)
        a = csr_array(
            (
                np.concatenate([np.ones(m), -np.ones(m), -np.ones(k)]),
                (
                    np.concatenate([row, row, priced]),
                    np.concatenate([tail, head, nodes + np.arange(k)]),
                ),
            ),
            shape=(m, nodes + k),
        )
        low = np.zeros(nodes + k)
        high = np.ones(nodes + k)
        low[SOURCE], high[SINK] = 1.0, 0.0
        objective = np.concatenate([np.zeros(nodes), capacity[priced].astype(np.float64)])
        solved = _solve(
            objective,
            A_ub=a,
            b_ub=np.zeros(m),
            bounds=list(zip(low.tolist(), high.tolist(), strict=True)),
            method="highs-ds",
        )
        return float(solved.fun) if solved.status == 0 else 0.0

    def _undecided(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """The arcs that the dual program has to price, its nodes numbered anew: tail, head, capacity, whether it is
        finite.

        What the source reaches by infinite arcs has its potential, and what reaches the sink so has that of the sink;
        an arc that no way from source to sink takes is paid nothing, and those of one pair of nodes pay one price; a node
        that only an infinite arc leaves, or enters, has the potential of its other end. The optimum is the same, on far
        fewer arcs.
        """
        tail, head, capacity, gesture = self.arcs
        size = int(max(tail.max(initial=SINK), head.max(initial=SINK))) + 1
        endless = gesture == UNCUTTABLE
        node = np.arange(size)
        node[_reached(tail[endless], head[endless], size, SOURCE)] = SOURCE
        node[_reached(head[endless], tail[endless], size, SINK)] = SINK
        tail, head = node[tail], node[head]
        kept = (tail != SINK) & (head != SOURCE) & (tail != head)
        kept &= _reached(tail[kept], head[kept], size, SOURCE)[tail]
        kept &= _reached(head[kept], tail[kept], size, SINK)[head]
        tail, head, endless, capacity = tail[kept], head[kept], endless[kept], capacity[kept]
        node = _merged(tail, head, endless, size)
        tail, head = node[tail], node[head]
        kept = (tail != SINK) & (head != SOURCE) & (tail != head)
        cost = np.where(endless, 0, capacity)[kept]
        key = 2 * (tail[kept] * size + head[kept]) + ~endless[kept]
        key, pair = np.unique(key, return_inverse=True)
        pairs = np.divmod(key >> 1, size)
        _, number = np.unique(np.concatenate([[SOURCE, SINK], *pairs]), return_inverse=True)
        tail, head = np.split(number[2:], 2)
        return tail, head, np.bincount(pair, cost, len(key)).astype(np.int64), key % 2 == 1


def _reached(
    tail: NDArray[np.int64], head: NDArray[np.int64], size: int, start: int
) -> NDArray[np.bool_]:
    """Mask of the nodes that arcs lead to from one of them, itself included."""
    ways = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(size, size)).tocsr()
    mask = np.zeros(size, np.bool_)
    mask[breadth_first_order(csr_array(ways), start, return_predecessors=False)] = True
    return mask


def _merged(
    tail: NDArray[np.int64], head: NDArray[np.int64], endless: NDArray[np.bool_], size: int
) -> NDArray[np.int64]:
    """The node that each node may be taken for, since all that leaves it, or all that enters it, is one infinite arc."""
    node = np.arange(size)
    while True:
        t, h = node[tail], node[head]
        live = t != h
        lone = live & endless
        leaving = lone & (np.bincount(t[live], minlength=size)[t] == 1) & (t > SINK)
        entering = lone & (np.bincount(h[live], minlength=size)[h] == 1) & (h > SINK)
        for mine, other, chosen in ((t, h, leaving), (h, t, entering)):
            # A node that moves receives none in the same pass: chains take several, and circles stay.
            moving = np.zeros(size, np.bool_)
            moving[mine[chosen]] = True
            still = chosen & ~moving[other]
            if still.any():
                into = np.arange(size)
                into[mine[still]] = other[still]
                node = into[node]
                break
        else:
            return node
