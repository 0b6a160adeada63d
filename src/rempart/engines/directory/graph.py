"""The control graph: an edge u → v says that u can act as v, or take control of it.

Edges are columns (source row, target row, kind); kinds are those of `content/directory_relations`, whose order
gives the codes. Edges that leave Tier 0 are dropped: nobody needs a path from where it leads. The search goes
backwards from Tier 0 (see paths.py), so what cannot reach it costs nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.content.directory import DirectoryRelation
from rempart.engines.directory.model import UNKNOWN, Directory, Kind, Uac

Rows = NDArray[np.int32]
Mask = NDArray[np.bool_]
FIRST_ACCOUNT: Final = 500
_NONE: Final = np.empty(0, np.int32)


@dataclass(slots=True, frozen=True)
class ControlGraph:
    """Edges as three aligned arrays; `kinds[code]` is the relation. `n` counts the rows of the directory. `via[i]` is
    the row of the template or authority that an escalation goes through, UNKNOWN for the other edges."""

    n: int
    src: Rows
    dst: Rows
    kind: NDArray[np.uint8]
    kinds: tuple[DirectoryRelation, ...]
    via: Rows
    tier0: Mask
    low: Mask  # ordinary principals: enabled users and computers outside Tier 0

    def __len__(self) -> int:
        return len(self.src)

    def code(self, relation: str) -> int:
        """Code of a kind of relation. Raises KeyError when content does not know it."""
        for code, kind in enumerate(self.kinds):
            if kind.id == relation:
                return code
        raise KeyError(relation)

    def difficulty(self) -> NDArray[np.float64]:
        """Difficulty of each edge for an attacker; a thousandth a step makes the shorter of two equal paths win."""
        table = np.array([k.difficulty for k in self.kinds], np.float64) + 0.001
        return table[self.kind]

    def without(self, relation: str) -> "ControlGraph":
        """The same graph without the edges of one kind."""
        keep = self.kind != self.code(relation)
        return self.keeping(keep)

    def keeping(self, keep: Mask) -> "ControlGraph":
        """The same graph with only the edges of a mask."""
        return ControlGraph(
            self.n,
            self.src[keep],
            self.dst[keep],
            self.kind[keep],
            self.kinds,
            self.via[keep],
            self.tier0,
            self.low,
        )


class EdgeCollector:
    """Collects edges kind by kind; unknown or non-traversable kinds are refused or ignored by name."""

    def __init__(self, relations: Mapping[str, DirectoryRelation]) -> None:
        self.kinds: Final = tuple(relations.values())
        self._codes = {relation.id: code for code, relation in enumerate(self.kinds)}
        self._parts: list[tuple[Rows, Rows, int, int]] = []

    def knows(self, relation: str) -> bool:
        """Whether edges of this kind lead anywhere."""
        code = self._codes.get(relation)
        return code is not None and self.kinds[code].traversable

    def add(
        self,
        relation: str,
        src: Iterable[int] | Rows,
        dst: Iterable[int] | Rows,
        via: int = UNKNOWN,
    ) -> None:
        """Add edges of one kind; `src` and `dst` are aligned rows. Raises KeyError when content lacks the kind."""
        code = self._codes[relation]
        sources = np.asarray(src if isinstance(src, np.ndarray) else list(src), np.int32)
        targets = np.asarray(dst if isinstance(dst, np.ndarray) else list(dst), np.int32)
        if len(sources):
            self._parts.append((sources, targets, code, via))

    def graph(self, n: int, tier0: Mask, low: Mask) -> ControlGraph:
        """The graph of what was collected, without loops and without the edges that leave Tier 0."""
        counts = [len(p[0]) for p in self._parts]
        src = np.concatenate([_NONE, *(p[0] for p in self._parts)])
        dst = np.concatenate([_NONE, *(p[1] for p in self._parts)])
        kind = np.repeat(np.array([p[2] for p in self._parts], np.uint8), counts)
        via = np.repeat(np.array([p[3] for p in self._parts], np.int32), counts)
        keep = (src != dst) & ~tier0[src]
        return ControlGraph(n, src[keep], dst[keep], kind[keep], self.kinds, via[keep], tier0, low)


def ordinary(directory: Directory, tier0: Mask) -> Mask:
    """Ordinary principals: enabled users and computers outside Tier 0, accounts of trusts and krbtgt left out, and the
    identities that no domain issues (Network Service), which collectors list among the users."""
    d = directory
    mask: Mask = d.enabled() & ~tier0
    mask &= ~d.flag(Uac.INTERDOMAIN_TRUST_ACCOUNT)
    mask &= ~((d.kind == Kind.USER) & (d.rid == 502))
    mask &= ~((d.rid >= 0) & (d.rid < FIRST_ACCOUNT))
    return mask
