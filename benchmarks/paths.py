"""All paths to Tier 0 beside the libraries of graphs: the same question, one search backwards, on the same edges.

`build` is what each needs before its first answer, `search` the distance and the next step of every row. The last
column is the time of our search over theirs. Kùzu answers by a recursive Cypher query, in a database of its own.

    python -m benchmarks.paths [ROWS…]        by default 100 000 and 1 000 000
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks._graphs import graph
from benchmarks._measure import heading, measured, report, run_named

from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.paths import Reversed

SIZES = ("100000", "1000000")


def _timed(build: Callable[[], Any], search: Callable[[Any], int]) -> dict[str, Any]:
    start = time.perf_counter()
    built = build()
    middle = time.perf_counter()
    reached = search(built)
    return {"build": middle - start, "search": time.perf_counter() - middle, "reached": reached}


def rempart(g: ControlGraph) -> dict[str, Any]:
    """Ours: distances, next steps and difficulties are read from one tree."""

    def build() -> Reversed:
        turned = Reversed(g)
        assert turned.matrix is not None  # noqa: S101 (the matrix is built here, not in the search)
        return turned

    return _timed(build, lambda turned: int((turned.breadth_first().distance > 0).sum()))


def scipy_alone(g: ControlGraph) -> dict[str, Any]:
    """Scipy's breadth-first search, and nothing made of its answer."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    def build() -> csr_array:
        target = np.where(g.tier0[g.dst], g.n, g.dst)
        data = np.ones(len(g))
        return csr_array((data, (target, g.src)), shape=(g.n + 1, g.n + 1))

    return _timed(
        build, lambda m: len(breadth_first_order(m, g.n, return_predecessors=True)[0]) - 1
    )


def igraph(g: ControlGraph) -> dict[str, Any]:
    """igraph: breadth-first search from the node that stands for Tier 0."""
    import igraph as ig

    def build() -> Any:
        target = np.where(g.tier0[g.dst], g.n, g.dst)
        return ig.Graph(n=g.n + 1, edges=np.stack([target, g.src], axis=1).tolist(), directed=True)

    return _timed(build, lambda net: len(net.bfs(g.n, mode="out")[0]) - 1)


def networkx(g: ControlGraph) -> dict[str, Any]:
    """networkx: the predecessors of a breadth-first search."""
    import networkx as nx

    def build() -> Any:
        target = np.where(g.tier0[g.dst], g.n, g.dst)
        net = nx.DiGraph()
        net.add_edges_from(zip(target.tolist(), g.src.tolist(), strict=True))
        return net

    return _timed(build, lambda net: sum(1 for _ in nx.bfs_predecessors(net, g.n)))


def kuzu(g: ControlGraph) -> dict[str, Any]:
    """Kùzu: one recursive shortest-path query from the node that stands for Tier 0."""
    import kuzu as kz

    folder = tempfile.TemporaryDirectory()

    def build() -> Any:
        target = np.where(g.tier0[g.dst], g.n, g.dst)
        nodes, edges = Path(folder.name) / "n.csv", Path(folder.name) / "e.csv"
        np.savetxt(nodes, np.arange(g.n + 1), fmt="%d")
        np.savetxt(edges, np.stack([target, g.src], axis=1), fmt="%d", delimiter=",")
        link = kz.Connection(kz.Database(str(Path(folder.name) / "db")))
        link.execute("CREATE NODE TABLE N(id INT64, PRIMARY KEY(id))")
        link.execute("CREATE REL TABLE E(FROM N TO N)")
        link.execute(f'COPY N FROM "{nodes}"')
        link.execute(f'COPY E FROM "{edges}"')
        return link

    def search(link: Any) -> int:
        query = f"MATCH (a:N {{id: {g.n}}})-[e:E* SHORTEST 1..30]->(b:N) RETURN count(*)"
        return int(link.execute(query).get_next()[0])

    return _timed(build, search)


PEERS = {
    "rempart": rempart,
    "scipy": scipy_alone,
    "igraph": igraph,
    "networkx": networkx,
    "kuzu": kuzu,
}


def main(sizes: tuple[str, ...]) -> None:
    """Print a table a size."""
    heading("All paths to Tier 0, median of 3 runs.", "scipy", "igraph", "networkx", "kuzu")
    for size in sizes:
        edges = len(graph(int(size)))
        print(f"\n{int(size):,} rows, {edges:,} edges that do not leave Tier 0")
        print(
            f"{'':<12}{'build s':>10}{'search s':>10}{'reached':>10}{'MB':>8}{'theirs / ours':>15}"
        )
        ours = 0.0
        for name in PEERS:
            found = measured(
                "paths", name, size, rounds=1 if name == "networkx" and int(size) > 10**5 else 3
            )
            figures = found.result
            ours = ours or figures["search"]
            print(
                f"{name:<12}{figures['build']:>10.3f}{figures['search']:>10.4f}{figures['reached']:>10,}"
                f"{found.megabytes:>8.0f}{figures['search'] / ours:>15.1f}"
            )


def _task(peer: Callable[[ControlGraph], dict[str, Any]]) -> Callable[[str], None]:
    return lambda size: report(lambda: graph(int(size)), peer)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in PEERS:
        run_named({name: _task(peer) for name, peer in PEERS.items()})
    else:
        main(tuple(sys.argv[1:]) or SIZES)
