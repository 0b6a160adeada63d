"""Raw JSON lists of small objects, of which the same few come back again and again: each is decoded once.

A list is cut at the bytes that stand between two of its objects. A cut at the wrong place would leave a string or a
bracket open, and what stands before it would not decode: then the list is decoded as JSON, whole.
"""

from abc import ABC, abstractmethod
from typing import Any, Final

import msgspec

ABSENT: Final = -1
"""What stands for a list that is not there, or is no list."""
_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class _NotOneObject(Exception):
    """Bytes that are not those of one object: the list was cut at the wrong place."""


class ItemTable(dict[bytes, int], ABC):
    """Bytes between the braces of an object → its number."""

    def __init__(self, decoder: msgspec.json.Decoder[Any], unreadable: int) -> None:
        """`unreadable` is the number of what `decoder` refuses."""
        super().__init__()
        self._decoder = decoder
        self._unreadable = unreadable
        self._between = b"},{"

    @abstractmethod
    def number_of(self, item: Any) -> int:
        """The number of a decoded object."""

    def numbers(self, whole: bytes) -> list[int] | None:
        """The numbers of the items of a JSON list; None when it is not one."""
        if whole[:2] == b"[{" and whole[-2:] == b"}]":
            try:
                return list(map(self.__getitem__, whole[2:-2].split(self._between)))
            except _NotOneObject:
                pass
        elif whole == b"[]":
            return []
        return self._decoded(whole)

    def __missing__(self, inner: bytes) -> int:
        raw = b"{" + inner + b"}"
        try:
            found = self.number_of(self._decoder.decode(raw))
        except msgspec.ValidationError:
            self._check(raw)
            found = self._unreadable
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise _NotOneObject from fault
        self[inner] = found
        return found

    def _check(self, raw: bytes) -> None:
        """A decoder stops at the first value of another type: what follows may not be JSON."""
        try:
            msgspec.json.decode(raw)
        except msgspec.DecodeError as fault:
            raise _NotOneObject from fault

    def _decoded(self, whole: bytes) -> list[int] | None:
        try:
            items = [bytes(item) for item in _RAW_LIST.decode(whole)]
        except msgspec.DecodeError:
            return None
        self._learn(whole, items)
        return [self._unreadable if item[:1] != b"{" else self._of(item) for item in items]

    def _of(self, item: bytes) -> int:
        try:
            return self[item[1:-1]]
        except _NotOneObject:
            return self._unreadable

    def _learn(self, whole: bytes, items: list[bytes]) -> None:
        """How this collector parts two objects: some write a space."""
        if len(items) > 1 and items[0][:1] == items[1][:1] == b"{":
            end = whole.index(b"{") + len(items[0])
            self._between = whole[end - 1 : whole.index(b"{", end) + 1]
