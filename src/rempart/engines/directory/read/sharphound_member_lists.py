"""The lists of members of a piece of a SharpHound file, as bytes: where each member is named, found all at once.

Decoding each reference costs more than all the rest of what is done of a member. So the quotes are found in the lists
put end to end: in lists that are nothing but `{"ObjectIdentifier":"…","ObjectType":"…"}`, as every collector writes them
today, they stand at known distances of each other. Lists of another form are decoded.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from msgspec import Raw
from numpy.typing import NDArray

from rempart.engines.directory.columns import Cells
from rempart.engines.directory.identifiers import numbers_after, numbers_at, words_at
from rempart.engines.directory.read.sharphound_structs import ANY, REF, REFS, Ref

_NONE: Final = (b"", b"null")
_EMPTY: Final = b"[]"
_QUOTES: Final = 8
_KEY: Final = b"ObjectIdentifier"
_OTHER: Final = b"ObjectType"
_WORDS: Final = np.frombuffer(_KEY, "<u8")


class MemberLists:
    """Members of many groups one after the other: `counts` of each group, and whether any list was `told`."""

    def __init__(self, lists: Sequence[Raw]) -> None:
        """`lists` are the JSON of each list, empty when it is absent; any item of another shape is left out."""
        stated = [bytes(raw) for raw in lists]
        self.told = any(raw not in _NONE for raw in stated)
        self.counts = np.array([raw.count(b"{") for raw in stated], np.int64)
        self._texts: list[str] = []
        self._whole = b"".join([raw for raw in stated if raw not in _NONE and raw != _EMPTY])
        self._data = np.frombuffer(self._whole, np.uint8)
        found = _named(self._whole, self._data, self.counts) if self._whole else (_NO, _NO)
        if found is None:
            refs = [_decoded(raw) for raw in stated]
            self.told = any(members is not None for members in refs)
            self.counts = np.array([len(members or ()) for members in refs], np.int64)
            self._texts = [r.ObjectIdentifier or r.MemberId or "" for m in refs for r in m or ()]
            found = _NO, _NO
        self._first, self._length = found

    def text(self, number: int) -> str:
        """What is stated of a member, "" when nothing is."""
        if self._texts:
            return self._texts[number]
        first = int(self._first[number])
        return self._whole[first : first + int(self._length[number])].decode("ascii")

    def numbers(self, start: str) -> Cells:
        """The number that follows `start` in what is stated of each member (see `numbers_after`)."""
        if self._texts:
            return numbers_after(start, self._texts)
        return numbers_at(start, self._data, self._first, self._length)

    def __len__(self) -> int:
        return len(self._texts) or len(self._first)


_NO: Final[Cells] = np.zeros(0, np.int64)


def _named(whole: bytes, data: NDArray[np.uint8], counts: Cells) -> tuple[Cells, Cells] | None:
    """Where the identifier of each member starts, and its length; None when a list is of another form.

    JSON leaves no choice of what stands between two quotes at these distances, where no text holds an escape: the quotes
    of a reference follow a brace, there are eight for each brace, and nothing but a comma parts two references.
    """
    if b"\\" in whole or not whole.isascii():
        return None
    at = np.flatnonzero(data == ord('"'))
    if not len(at) or len(at) != _QUOTES * int(counts.sum()):
        return None
    q = at.reshape(-1, _QUOTES)
    space = int(q[0, 2] - q[0, 1]) - 2
    gap = np.full(len(q) + 1, 4 + space)
    full = counts[counts > 0]
    gap[0] = gap[np.cumsum(full)] = 5
    end, start = np.concatenate([[-3], q[:, 7]]), np.concatenate([q[:, 0], [len(data) + 2]])
    sound = space in (0, 1) and bool(
        (start - end == gap).all()
        and (data[q[:, 0] - 1] == ord("{")).all()
        and all((q[:, k + 1] - q[:, k] == 2 + space).all() for k in (1, 3, 5))
        and (q[:, 1] - q[:, 0] == len(_KEY) + 1).all()
        and (q[:, 5] - q[:, 4] == len(_OTHER) + 1).all()
        and (words_at(data, q[:, 0] + 1) == _WORDS[0]).all()
        and (words_at(data, q[:, 0] + 9) == _WORDS[1]).all()
    )
    return (q[:, 2] + 1, q[:, 3] - q[:, 2] - 1) if sound else None


def _decoded(raw: bytes) -> list[Ref] | None:
    """The references of a list; None when there is none, or when it is no list."""
    if not raw:
        return None
    try:
        found: list[Ref] | None = REFS.decode(raw)
    except msgspec.ValidationError:
        items = ANY.decode(raw)
        return [r for r in map(_reference, items) if r] if isinstance(items, list) else None
    return found


def _reference(item: object) -> Ref | None:
    try:
        found: Ref = REF.decode(msgspec.json.encode(item))
    except msgspec.ValidationError:
        return None
    return found
