"""Objects that every path must cross: the dominator tree of the control graph, seen from Tier 0."""

import numpy as np
import rustworkx
from numpy.typing import NDArray

from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.paths import Tree


def choke_points(graph: ControlGraph, tree: Tree, *, most: int = 20) -> list[tuple[int, int]]:
    """(row, number of ordinary principals all of whose paths cross it), the most crossed first.

    Only rows that reach Tier 0 enter the graph. An ordinary principal is not counted for itself.
    """
    reach = tree.distance >= 0
    keep = reach[graph.src] & reach[graph.dst]
    nodes = np.flatnonzero(reach & ~graph.tier0)
    if not len(nodes):
        return []
    number = np.zeros(graph.n, np.int64)
    number[nodes] = np.arange(1, len(nodes) + 1)
    arcs = np.unique(np.stack([number[graph.dst[keep]], number[graph.src[keep]]], axis=1), axis=0)
    net = rustworkx.PyDiGraph()
    net.add_nodes_from([None] * (len(nodes) + 1))
    net.add_edges_from_no_data([(a, b) for a, b in arcs.tolist()])
    dominator = rustworkx.immediate_dominators(net, 0)
    counts = _dominated(dominator, nodes, graph.low)
    order = np.argsort(-counts, kind="stable")[:most]
    return [(int(nodes[i]), int(counts[i])) for i in order.tolist() if counts[i] > 0]


def _dominated(
    dominator: dict[int, int], nodes: NDArray[np.int64], low: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Ordinary principals under each node of the dominator tree, the node itself left out."""
    parent = np.zeros(len(nodes) + 1, np.int64)
    for node, above in dominator.items():
        parent[node] = above
    depth = _levels(parent)
    weight = np.zeros(len(nodes) + 1, np.int64)
    weight[1:] = low[nodes]
    own = weight.copy()
    for level in range(int(depth.max()), 0, -1):
        at = np.flatnonzero(depth == level)
        np.add.at(weight, parent[at], weight[at])
    return (weight - own)[1:]


def _levels(parent: NDArray[np.int64]) -> NDArray[np.int64]:
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
