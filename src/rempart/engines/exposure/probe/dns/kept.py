"""A dictionary that forgets its oldest half when full, so that a sweep of any size has bounded memory."""

from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(dict[K, V]):
    """At most `most` entries."""

    __slots__ = ("_most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= self._most:
            for old in list(islice(self, self._most // 2)):
                del self[old]
        _set(self, key, value)


_set = dict.__setitem__
