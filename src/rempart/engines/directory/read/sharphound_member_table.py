"""What SharpHound states of the members of groups, to rows: the most numerous of all that a collection holds."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.columns import Cells
from rempart.engines.directory.read.sharphound_member_lists import MemberLists

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

    def rows(self, stated: MemberLists) -> Cells:
        """What stands for each member, UNREADABLE for one that says nothing."""
        if not self._start:
            texts = map(stated.text, range(len(stated)))
            self._start = next((s for s in map(_domain_of, texts) if s), "")
        if not self._start:
            return np.array([self[stated.text(i)] for i in range(len(stated))], np.int64)
        rid = stated.numbers(self._start)
        rid[rid >= _LARGEST] = UNREADABLE
        self._grow(int(rid.max(initial=0)) + 1)
        out = np.where(rid >= 0, self._by_rid[rid], _NOT_YET)
        left = np.flatnonzero(out == _NOT_YET)
        new = left[_first_of_each(rid[left])]
        row = self._builder.row
        # In the order in which they are met: it is that of the rows.
        found = [
            self[stated.text(i)] if number < 0 else row(stated.text(i))
            for i, number in zip(new.tolist(), rid[new].tolist(), strict=True)
        ]
        out[new] = found
        told = new[rid[new] >= 0]
        self._by_rid[rid[told]] = out[told]
        left = left[rid[left] >= 0]
        out[left] = self._by_rid[rid[left]]
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


def _first_of_each(rid: Cells) -> NDArray[np.int64]:
    """Places of the first of each RID, and of all that have none, in order."""
    _, first = np.unique(rid, return_index=True)
    return np.union1d(first, np.flatnonzero(rid < 0))


def _domain_of(identifier: str) -> str:
    """All but the RID of the SID of a domain, with its last hyphen; "" for anything else."""
    head, _, rid = identifier.rpartition("-")
    return head + "-" if head.startswith("S-1-5-21-") and rid.isdigit() else ""
