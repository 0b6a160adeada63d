"""A layered drawing of a few paths: where each object goes. Pure geometry, after Sugiyama (1981)."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

SWEEPS: Final = 6

Chain = Sequence[Hashable]


@dataclass(slots=True)
class Layout:
    """Column (0 is the first) and rank in the column of each vertex, and the way of each edge.

    A way is the list of the vertices that an edge crosses: an edge longer than one column goes through
    invisible ones, which keep it clear of the boxes.
    """

    columns: list[list[Hashable]] = field(default_factory=list)
    ways: dict[tuple[Hashable, Hashable], list[Hashable]] = field(default_factory=dict)

    def rank(self) -> dict[Hashable, float]:
        """Height of each vertex, in slots, its column centred on zero."""
        return {
            v: k - (len(column) - 1) / 2 for column in self.columns for k, v in enumerate(column)
        }

    def column_of(self) -> dict[Hashable, int]:
        """Column of each vertex."""
        return {v: k for k, column in enumerate(self.columns) for v in column}


def _depths(chains: Sequence[Chain]) -> dict[Hashable, int]:
    depth: dict[Hashable, int] = {}
    for chain in chains:
        for left, vertex in enumerate(reversed(chain)):
            depth[vertex] = max(depth.get(vertex, 0), left)
    return depth


def layout(chains: Sequence[Chain]) -> Layout:
    """Columns by the number of steps that remain, ranks by barycentre. Chains end in the last column."""
    depth = _depths(chains)
    last = max(depth.values(), default=0)
    result = Layout(columns=[[] for _ in range(last + 1)])
    for vertex, left in depth.items():
        result.columns[last - left].append(vertex)
    for chain in chains:
        for a, b in zip(chain, chain[1:], strict=False):
            if (a, b) in result.ways:
                continue
            way: list[Hashable] = [a]
            for left in range(depth[a] - 1, depth[b], -1):
                dummy = ("way", a, b, left)
                result.columns[last - left].append(dummy)
                way.append(dummy)
            result.ways[a, b] = [*way, b]
    _order(result)
    return result


def _order(result: Layout) -> None:
    before: dict[Hashable, list[Hashable]] = {}
    after: dict[Hashable, list[Hashable]] = {}
    for way in result.ways.values():
        for a, b in zip(way, way[1:], strict=False):
            after.setdefault(a, []).append(b)
            before.setdefault(b, []).append(a)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        near = before if forward else after
        columns = result.columns if forward else result.columns[::-1]
        for column in columns:
            rank = result.rank()
            centre = {
                v: sum(rank[n] for n in near[v]) / len(near[v]) if v in near else rank[v]
                for v in column
            }
            column.sort(key=lambda v: centre[v])
