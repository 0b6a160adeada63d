"""Who can reach Tier 0, counted and shown: the exposure section of the report."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.dominators import choke_points
from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.model import UNKNOWN, Directory
from rempart.engines.directory.objects import kind_name, object_ref, object_refs
from rempart.engines.directory.paths import Reversed, Tree, entered, exposed, step_kinds
from rempart.engines.directory.report import (
    Bucket,
    ChokePoint,
    ExposedPrincipal,
    Exposure,
    Path,
    Step,
)

SHOWN_PATHS: Final = 12
LISTED_PRINCIPALS: Final = 200_000
LISTED_TIER0: Final = 5_000
SHOWN_BUCKETS: Final = 40
SITE_ATTRIBUTES: Final = ("physicaldeliveryofficename", "l")


@dataclass(slots=True, frozen=True)
class Searched:
    """A control graph with its two search trees: fewest steps, least difficulty."""

    graph: ControlGraph
    shortest: Tree
    cheapest: Tree

    @property
    def exposed(self) -> NDArray[np.bool_]:
        """Mask of the ordinary principals that reach Tier 0."""
        return exposed(self.graph, self.shortest)

    @property
    def useful(self) -> NDArray[np.bool_]:
        """Mask of the edges between rows that reach Tier 0: with fewer edges, no other one ever serves."""
        reach = self.shortest.distance >= 0
        mask: NDArray[np.bool_] = reach[self.graph.src] & reach[self.graph.dst]
        return mask


def search(graph: ControlGraph) -> Searched:
    """Both searches of one graph."""
    turned = Reversed(graph)
    shortest, cheapest = turned.breadth_first(), turned.cheapest()
    return Searched(graph, entered(graph, shortest), entered(graph, cheapest))


def paths_from(
    directory: Directory,
    searched: Searched,
    rows: Iterable[int],
    cut_by: dict[tuple[int, int, int], str] | None = None,
    weights: dict[int, int] | None = None,
) -> list[Path]:
    """The cheapest path of each row, as the report shows it. `cut_by` maps (source, target, kind) to an action id."""
    graph = searched.graph
    ways = [(row, searched.cheapest.path(row)) for row in rows]
    kinds = step_kinds(graph, [s for _, way in ways for s in zip(way, way[1:], strict=False)])
    out = []
    for row, way in ways:
        steps = []
        for source, target in zip(way, way[1:], strict=False):
            kind = kinds[source, target]
            relation = graph.kinds[kind]
            steps.append(
                Step(
                    source=object_ref(directory, source),
                    relation=relation.id,
                    label=relation.label,
                    target=object_ref(directory, target),
                    difficulty=relation.difficulty,
                    explanation=relation.meaning,
                    cut_by=(cut_by or {}).get((source, target, kind), ""),
                )
            )
        difficulty = sum(s.difficulty for s in steps)
        out.append(Path(steps, difficulty, (weights or {}).get(row, 1)))
    return out


def representative(searched: Searched, *, most: int = SHOWN_PATHS) -> dict[int, int]:
    """One exposed principal for each way of entering Tier 0 → how many it stands for; the most used ways first.

    Two principals enter alike when the last row before Tier 0 on their cheapest path is the same. The one that
    stands for the others is the one with the easiest path.
    """
    mask = searched.exposed
    rows = np.flatnonzero(mask)
    if not len(rows):
        return {}
    door = _doors(searched)[rows]
    order = np.lexsort((rows, searched.cheapest.difficulty[rows], door))
    doors, first, count = np.unique(door[order], return_index=True, return_counts=True)
    ranked = np.lexsort((doors, -count))[:most]
    return {int(rows[order][first[i]]): int(count[i]) for i in ranked.tolist()}


def _doors(searched: Searched) -> NDArray[np.int32]:
    """The last row before Tier 0 on the cheapest path of each row, by doubling."""
    graph, tree = searched.graph, searched.cheapest
    own = np.arange(graph.n, dtype=np.int32)
    inside = tree.next_row >= 0
    jump = np.where(inside & ~graph.tier0[tree.next_row], tree.next_row, own)
    while True:
        further = jump[jump]
        if np.array_equal(further, jump):
            return jump.astype(np.int32)
        jump = further


def exposure(
    directory: Directory,
    searched: Searched,
    *,
    cut_by: dict[tuple[int, int, int], str],
    without_sessions: int,
) -> Exposure:
    """The exposure section: counts, distances, choke points, representative paths, every exposed principal."""
    graph, mask = searched.graph, searched.exposed
    shown = representative(searched)
    tier0 = np.flatnonzero(graph.tier0)
    return Exposure(
        low_privileged=int(graph.low.sum()),
        exposed=int(mask.sum()),
        by_kind=_by_kind(directory, mask),
        low_privileged_by_kind=_by_kind(directory, graph.low),
        exposed_without_sessions=without_sessions,
        tier0=len(tier0),
        tier0_objects=[object_ref(directory, row) for row in tier0[:LISTED_TIER0].tolist()],
        by_ou=_by_ou(directory, graph.low, mask),
        by_site=_by_site(directory, graph.low, mask),
        by_distance=_by_distance(searched, mask),
        choke_points=[
            ChokePoint(object_ref(directory, row), count)
            for row, count in choke_points(graph, searched.shortest)
        ],
        paths=paths_from(directory, searched, shown, cut_by, shown),
        principals=_principals(directory, searched, mask),
    )


def _by_kind(directory: Directory, mask: NDArray[np.bool_]) -> dict[str, int]:
    kinds, counts = np.unique(
        directory.kind[mask].astype(np.int64) * 10 + directory.managed[mask], return_counts=True
    )
    out: dict[str, int] = defaultdict(int)
    first = {
        int(k): int(
            np.flatnonzero(mask & (directory.kind == k // 10) & (directory.managed == k % 10))[0]
        )
        for k in kinds.tolist()
    }
    for key, count in zip(kinds.tolist(), counts.tolist(), strict=True):
        out[kind_name(directory, first[key])] += count
    return dict(sorted(out.items()))


def _by_ou(d: Directory, low: NDArray[np.bool_], mask: NDArray[np.bool_]) -> list[Bucket]:
    """Ordinary and exposed principals by the container that holds them, the most exposed first."""
    total = np.bincount(d.parent[low & (d.parent != UNKNOWN)], minlength=len(d))
    bad = np.bincount(d.parent[mask & (d.parent != UNKNOWN)], minlength=len(d))
    order = np.lexsort((-total, -bad))
    order = order[total[order] > 0][:SHOWN_BUCKETS]
    return [Bucket(d.label(row), int(bad[row]), int(total[row])) for row in order.tolist()]


def _by_site(d: Directory, low: NDArray[np.bool_], mask: NDArray[np.bool_]) -> list[Bucket]:
    """By the office or town that accounts state, where the source gives it."""
    counts: dict[str, list[int]] = {}
    for attribute in SITE_ATTRIBUTES:
        for row, values in d.attributes.get(attribute, {}).items():
            if low[row]:
                pair = counts.setdefault(values[0].strip(), [0, 0])
                pair[0] += bool(mask[row])
                pair[1] += 1
        if counts:
            break
    ranked = sorted(counts.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    return [Bucket(name, bad, total) for name, (bad, total) in ranked[:SHOWN_BUCKETS]]


def _by_distance(searched: Searched, mask: NDArray[np.bool_]) -> list[Bucket]:
    counts = np.bincount(searched.shortest.distance[mask]) if mask.any() else np.zeros(0, np.int64)
    total = int(mask.sum())
    return [
        Bucket(str(distance), int(n), total)
        for distance, n in enumerate(counts.tolist())
        if distance and n
    ]


def _principals(
    d: Directory, searched: Searched, mask: NDArray[np.bool_]
) -> list[ExposedPrincipal]:
    """Exposed principals, the easiest path first."""
    rows = np.flatnonzero(mask)
    tree = searched.cheapest
    order = rows[np.lexsort((rows, tree.difficulty[rows]))][:LISTED_PRINCIPALS]
    listed, names = order.tolist(), d.names
    refs = object_refs(d, listed, [""] * len(listed), [[]] * len(listed))
    return [
        ExposedPrincipal(ref, distance, difficulty, names[following] or d.label(following))
        for ref, distance, difficulty, following in zip(
            refs,
            searched.shortest.distance[order].tolist(),
            tree.difficulty[order].astype(np.int64).tolist(),
            tree.next_row[order].tolist(),
            strict=True,
        )
    ]
