"""What the text of identifiers and names tells, of many at once."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.model import UNKNOWN

_DIGITS: Final = 7
_WORD: Final = np.dtype("<u8")


def numbers_after(start: str, ids: Sequence[str]) -> NDArray[np.int64]:
    """The number that follows `start` in each id that is nothing else, UNKNOWN for the others, and for numbers of more
    than seven digits or written with needless zeros. `start` has eight characters at least.

    All at once, over the bytes of the ids put end to end: a look-up for each of a million members costs five times as
    much, since each waits for memory several times.
    """
    text = "\n".join(ids)
    if not ids or not text.isascii():
        return np.full(len(ids), UNKNOWN, np.int64)
    length = np.fromiter(map(len, ids), np.int64, len(ids))
    first = np.cumsum(length + 1) - length - 1
    return numbers_at(start, np.frombuffer(text.encode("ascii"), np.uint8), first, length)


def numbers_at(
    start: str, data: NDArray[np.uint8], first: NDArray[np.int64], length: NDArray[np.int64]
) -> NDArray[np.int64]:
    """`numbers_after` for ids that are bytes of `data`: where each one starts, and its length."""
    out, head = np.full(len(first), UNKNOWN, np.int64), start.encode()
    width = length - len(head)
    at = np.flatnonzero((width >= 1) & (width <= _DIGITS))
    at = at[_begin(data, first[at], head)] if len(at) else at
    for digits in range(1, _DIGITS + 1):
        here = at[width[at] == digits]
        place = first[here] + len(head)
        number, sound = np.zeros(len(here), np.int64), np.ones(len(here), np.bool_)
        for k in range(digits):
            digit = data[place + k] - np.uint8(48)
            sound &= digit <= 9
            number = number * 10 + digit
        sound &= (number >= 10 ** (digits - 1)) | (digits == 1)
        out[here[sound]] = number[sound]
    return out


def _begin(data: NDArray[np.uint8], at: NDArray[np.int64], head: bytes) -> NDArray[np.bool_]:
    """Whether the bytes at each place begin with `head`, compared by words of eight."""
    same = np.ones(len(at), np.bool_)
    for offset in [*range(0, len(head) - 8, 8), len(head) - 8]:
        same &= words_at(data, at + offset) == np.frombuffer(head, _WORD, 1, offset)[0]
    return same


def words_at(data: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The eight bytes of `data` from each place."""
    words: NDArray[np.uint64] = np.ndarray((len(data) - 7,), _WORD, data.data, strides=(1,))
    return words[at]


def beginning(texts: Sequence[str], *starts: str) -> list[int]:
    """Places of the texts that begin with one of these lower-case starts, whatever their case: one search in all the
    texts put end to end."""
    return Beginnings(texts).places(*starts)


class Beginnings:
    """Texts put end to end, in lower case, to be searched several times by what they begin with."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._whole = "\n".join(["", *texts]).lower()
        self._sound = self._whole.count("\n") == len(texts)

    def places(self, *starts: str) -> list[int]:
        """Places of the texts that begin with one of these lower-case starts, whatever their case."""
        if not self._sound:
            return [i for i, text in enumerate(self._texts) if text.lower().startswith(starts)]
        whole, found = self._whole, set()
        for start in starts:
            place, last = -1, 0
            at = whole.find("\n" + start)
            while at >= 0:
                place += whole.count("\n", last, at + 1)
                found.add(place)
                last = at + 1
                at = whole.find("\n" + start, last)
        return sorted(found)


def rids_and_domains(
    ids: Sequence[str], domains: Mapping[str, int], by_name: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """RID and domain row of each id, UNKNOWN where its text does not tell.

    `domains` gives the row of a domain SID, `by_name` that of a DNS name in upper case, for the prefixed well-known
    SIDs.
    """
    rid, domain = np.full(len(ids), UNKNOWN, np.int64), np.full(len(ids), UNKNOWN, np.int32)
    for sid, row in domains.items():
        if sid.startswith("S-1-5-21-"):
            found = numbers_after(sid + "-", ids)
            rid[found >= 0], domain[found >= 0] = found[found >= 0], row
    left = np.flatnonzero(rid == UNKNOWN)
    prefixes = _Prefixes(domains, by_name)
    cut = [ids[row].rpartition("-") for row in left.tolist()]
    domain[left] = [prefixes[head] for head, _, _ in cut]
    rid[left] = [int(t) if t.isdigit() and len(t) < 12 else UNKNOWN for _, _, t in cut]
    rid[domain == _NO_SID] = UNKNOWN
    domain[domain == _NO_SID] = UNKNOWN
    for identifier, row in domains.items():
        if identifier.startswith("S-1-5-21-"):
            domain[row] = row
    return rid, domain


_NO_SID = -2


class _Prefixes(dict[str, int]):
    """All but the last part of an identifier → row of its domain, each looked at once; _NO_SID when it is no SID."""

    def __init__(self, domains: Mapping[str, int], by_name: Mapping[str, int]) -> None:
        super().__init__()
        self._domains, self._by_name = domains, by_name

    def __missing__(self, head: str) -> int:
        found = self[head] = self._of(head + "-")
        return found

    def _of(self, start: str) -> int:
        if start.startswith("S-1-5-21-"):
            return self._domains.get(start[:-1], UNKNOWN)
        if start.startswith("S-1-"):
            # A collector that leaves out the prefix can only mean the one domain that it read.
            return next(iter(self._domains.values())) if len(self._domains) == 1 else UNKNOWN
        if "-S-1-" in start:
            return self._by_name.get(start.partition("-S-1-")[0], UNKNOWN)
        return UNKNOWN if "S-1-" in start else _NO_SID
