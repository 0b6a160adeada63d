"""Every path to Tier 0 at once: one search backwards from Tier 0 gives each principal its next step.

Instead of one shortest-path query a principal (what query engines do), the reversed graph is searched once, so
all the answers stand in one array of parents. Searches are scipy's (compiled); memory is a few arrays of rows.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, dijkstra

from rempart.engines.directory.graph import ControlGraph

UNREACHED: Final = -1
INTO_TIER0: Final = -2
MOST_SLICES: Final = 256


@dataclass(slots=True, frozen=True)
class Tree:
    """A search tree rooted in Tier 0: `next_row[i]` is the row after i on its way (INTO_TIER0: one of Tier 0, see
    `entered`; UNREACHED: none), `distance[i]` the number of steps (0 in Tier 0, UNREACHED: no way), `difficulty[i]` the
    sum of the difficulties (inf: no way)."""

    next_row: NDArray[np.int32]
    distance: NDArray[np.int32]
    difficulty: NDArray[np.float64]

    def path(self, row: int) -> list[int]:
        """Rows from `row` to Tier 0, of a tree that was `entered`; empty when there is no way."""
        if self.distance[row] == UNREACHED:
            return []
        out = [row]
        while self.distance[out[-1]] > 0:
            out.append(int(self.next_row[out[-1]]))
        return out


class Reversed:
    """The graph turned round, with one more node standing for the whole of Tier 0."""

    def __init__(self, graph: ControlGraph) -> None:
        self.graph = graph
        self.root = graph.n

    @cached_property
    def matrix(self) -> csr_array:
        """Sparse matrix [target, source] → difficulty; Tier 0 is one row, and parallel edges are kept."""
        g = self.graph
        target = np.where(g.tier0[g.dst], self.root, g.dst).astype(np.int32)
        shape = (g.n + 1, g.n + 1)
        coo = coo_array((g.difficulty(), (target, g.src)), shape=shape)
        # Duplicates would be summed; parallel edges are alternatives, the searches take the best.
        coo.has_canonical_format = True
        return coo.tocsr()

    def breadth_first(self) -> Tree:
        """Fewest steps to Tier 0 for every row."""
        order, before = breadth_first_order(self.matrix, self.root, return_predecessors=True)
        return self._tree(layers(order, before, self.root), before, None)

    def cheapest(self) -> Tree:
        """Least difficulty to Tier 0 for every row (Dijkstra)."""
        found = dijkstra(self.matrix, True, np.array([self.root]), True)
        difficulty, before = found[0][0], found[1][0]
        reached = np.flatnonzero(np.isfinite(difficulty))
        return self._tree(depths(reached, before, self.root), before, difficulty)

    def _tree(
        self,
        depth: NDArray[np.int32],
        before: NDArray[np.int32],
        difficulty: NDArray[np.float64] | None,
    ) -> Tree:
        g = self.graph
        distance = depth[: g.n].copy()
        distance[g.tier0] = 0
        next_row = before[: g.n].astype(np.int32)
        next_row[distance <= 0] = UNREACHED
        next_row[next_row == self.root] = INTO_TIER0
        cost = np.full(g.n, np.inf) if difficulty is None else difficulty[: g.n].copy()
        cost[g.tier0] = 0.0
        return Tree(next_row, distance, cost)


def entered(graph: ControlGraph, tree: Tree) -> Tree:
    """The same tree, with the very object of Tier 0 that the easiest last step of each way reaches."""
    next_row = tree.next_row.copy()
    edges = np.flatnonzero(graph.tier0[graph.dst] & (next_row == INTO_TIER0)[graph.src])
    weight = np.array([k.difficulty for k in graph.kinds], np.float64)[graph.kind[edges]]
    chosen = edges[np.lexsort((graph.dst[edges], -weight))]
    next_row[graph.src[chosen]] = graph.dst[chosen]
    return Tree(next_row, tree.distance, tree.difficulty)


def layers(order: NDArray[np.integer], before: NDArray[np.int32], root: int) -> NDArray[np.int32]:
    """Steps from the root for every node of a breadth-first search, whose order holds each layer in one slice.

    A layer ends at the first node whose parent has no depth yet, found by bisection; a graph of more than MOST_SLICES
    layers is left to `depths`, whose passes do not grow with the depth.
    """
    depth = np.full(len(before), UNREACHED, np.int32)
    depth[root] = 0
    start = 1
    for layer in range(1, MOST_SLICES):
        if start == len(order):
            return depth
        rest = range(start, len(order))
        end = start + bisect_left(rest, 1, key=lambda i: depth[before[order[i]]] == UNREACHED)
        depth[order[start:end]] = layer
        start = end
    return depths(order, before, root)


def depths(order: NDArray[np.integer], before: NDArray[np.int32], root: int) -> NDArray[np.int32]:
    """Steps from the root for every node of the tree, by doubling: log2(depth) passes over the array."""
    depth = np.full(len(before), UNREACHED, np.int32)
    depth[order] = 1
    depth[root] = 0
    jump = np.where(before < 0, root, before).astype(np.int32)
    while True:
        nodes = order[jump[order] != root]
        if not len(nodes):
            return depth
        depth[nodes] += depth[jump[nodes]]
        jump[nodes] = jump[jump[nodes]]


def exposed(graph: ControlGraph, tree: Tree) -> NDArray[np.bool_]:
    """Mask of the ordinary principals that have a way to Tier 0."""
    mask: NDArray[np.bool_] = graph.low & (tree.distance > 0)
    return mask


def step_kinds(graph: ControlGraph, steps: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Kind code of the easiest edge between each pair of rows, for the few paths that are shown."""
    if not steps:
        return {}
    wanted = np.array([s * graph.n + t for s, t in steps], np.int64)
    sources = np.zeros(graph.n, np.bool_)
    sources[wanted // graph.n] = True
    edges = np.flatnonzero(sources[graph.src])
    key = graph.src[edges].astype(np.int64) * graph.n + graph.dst[edges]
    edges = edges[np.isin(key, wanted)]
    weight = graph.difficulty()[edges]
    best: dict[tuple[int, int], int] = {}
    for edge in edges[np.lexsort((graph.kind[edges], -weight))].tolist():
        best[int(graph.src[edge]), int(graph.dst[edge])] = int(graph.kind[edge])
    return best
