"""Dictionaries that forget their oldest half when full, so that a sweep of any size has bounded memory."""

from itertools import islice
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(dict[K, V]):
    """At most `most` entries."""

    __slots__ = ("_most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        forget(self, self._most)
        _set(self, key, value)


def forget(kept: dict[Any, Any], most: int) -> None:
    """Forget the oldest half when there are `most` entries."""
    if len(kept) >= most:
        for old in list(islice(kept, most // 2)):
            del kept[old]


_set = dict.__setitem__
