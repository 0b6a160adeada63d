"""From edges to gestures: what an administrator does in one go, and every edge that it removes.

A gesture has a single principal, or a single target, or is a certificate template or authority whose only
targets are Tier 0: that is what keeps the minimum cut exact (see cut.py). Edges that no gesture removes
(containment, default memberships) are uncuttable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rempart.content.directory import DirectoryAction
from rempart.engines.directory.edges import EFFECTIVE_ON
from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Kind
from rempart.engines.directory.paths import Tree

UNCUTTABLE: Final = -1
_LARGEST: Final = 2**63 - 1


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


class Gestures(Sequence[Gesture]):
    """Gestures as columns: a large directory has hundreds of thousands, and a plan names a few."""

    def __init__(
        self,
        content: Sequence[DirectoryAction],
        code: NDArray[np.int64],
        columns: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    ) -> None:
        """`code` numbers the content of each gesture; `columns` are principal, target, place, and edges."""
        self._content = content
        self._code = code
        self._columns = columns
        base = np.array([action.cost for action in content], np.int64)
        doublings = np.frexp(columns[3])[1] - 1
        self.cost: NDArray[np.int64] = base[code] + doublings
        self.edges: NDArray[np.int64] = columns[3]
        self.has_principal: NDArray[np.bool_] = columns[0] != UNKNOWN

    def __len__(self) -> int:
        return len(self._code)

    def __getitem__(self, number: Any) -> Any:
        code = int(self._code[number])
        principal, target, place, edges = (int(column[number]) for column in self._columns)
        return Gesture(self._content[code], principal, target, place, edges, int(self.cost[number]))


@dataclass(slots=True, frozen=True)
class Cuttable:
    """The part of the graph that matters to the plan: `edge` numbers in the control graph, their `src` and `dst` rows,
    and for each the number of its gesture in `gestures`, or UNCUTTABLE. `unavoidable` marks the rows outside Tier 0
    that reach it by edges that no gesture removes: the plan treats them as Tier 0 itself.

    Edges towards an ordinary principal are kept, to count who is exposed, but need no gesture: whoever takes that
    principal over stands where it stands, and it is parted from Tier 0 already.
    """

    graph: ControlGraph
    edge: NDArray[np.int64]
    src: NDArray[np.int32]
    dst: NDArray[np.int32]
    gesture: NDArray[np.int64]
    gestures: Gestures
    unavoidable: NDArray[np.bool_]


def reached_by(
    graph: ControlGraph, src: NDArray[np.int32], dst: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Rows outside Tier 0 that reach it by these edges."""
    reached = graph.tier0.copy()
    while True:
        step = reached[dst] & ~reached[src]
        if not step.any():
            return reached & ~graph.tier0
        reached[src[step]] = True


def gestures(
    directory: Directory,
    graph: ControlGraph,
    tree: Tree,
    actions: Mapping[str, DirectoryAction],
) -> Cuttable:
    """Group the edges that matter into gestures. Raises KeyError when a relation names an unknown action."""
    reach = tree.distance >= 0
    edge = np.flatnonzero(reach[graph.src] & reach[graph.dst])
    hard = np.array([kind.cut == "none" for kind in graph.kinds], np.bool_)[graph.kind[edge]]
    member = np.flatnonzero(graph.kind[edge] == graph.code("MemberOf"))
    hard[member] = _by_default(directory, graph, edge[member])
    unavoidable = reached_by(graph, graph.src[edge[hard]], graph.dst[edge[hard]])
    needed = ~graph.low[graph.dst[edge]] | unavoidable[graph.dst[edge]]
    seen = graph.low & reach
    core, hard = _closed(graph, edge[needed], hard[needed], seen)
    through = edge[~needed]
    through = through[seen[graph.src[through]]]
    gesture, found = _grouped(directory, graph, core, hard, actions)
    every = np.concatenate([core, through])
    return Cuttable(
        graph,
        every,
        graph.src[every],
        graph.dst[every],
        np.concatenate([gesture, np.full(len(through), UNCUTTABLE, np.int64)]),
        found,
        unavoidable,
    )


