"""A SharpHound file decoded piece by piece: `{"data":[…],"meta":{…}}`, of any size, in bounded memory.

The array is cut between two objects and each piece is decoded by msgspec into typed structs. A cut is looked for
at `},{"<first key of the first object>"`: such bytes cannot stand inside a JSON string (its quotes would be
escaped), and a cut inside a nested array leaves the piece unbalanced, which msgspec refuses: then another cut is
tried. So no byte is ever looked at in Python.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol, TypeVar

import msgspec

from rempart.kernel.errors import UnreadableSource

PIECE: Final = 2 << 20
"""Bytes that are decoded at once: few enough to stay in the cache of the processor, from the inflater to the columns."""
FIRST_PIECES: Final = 4
"""Pieces that are read before anything is decoded: the first object, which tells what the file holds, may be a large
group."""
LONGEST_OBJECT: Final = 512 << 20
LARGE_OBJECT: Final = 8 << 20
LONGEST_KEY: Final = 1 << 16
"""What may stand between the end of an object and the second key of the next one."""
T = TypeVar("T")
_BOM: Final = b"\xef\xbb\xbf"
_STATED_TYPE: Final = re.compile(rb'"type"\s*:\s*"([A-Za-z]{1,32})"')
_SCALAR: Final = rb'(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)'
_FIRST_KEYS: Final = re.compile(
    rb'\s*\{\s*"((?:[^"\\]|\\.)*)"(?:\s*:\s*' + _SCALAR + rb'\s*,\s*"((?:[^"\\]|\\.)*)")?'
)
_ONE_VALUE: Final = json.JSONDecoder().raw_decode
"""Reads a value and says where it ends, which msgspec does not; what comes before an array is small."""
_KEY: Final = re.compile(rb'\s*[{,]\s*"((?:[^"\\]|\\.)*)"\s*:\s*')


class Readable(Protocol):
    """A binary stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, empty at the end."""


class ArrayFile:
    """One file: `around` is what stands before the array, and after it once it was read through; `at` counts the bytes
    of the array that are behind."""

    def __init__(self, name: str, stream: Readable) -> None:
        self.name = name
        self.array_key = ""
        self.around: dict[str, Any] = {}
        self._stream = stream
        self.halted = False
        self.at = 0
        self._buffer = b""
        self._ended = False
        self._patterns: tuple[re.Pattern[bytes], ...] = ()

    def open(self) -> bool:
        """Find the array; False when the file is JSON but holds no array at its first level.

        Raises UnreadableSource for what is not a JSON object, and for UTF-16.
        """
        self._fill(FIRST_PIECES * PIECE)
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
        patterns = self._cut_patterns()
        if not patterns:
            return {}
        matches = patterns[-1].finditer(self._buffer)
        ends = [m.start() + 1 for _, m in zip(range(64), matches, strict=False)]
        last = self._buffer.rfind(b"]", 0, self._buffer.rfind(b'"meta"') % (len(self._buffer) + 1))
        for end in [*ends, last]:
            try:
                return msgspec.json.decode(self._buffer[:end], type=dict[str, Any])
            except (msgspec.DecodeError, RecursionError):
                continue
            except UnicodeDecodeError as fault:
                raise self.not_utf8() from fault
        return {}

    def pieces(self, decode: Callable[[bytes], T], until: int | None = None) -> Iterator[T]:
        """What `decode` gives for successive JSON arrays whose objects, put end to end, are those of the file.

        `decode` receives the bytes of an array and raises msgspec.DecodeError when they are not sound JSON. With
        `until`, stops at the boundary that `skip` finds for this offset (`halted` tells whether there was one): the
        next call goes on from there.
        """
        self.halted = False
        patterns = self._cut_patterns()
        more = True
        while more:
            more = self._fill(PIECE)
            if until is not None and (cut := self._boundary(patterns, until)) is not None:
                decoded = self._decoded(cut, decode)
                if decoded is not None:
                    self.halted = True
                    yield decoded
                    return
                until = None
            if more:
                yield from self._cut(patterns, decode)
        yield self._last(decode)

    def skip(self, offset: int) -> bool:
        """Leave out the objects before the first boundary at or after this offset of the array; False when there is
        none. What is left out is not verified: whoever reads it does."""
        patterns = self._cut_patterns()
        more = True
        while more:
            more = self._fill(PIECE)
            cut = self._boundary(patterns, offset)
            if cut is not None:
                self._drop(cut)
                return True
            end = self.at + len(self._buffer)
            self._drop(max(0, min(offset, end - LONGEST_KEY) - self.at), comma=False)
        return False

    def _boundary(self, patterns: Sequence[re.Pattern[bytes]], offset: int) -> int | None:
        """The end of the first object that ends after `offset`, by the first pattern: the same for whoever searches."""
        start = max(0, offset - self.at)
        found = patterns[0].search(self._buffer, start) if patterns else None
        return None if found is None else found.start() + 1

    def _decoded(self, cut: int, decode: Callable[[bytes], T]) -> T | None:
        """What stands before a cut, which is then behind; None when the cut is not between two objects."""
        try:
            decoded = decode(b"".join((b"[", memoryview(self._buffer)[:cut], b"]")))
        except (msgspec.DecodeError, RecursionError):
            return None
        except UnicodeDecodeError as fault:
            raise self.not_utf8() from fault
        self._drop(cut)
        return decoded

    def _drop(self, size: int, *, comma: bool = True) -> None:
        """Forget the first bytes of the buffer, and the comma that follows them."""
        start = self._buffer.index(b",", size) + 1 if comma else size
        self._buffer = self._buffer[start:]
        self.at += start

    def _cut(
        self, patterns: Sequence[re.Pattern[bytes]], decode: Callable[[bytes], T]
    ) -> Iterator[T]:
        """One piece up to a sound cut of the buffer; more is read while none is sound."""
        # Inside a large object, the weaker patterns would propose cuts that are all to be tried in vain.
        tried = patterns[:1] if len(self._buffer) < LARGE_OBJECT else patterns
        for cut in self._candidates(tried):
            decoded = self._decoded(cut, decode)
            if decoded is not None:
                yield decoded
                return
        if len(self._buffer) > LONGEST_OBJECT:
            raise UnreadableSource(
                f"{self.name} : un objet JSON dépasse {LONGEST_OBJECT >> 20} Mo.",
                expected="Un fichier de SharpHound décrit chaque objet en quelques kilo-octets.",
                todo="Relancez la collecte ; le fichier est abîmé ou hostile.",
            )
        self._fill(2 * len(self._buffer))

    def _candidates(self, patterns: Sequence[re.Pattern[bytes]]) -> Iterator[int]:
        """Ends of objects where the buffer may be cut, the last first; the end of the buffer is searched first."""
        for pattern in patterns:
            window, before = 1 << 13, len(self._buffer)
            for _ in range(4):
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
            except UnicodeDecodeError as fault:
                raise self.not_utf8() from fault
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

    def _cut_patterns(self) -> tuple[re.Pattern[bytes], ...]:
        """What stands between two objects, the surest first: the first two keys of an object, since members and
        references may begin with the same one; then its first key."""
        if not self._patterns and (first := _FIRST_KEYS.match(self._buffer)) is not None:
            start = rb'\}\s*,\s*\{\s*"' + re.escape(first[1]) + rb'"'
            if first[2] is not None:
                both = start + rb"\s*:\s*" + _SCALAR + rb'\s*,\s*"' + re.escape(first[2]) + rb'"'
                self._patterns = (re.compile(both), re.compile(start))
            else:
                self._patterns = (re.compile(start),)
        return self._patterns

    def _value_from(self, start: int) -> tuple[Any, int]:
        """A value before the array (`meta` first), whole in what is in memory, and where it ends."""
        for size in (LONGEST_KEY, len(self._buffer)):
            # What is no UTF-8 keeps its place, so that characters can be counted in bytes again.
            text = self._buffer[start : start + size].decode("utf-8", "surrogateescape")
            try:
                value, end = _ONE_VALUE(text)
            except (ValueError, RecursionError):
                continue
            return value, start + len(text[:end].encode("utf-8", "surrogateescape"))
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

    def not_utf8(self) -> UnreadableSource:
        """What to say of a file with a text that is not in UTF-8."""
        return UnreadableSource(
            f"{self.name} : un texte de ce fichier n’est pas en UTF-8.",
            expected="Du JSON en UTF-8, comme l’écrivent SharpHound, bloodhound.py et RustHound.",
            todo="Donnez le fichier d’origine, sans le réenregistrer depuis un éditeur ou un tableur.",
        )

    def _not_json(self) -> UnreadableSource:
        start = self._buffer[:40].decode("utf-8", "replace").strip()
        return UnreadableSource(
            f"{self.name} : ce n’est pas du JSON de SharpHound (il commence par « {start} »).",
            expected='Un fichier {"data":[…],"meta":{…}} en UTF-8.',
            todo="Donnez le zip produit par SharpHound, bloodhound.py ou RustHound, sans le modifier.",
        )
