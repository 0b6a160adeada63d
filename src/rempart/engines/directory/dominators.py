"""Objects that every path must cross: the dominator tree of the control graph, seen from Tier 0."""

from typing import Final

import numpy as np
import rustworkx
from numpy.typing import NDArray

from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.paths import Tree

Nodes = NDArray[np.int64]
ROUNDS: Final = 40
"""Passes after which a graph is taken to be one of the rare ones, all chains, where passes cost more than a walk."""


def choke_points(graph: ControlGraph, tree: Tree, *, most: int = 20) -> list[tuple[int, int]]:
    """(row, number of ordinary principals all of whose paths cross it), the most crossed first.

    Only rows that reach Tier 0 enter the graph. An ordinary principal is not counted for itself.
    """
    reach = tree.distance >= 0
    keep = reach[graph.src] & reach[graph.dst]
    nodes = np.flatnonzero(reach & ~graph.tier0)
    if not len(nodes):
        return []
    # Node 0 is the whole of Tier 0.
    number = np.zeros(graph.n, np.int64)
    number[nodes] = np.arange(1, len(nodes) + 1)
    following = tree.next_row[nodes]
    start = np.zeros(len(nodes) + 1, np.int64)
    start[1:] = np.where(following < 0, 0, number[following])
    parent = dominators(number[graph.dst[keep]], number[graph.src[keep]], start)
    counts = _dominated(parent, graph.low[nodes])
    order = np.argsort(-counts, kind="stable")[:most]
    return [(int(nodes[i]), int(counts[i])) for i in order.tolist() if counts[i] > 0]


def dominators(above: Nodes, below: Nodes, start: Nodes) -> Nodes:
    """The immediate dominator of each node that arcs `above` → `below` lead to from node 0, itself its own.

    `start` gives the parents of any spanning tree of those arcs. Each pass lifts every node to the nearest common
    ancestor of its parent and of all that lead to it, over whole arrays: what dominates a node always stays above it,
    and once nothing moves, nothing else is left there.
    """
    parent = start
    for _ in range(ROUNDS):
        rank, node, _ = _preorder(parent)
        first = rank[parent]
        last = first.copy()
        np.minimum.at(first, below, rank[above])
        np.maximum.at(last, below, rank[above])
        lifted = _common(parent, rank, first, node[last])
        if np.array_equal(lifted, parent):
            return parent
        parent = lifted
    return _walked(above, below, len(start))


def _walked(above: Nodes, below: Nodes, n: int) -> Nodes:
    """The same, arc by arc."""
    net = rustworkx.PyDiGraph()
    net.add_nodes_from([None] * n)
    net.add_edges_from_no_data(list(zip(above.tolist(), below.tolist(), strict=True)))
    parent = np.zeros(n, np.int64)
    for node, dominator in rustworkx.immediate_dominators(net, 0).items():
        parent[node] = dominator
    return parent


def _preorder(parent: Nodes) -> tuple[Nodes, Nodes, Nodes]:
    """Rank of each node of a tree in its preorder, node of each rank, and size of what each node holds, itself counted:
    what is under a node follows it."""
    depth = _levels(parent)
    # Level by level, and brothers together.
    by_level = np.lexsort((parent, depth))
    levels = np.split(by_level, np.cumsum(np.bincount(depth))[:-1])
    size = np.ones(len(parent), np.int64)
    for at in reversed(levels[1:]):
        np.add.at(size, parent[at], size[at])
    rank = np.zeros(len(parent), np.int64)
    for at in levels[1:]:
        before = np.cumsum(size[at]) - size[at]
        eldest = np.searchsorted(parent[at], parent[at])
        rank[at] = rank[parent[at]] + 1 + before - before[eldest]
    node = np.empty(len(parent), np.int64)
    node[rank] = np.arange(len(parent))
    return rank, node, size


def _common(parent: Nodes, rank: Nodes, first: Nodes, node: Nodes) -> Nodes:
    """The lowest node at or above `node` that also holds the node of rank `first`, which is not after it."""
    out = node.copy()
    while True:
        low = np.flatnonzero(rank[out] > first)
        if not len(low):
            return out
        out[low] = parent[out[low]]


def _dominated(parent: Nodes, low: NDArray[np.bool_]) -> Nodes:
    """Ordinary principals under each node of the dominator tree but its root, the node itself left out."""
    rank, node, size = _preorder(parent)
    weight = np.concatenate([[False], low])[node]
    before = np.concatenate([[0], np.cumsum(weight)])
    under: Nodes = before[rank + size] - before[rank + 1]
    return under[1:]


def _levels(parent: Nodes) -> Nodes:
    """Depth of each node of a tree whose root is 0, by doubling."""
    depth = np.ones(len(parent), np.int64)
    depth[0] = 0
    jump = parent.copy()
    while True:
        at = np.flatnonzero(jump != 0)
        if not len(at):
            return depth
        depth[at] += depth[jump[at]]
        jump[at] = jump[jump[at]]