def _closed(
    graph: ControlGraph,
    edge: NDArray[np.int64],
    hard: NDArray[np.bool_],
    seen: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The edges that leave a row reached from the ordinary principals; `seen` is completed in place."""
    src, dst = graph.src[edge], graph.dst[edge]
    while True:
        step = seen[src] & ~seen[dst]
        if not step.any():
            kept = seen[src]
            return edge[kept], hard[kept]
        seen[dst[step]] = True


def _grouped(
    directory: Directory,
    graph: ControlGraph,
    edge: NDArray[np.int64],
    hard: NDArray[np.bool_],
    actions: Mapping[str, DirectoryAction],
) -> tuple[NDArray[np.int64], Gestures]:
    """Number of the gesture of each edge, and the gestures."""
    out = np.full(len(edge), UNCUTTABLE, np.int64)
    soft = np.flatnonzero(~hard)
    edge = edge[soft]
    src, dst = graph.src[edge].astype(np.int64), graph.dst[edge].astype(np.int64)
    names = sorted({kind.cut for kind in graph.kinds} - {"none"})
    content = [actions[name] for name in names]
    number = {name: i for i, name in enumerate(names)}
    code = np.array([number.get(k.cut, 0) for k in graph.kinds], np.int64)[graph.kind[edge]]
    by = np.array([_MODES[a.groups_by] for a in content], np.int64)[code]
    place = _places(directory, graph, edge, by)
    principal = np.where(np.isin(by, _BY_PRINCIPAL), src, UNKNOWN)
    alone = np.isin(by, _BY_TARGET) | ((by == _MODES["place"]) & ~graph.tier0[dst])
    target = np.where(alone, dst, UNKNOWN)
    columns = [code, principal, target, place]
    first, inverse, count = _distinct(columns, graph.n + 1)
    out[soft] = inverse
    kept = tuple(column[first] for column in columns[1:])
    found = Gestures(content, code[first], (kept[0], kept[1], kept[2], count))
    return out, found


def _distinct(
    columns: list[NDArray[np.int64]], base: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First row, number and count of the distinct rows of aligned columns whose values lie in [-1, base - 1)."""
    code, principal, target, place = (c + 1 for c in columns)
    if (int(code.max(initial=0)) + 1) * base**3 <= _LARGEST:
        key = ((code * base + principal) * base + target) * base + place
        _, first, inverse, count = np.unique(
            key, return_index=True, return_inverse=True, return_counts=True
        )
        return first, inverse, count
    # Too many rows for one number: the halves are numbered first.
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
_BY_PRINCIPAL: Final = np.array([_MODES["pair"], _MODES["principal"], _MODES["principal_place"]])
_BY_TARGET: Final = np.array([_MODES["pair"], _MODES["target"]])


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
    told = graph.via[edge[rights]]
    origin = _origins(directory, graph.src[edge[rights]], graph.dst[edge[rights]])
    # An edge that says where it comes from (BadSuccessor, from an OU) needs no search.
    place[rights] = np.where(told != UNKNOWN, told, origin)
    return place


def _origins(
    d: Directory, principal: NDArray[np.int32], target: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Container where the right of each principal on each target is granted: the nearest ancestor that states it
    itself when the right is inherited, else the container of the target (one script serves its neighbours). A right
    stated on a container goes with those that objects inherit from it: one entry gives them all."""
    n = len(d)
    stated = _stated(d)
    own = d.acls.of[target].astype(np.int64) * n + principal
    explicit = np.isin(own, stated)
    out = d.parent[target].astype(np.int64)
    inherited = np.flatnonzero(~explicit & (d.acls.of[target] >= 0))
    keys, inverse = np.unique(
        principal[inherited].astype(np.int64) * (n + 1) + out[inherited] + 1, return_inverse=True
    )
    known = set(stated.tolist())
    found = [_origin(d, key // (n + 1), key % (n + 1) - 1, known) for key in keys.tolist()]
    if not found:
        return out
    origins = np.array(found, np.int64)
    out[inherited] = origins[inverse]
    above = np.flatnonzero(explicit & np.isin(target, origins))
    given = keys // (n + 1) * n + origins
    above = above[np.isin(principal[above].astype(np.int64) * n + target[above], given)]
    out[above] = target[above]
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
