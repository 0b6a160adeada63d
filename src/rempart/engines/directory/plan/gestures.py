"""From edges to gestures: what an administrator does in one go, and every edge that it removes.

A gesture has a single principal, or a single target, or is a certificate template or authority whose only
targets are Tier 0: that is what keeps the minimum cut exact (see cut.py). Edges that no gesture removes
(containment, default memberships) are uncuttable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.content.directory import DirectoryAction
from rempart.engines.directory.edges import EFFECTIVE_ON
from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Kind
from rempart.engines.directory.paths import Tree

UNCUTTABLE: Final = -1


@dataclass(slots=True, frozen=True)
class Gesture:
    """One action: its content, the single principal or target (rows, UNKNOWN when several), where it is done
    (`place`: container, template or authority), the number of edges that it removes and its cost."""

    action: DirectoryAction
    principal: int
    target: int
    place: int
    edges: int
    cost: int


@dataclass(slots=True, frozen=True)
class Cuttable:
    """The part of the graph that matters to the plan: `edge` numbers in the control graph, and for each the number
    of its gesture in `gestures`, or UNCUTTABLE."""

    graph: ControlGraph
    edge: NDArray[np.int64]
    gesture: NDArray[np.int64]
    gestures: list[Gesture]

    @property
    def src(self) -> NDArray[np.int32]:
        """Source row of each edge."""
        return self.graph.src[self.edge]

    @property
    def dst(self) -> NDArray[np.int32]:
        """Target row of each edge."""
        return self.graph.dst[self.edge]


def relevant(graph: ControlGraph, tree: Tree) -> NDArray[np.int64]:
    """Numbers of the edges that stand on some way from an ordinary principal to Tier 0."""
    reach = tree.distance >= 0
    edges = np.flatnonzero(reach[graph.src] & reach[graph.dst])
    seen = graph.low & reach
    # Forward closure from the ordinary principals, inside what reaches Tier 0.
    while True:
        step = seen[graph.src[edges]] & ~seen[graph.dst[edges]]
        if not step.any():
            return edges[seen[graph.src[edges]]]
        seen[graph.dst[edges[step]]] = True


def gestures(
    directory: Directory,
    graph: ControlGraph,
    tree: Tree,
    actions: Mapping[str, DirectoryAction],
) -> Cuttable:
    """Group the edges that matter into gestures. Raises KeyError when a relation names an unknown action."""
    edge = relevant(graph, tree)
    src, dst, kind = graph.src[edge], graph.dst[edge], graph.kind[edge]
    names = [relation.cut for relation in graph.kinds]
    known = sorted({name for name in names if name != "none"})
    number = {name: i for i, name in enumerate(known)}
    content = [actions[name] for name in known]
    code = np.array([number.get(name, UNCUTTABLE) for name in names], np.int64)[kind]
    code[_by_default(directory, graph, edge)] = UNCUTTABLE
    by = np.array([_MODES[a.groups_by] for a in content] or [0], np.int64)[code]
    place = _places(directory, graph, edge, by)
    principal = np.where(
        by == _MODES["principal"], src, np.where(by == _MODES["pair"], src, UNKNOWN)
    )
    target = np.where(by == _MODES["target"], dst, np.where(by == _MODES["pair"], dst, UNKNOWN))
    target = np.where((by == _MODES["place"]) & ~graph.tier0[dst], dst, target)
    principal = np.where(by == _MODES["principal_place"], src, principal)
    cuttable = np.flatnonzero(code != UNCUTTABLE)
    out = np.full(len(edge), UNCUTTABLE, np.int64)
    columns = [x[cuttable].astype(np.int64) for x in (code, principal, target, place)]
    first, inverse, count = _distinct(columns, graph.n + 1)
    out[cuttable] = inverse
    found = [
        Gesture(content[a], p, t, w, n, content[a].cost + int(n).bit_length() - 1)
        for a, p, t, w, n in zip(*(x[first].tolist() for x in columns), count.tolist(), strict=True)
    ]
    return Cuttable(graph, edge, out, found)


def _distinct(
    columns: list[NDArray[np.int64]], base: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First row, number and count of the distinct rows of aligned columns whose values lie in [-1, base - 1)."""
    code, principal, target, place = (c + 1 for c in columns)
    _, left = np.unique(code * base + principal, return_inverse=True)
    values, right = np.unique(target * base + place, return_inverse=True)
    _, first, inverse, count = np.unique(
        left * max(len(values), 1) + right,
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    return first, inverse, count


_MODES: Final = {"pair": 0, "principal": 1, "target": 2, "place": 3, "principal_place": 4}


def _by_default(
    directory: Directory, graph: ControlGraph, edge: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Memberships that come with the account: primary group, Domain Users, Authenticated Users…"""
    d = directory
    src, dst = graph.src[edge], graph.dst[edge]
    member = graph.kind[edge] == graph.code("MemberOf")
    default = np.zeros(len(d), np.bool_)
    default[Groups(d).default_groups] = True
    primary = (d.primary_group_rid[src] == d.rid[dst]) & (d.domain[src] == d.domain[dst])
    account = np.isin(d.kind[src], np.array([Kind.USER, Kind.COMPUTER], np.int8))
    # A group that someone placed in a default group can be taken out again.
    own = account | default[src]
    mask: NDArray[np.bool_] = member & ((default[dst] & own) | primary)
    return mask


def _places(
    directory: Directory,
    graph: ControlGraph,
    edge: NDArray[np.int64],
    by: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Where each gesture is done: the template of an escalation, the container that a right comes from."""
    place = np.where(by == _MODES["place"], graph.via[edge], UNKNOWN).astype(np.int64)
    rights = np.flatnonzero(by == _MODES["principal_place"])
    place[rights] = _origins(directory, graph.src[edge[rights]], graph.dst[edge[rights]])
    return place


def _origins(
    d: Directory, principal: NDArray[np.int32], target: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Container where the right of each principal on each target is granted: the nearest ancestor that states it
    itself when the right is inherited, else the container of the target (one script serves its neighbours)."""
    n = len(d)
    stated = _stated(d)
    own = d.acls.of[target].astype(np.int64) * n + principal
    explicit = np.isin(own, stated)
    out = d.parent[target].astype(np.int64)
    known = set(stated.tolist())
    found: dict[tuple[int, int], int] = {}
    for i in np.flatnonzero(~explicit).tolist():
        key = (int(principal[i]), int(out[i]))
        if key not in found:
            found[key] = _origin(d, key[0], key[1], known)
        out[i] = found[key]
    return out


def _origin(d: Directory, principal: int, container: int, stated: set[int]) -> int:
    seen: set[int] = set()
    at = last = container
    while at != UNKNOWN and at not in seen:
        if int(d.acls.of[at]) * len(d) + principal in stated:
            return at
        seen.add(at)
        last, at = at, int(d.parent[at])
    return last


def _stated(d: Directory) -> NDArray[np.int64]:
    """Keys (list, principal) of the lists that state a right of control themselves."""
    a = d.acls
    rights = np.array([int(r) for r in EFFECTIVE_ON], np.uint8)
    entries = np.flatnonzero(~a.inherited & np.isin(a.right, rights))
    lists = np.searchsorted(a.start, entries, side="right") - 1
    keys: NDArray[np.int64] = np.unique(lists.astype(np.int64) * len(d) + a.principal[entries])
    return keys
