"""What SharpHound states of the members of groups, to rows: the most numerous of all that a collection holds."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.columns import Cells
from rempart.engines.directory.identifiers import numbers_after

UNREADABLE: Final = -1
NAMED: Final = -2
_NOT_YET: Final = np.iinfo(np.int64).min
_LARGEST: Final = 1 << 22
"""RIDs from which a table by RID would weigh more than it brings."""


class MemberTable(dict[str, int]):
    """What is stated of a member → its row; UNREADABLE, or NAMED - i for the i-th of `names`, which are distinguished
    names. Members of one domain, which are nearly all of them, are found by their RIDs."""

    def __init__(self, builder: Builder) -> None:
        super().__init__()
        self.names: list[str] = []
        self._builder = builder
        self._start = ""
        self._by_rid = np.zeros(0, np.int64)

    def rows(self, stated: Sequence[str]) -> Cells:
        """What stands for each member, "" for one that says nothing."""
        if not self._start:
            self._start = next((s for s in map(_domain_of, stated) if s), "")
        out = np.full(len(stated), _NOT_YET)
        if self._start:
            rid = numbers_after(self._start, stated)
            rid[rid >= _LARGEST] = UNREADABLE
            self._grow(int(rid.max(initial=0)) + 1)
            told = rid >= 0
            out[told] = self._by_rid[rid[told]]
        left = np.flatnonzero(out == _NOT_YET)
        out[left] = [self[stated[i]] for i in left.tolist()]
        if self._start:
            met = left[rid[left] >= 0]
            self._by_rid[rid[met]] = out[met]
        return out

    def _grow(self, size: int) -> None:
        more = size - len(self._by_rid)
        if more > 0:
            more = max(more, len(self._by_rid))
            self._by_rid = np.concatenate([self._by_rid, np.full(more, _NOT_YET)])

    def __missing__(self, stated: str) -> int:
        name = stated.upper()
        if "=" in name:
            self.names.append(name)
            found = NAMED - (len(self.names) - 1)
        else:
            found = self._builder.row(name) if name else UNREADABLE
        self[stated] = found
        return found


def _domain_of(identifier: str) -> str:
    """All but the RID of the SID of a domain, with its last hyphen; "" for anything else."""
    head, _, rid = identifier.rpartition("-")
    return head + "-" if head.startswith("S-1-5-21-") and rid.isdigit() else ""
