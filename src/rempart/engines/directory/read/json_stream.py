"""A SharpHound file decoded piece by piece: `{"data":[…],"meta":{…}}`, of any size, in bounded memory.

The array is cut between two objects and each piece is decoded by msgspec into typed structs. A cut is looked for
at `},{"<first key of the first object>"`: such bytes cannot stand inside a JSON string (its quotes would be
escaped), and a cut inside a nested array leaves the piece unbalanced, which msgspec refuses: then another cut is
tried. So no byte is ever looked at in Python.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, TypeVar

import msgspec

from rempart.kernel.errors import UnreadableSource

PIECE: Final = 8 << 20
LONGEST_OBJECT: Final = 512 << 20
T = TypeVar("T")
_BOM: Final = b"\xef\xbb\xbf"
_STATED_TYPE: Final = re.compile(rb'"type"\s*:\s*"([A-Za-z]{1,32})"')
_KEY: Final = re.compile(rb'\s*[{,]\s*"((?:[^"\\]|\\.)*)"\s*:\s*')


class Readable(Protocol):
    """A binary stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, empty at the end."""


class ArrayFile:
    """One file: `head` is what stands before the array, `tail` what stands after (once it was read through)."""

    def __init__(self, name: str, stream: Readable) -> None:
        self.name = name
        self.array_key = ""
        self.around: dict[str, Any] = {}
        self._stream = stream
        self._buffer = b""
        self._ended = False

    def open(self) -> bool:
        """Find the array; False when the file is JSON but holds no array at its first level.

        Raises UnreadableSource for what is not a JSON object, and for UTF-16.
        """
        self._fill(PIECE)
        if self._buffer[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self._buffer = self._recoded()
        if self._buffer.startswith(_BOM):
            self._buffer = self._buffer[len(_BOM) :]
        if not self._buffer.lstrip().startswith(b"{"):
            raise self._not_json()
        at = 0
        while (key := _KEY.match(self._buffer, at)) is not None:
            name = key[1].decode("utf-8", "replace")
            if self._buffer[key.end() : key.end() + 1] == b"[":
                self.array_key = name
                self._buffer = self._buffer[key.end() + 1 :]
                return True
            value, at = self._value_from(key.end())
            self.around[name] = value
        return False

    def stated_type(self) -> str:
        """The type that `meta` states, lower case: from before the array, or from after it when what is in memory goes
        that far; else ""."""
        meta = self.around.get("meta")
        if isinstance(meta, dict):
            return str(meta.get("type", "")).lower()
        at = self._buffer.rfind(b'"meta"')
        found = _STATED_TYPE.search(self._buffer, at) if at >= 0 else None
        return found[1].decode("ascii").lower() if found else ""

    def first_object(self) -> dict[str, Any]:
        """The first object of the array, which tells what the file holds; empty when there is none."""
        pattern = self._cut_pattern()
        if pattern is None:
            return {}
        ends = [
            m.start() + 1 for _, m in zip(range(64), pattern.finditer(self._buffer), strict=False)
        ]
        last = self._buffer.rfind(b"]", 0, self._buffer.rfind(b'"meta"') % (len(self._buffer) + 1))
        for end in [*ends, last]:
            try:
                return msgspec.json.decode(self._buffer[:end], type=dict[str, Any])
            except (msgspec.DecodeError, RecursionError):
                continue
        return {}

    def pieces(self, decode: Callable[[bytes], T]) -> Iterator[T]:
        """What `decode` gives for successive JSON arrays whose objects, put end to end, are those of the file.

        `decode` receives the bytes of an array and raises msgspec.DecodeError when they are not sound JSON.
        """
        pattern = self._cut_pattern()
        while self._fill(PIECE):
            yield from self._cut(pattern, decode)
        yield self._last(decode)

    def _cut(self, pattern: re.Pattern[bytes] | None, decode: Callable[[bytes], T]) -> Iterator[T]:
        """One piece up to a sound cut of the buffer; more is read while none is sound."""
        for cut in self._candidates(pattern):
            try:
                decoded = decode(b"[" + self._buffer[:cut] + b"]")
            except (msgspec.DecodeError, RecursionError):
                continue
            self._buffer = self._buffer[cut:].lstrip()[1:]
            yield decoded
            return
        if len(self._buffer) > LONGEST_OBJECT:
            raise UnreadableSource(
                f"{self.name} : un objet JSON dépasse {LONGEST_OBJECT >> 20} Mo.",
                expected="Un fichier de SharpHound décrit chaque objet en quelques kilo-octets.",
                todo="Relancez la collecte ; le fichier est abîmé ou hostile.",
            )
        self._fill(len(self._buffer) + PIECE)

    def _candidates(self, pattern: re.Pattern[bytes] | None) -> Iterator[int]:
        """Ends of objects where the buffer may be cut, the last first; the end of the buffer is searched first."""
        if pattern is None:
            return
        window, before = 1 << 16, len(self._buffer)
        for _ in range(3):
            start = max(0, len(self._buffer) - window)
            found = [m.start() + 1 for m in pattern.finditer(self._buffer, start)]
            yield from [cut for cut in reversed(found) if cut < before][:32]
            before, window = (found[0] if found else before), window * 16

    def _last(self, decode: Callable[[bytes], T]) -> T:
        """The end of the array, and the keys that follow it."""
        end = len(self._buffer)
        meta = self._buffer.rfind(b'"meta"')
        if meta >= 0:
            end = meta
        for _ in range(64):
            end = self._buffer.rfind(b"]", 0, end)
            if end < 0:
                break
            after = self._buffer[end + 1 :].lstrip()
            if after[:1] not in (b",", b"}"):
                continue
            try:
                decoded = decode(b"[" + self._buffer[:end] + b"]")
                self._read_tail(after)
            except (msgspec.DecodeError, RecursionError):
                continue
            self._buffer = b""
            return decoded
        raise UnreadableSource(
            f"{self.name} : le fichier JSON est tronqué ou abîmé.",
            expected='Un fichier de SharpHound se termine par « ],"meta":{…}} ».',
            todo="Recopiez la collecte depuis le poste où elle a été faite, ou relancez-la.",
        )

    def _read_tail(self, after: bytes) -> None:
        text = b"{" + after[1:] if after.startswith(b",") else b"{" + after
        self.around.update(msgspec.json.decode(text, type=dict[str, Any]))

    def _cut_pattern(self) -> re.Pattern[bytes] | None:
        first = re.match(rb'\s*\{\s*"((?:[^"\\]|\\.)*)"', self._buffer)
        if first is None:
            return None
        return re.compile(rb'\}\s*,\s*\{\s*"' + re.escape(first[1]) + rb'"')

    def _value_from(self, start: int) -> tuple[Any, int]:
        """A small value before the array (`meta` first) and where it ends."""
        for end in (
            m.end() for m in re.finditer(rb'[}\]"\d]|true|false|null', self._buffer[start:])
        ):
            piece = self._buffer[start : start + end]
            try:
                return msgspec.json.decode(piece), start + end
            except msgspec.DecodeError:
                if end > 1 << 20:
                    break
        raise self._not_json()

    def _fill(self, size: int) -> bool:
        """Read until the buffer holds `size` bytes; False when the stream has ended."""
        parts, have = [self._buffer], len(self._buffer)
        while have < size and not self._ended:
            block = self._stream.read(min(PIECE, size - have))
            self._ended = not block
            parts.append(block)
            have += len(block)
        self._buffer = b"".join(parts)
        return not self._ended

    def _recoded(self) -> bytes:
        """A file in UTF-16, as an editor may have saved it: read whole, then UTF-8 again."""
        while self._fill(len(self._buffer) + PIECE):
            pass
        try:
            return self._buffer.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError as fault:
            raise self._not_json() from fault

    def _not_json(self) -> UnreadableSource:
        start = self._buffer[:40].decode("utf-8", "replace").strip()
        return UnreadableSource(
            f"{self.name} : ce n’est pas du JSON de SharpHound (il commence par « {start} »).",
            expected='Un fichier {"data":[…],"meta":{…}} en UTF-8.',
            todo="Donnez le zip produit par SharpHound, bloodhound.py ou RustHound, sans le modifier.",
        )
