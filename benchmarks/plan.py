"""The minimum plan: its time, its optimum beside that of a linear program, and what a ranking of edges would need.

The ranking is what today's tools give: edges sorted by the number of principals whose shortest path uses them, cut
one after the other. Ours is the minimum cut; both leave nobody exposed at the end, not for the same price.

    python -m benchmarks.plan [ROWS…]         by default 100 000 and 1 000 000
"""

import sys
import time
from typing import Any

import numpy as np
from benchmarks._graphs import graph
from benchmarks._measure import heading, measured, report, run_named
from numpy.typing import NDArray

from rempart.content.loader import directory_actions
from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.model import NO_PAIRS, UNKNOWN, Acls, Directory
from rempart.engines.directory.paths import Reversed, exposed, layers
from rempart.engines.directory.plan.cut import Network
from rempart.engines.directory.plan.gestures import gestures
from rempart.engines.directory.plan.order import best_order, exposed_after

SIZES = ("100000", "1000000")
STEPS = (10, 30, 100, 300, 1000, 3000)


def bare(g: ControlGraph) -> Directory:
    """A directory that says nothing but its rows: gestures then fall on principals, targets and pairs."""
    n = g.n
    unknown = np.full(n, UNKNOWN, np.int64)
    none = np.zeros(0, np.int64)
    acls = Acls(
        unknown.astype(np.int32),
        np.zeros(1, np.int64),
        NO_PAIRS.src,
        none.astype(np.uint8),
        none.astype(np.bool_),
        unknown.astype(np.int8),
    )
    small = unknown.astype(np.int32)
    return Directory(
        (), frozenset(), [str(i) for i in range(n)], [""] * n, [""] * n, np.ones(n, np.int8), small, small,
        unknown, np.zeros(n, np.int32), np.zeros(n, np.int32), unknown, unknown, unknown, small.astype(np.int8),
        unknown, small, np.zeros(n, np.int8), {}, acls, (), {}, small,
    )  # fmt: skip


def planned(given: tuple[Directory, ControlGraph]) -> dict[str, Any]:
    """Time of each part, cost, bound, and what remains."""
    d, g = given
    start = time.perf_counter()
    tree = Reversed(g).breadth_first()
    searched = time.perf_counter()
    cuttable = gestures(d, g, tree, directory_actions())
    network = Network(cuttable)
    bare_cut = network.minimum(proven=False)
    solved = time.perf_counter()
    bound = network.bound()
    proven = time.perf_counter()
    order = best_order(cuttable, bare_cut)
    after = exposed_after(cuttable, order)
    return {
        "search": searched - start,
        "plan": solved - searched,
        "proof": proven - solved,
        "order": time.perf_counter() - proven,
        "actions": len(order),
        "cost": bare_cut.cost,
        "bound": bound,
        "exposed": int(exposed(g, tree).sum()),
        "after": after[-1] if after else 0,
        "edges": len(cuttable.edge),
    }


def ranked(given: tuple[Directory, ControlGraph]) -> dict[str, Any]:
    """Exposed principals after cutting the first edges of the ranking, for growing numbers of edges."""
    _, g = given
    tree = Reversed(g)
    order_of_edges = _ranking(g, tree)
    out = {}
    for step in STEPS:
        keep = np.ones(len(g), np.bool_)
        keep[order_of_edges[:step]] = False
        left = g.keeping(keep)
        out[str(step)] = int(exposed(left, Reversed(left).breadth_first()).sum())
    return out


def _ranking(g: ControlGraph, turned: Reversed) -> NDArray[np.int64]:
    """Edges by the number of ordinary principals whose shortest path uses them; memberships by default left out."""
    from scipy.sparse.csgraph import breadth_first_order

    order, before = breadth_first_order(turned.matrix, turned.root, return_predecessors=True)
    depth = layers(order, before, turned.root)
    weight = np.zeros(g.n + 1, np.int64)
    weight[order[1:]] = g.low[order[1:]]
    for level in range(int(depth[order].max(initial=0)), 1, -1):
        rows = order[depth[order] == level]
        weight += np.bincount(before[rows], weight[rows], minlength=g.n + 1).astype(np.int64)
    head = np.where(g.tier0[g.dst], g.n, g.dst)
    used = np.flatnonzero(before[g.src] == head)
    cuttable = np.array([k.cut != "none" for k in g.kinds])[g.kind[used]]
    used = used[cuttable]
    ranked_edges: NDArray[np.int64] = used[np.argsort(-weight[g.src[used]], kind="stable")]
    return ranked_edges


TASKS = {"planned": planned, "ranked": ranked}


def main(sizes: tuple[str, ...]) -> None:
    """Print the table of plans, then that of the ranking on the smallest graph."""
    heading("The minimum plan, median of 3 runs.", "scipy")
    print(
        f"{'rows':>10}{'exposed':>10}{'actions':>9}{'cost':>8}{'LP bound':>10}{'left':>6}"
        f"{'search s':>10}{'plan s':>8}{'proof s':>9}{'order s':>9}{'MB':>7}"
    )
    for size in sizes:
        m = measured("plan", "planned", size)
        r = m.result
        print(
            f"{int(size):>10,}{r['exposed']:>10,}{r['actions']:>9}{r['cost']:>8}{r['bound']:>10.1f}{r['after']:>6}"
            f"{r['search']:>10.3f}{r['plan']:>8.3f}{r['proof']:>9.3f}{r['order']:>9.3f}{m.megabytes:>7.0f}"
        )
    found = measured("plan", "ranked", sizes[0], rounds=1).result
    print(
        f"\nThe same {int(sizes[0]):,} rows, edges cut in the order of the ranking: still exposed after"
    )
    print("  ".join(f"{int(step):,} edges: {left:,}" for step, left in found.items()))


def _task(name: str) -> Any:
    def task(size: str) -> None:
        g = graph(int(size))
        report(lambda: (bare(g), g), TASKS[name])

    return task


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in TASKS:
        run_named({name: _task(name) for name in TASKS})
    else:
        main(tuple(sys.argv[1:]) or SIZES)
