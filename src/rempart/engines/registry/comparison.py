"""What a stock file would change: new, changed, closed, reopened, unreadable; the lines to write are kept, not their values."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, TypeVar

import numpy as np

from rempart.engines.registry.formats import TITLES, Kind
from rempart.engines.registry.lines import blocks
from rempart.engines.registry.positions import Positions
from rempart.engines.registry.rows import FIELDS, fault, is_day
from rempart.engines.registry.sources import Source
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.finess import PATTERN
from rempart.kernel.progress import Observer

Item = TypeVar("Item")

READING: Final = 1
"""Number of our reading of a line: raised when other values are kept, so that every row is then seen as changed."""

_ABSENT: Final = object()
_UNREADABLE_SHARE: Final = 0.1
_LONG: Final = 3900
_PREFIX: Final = {
    Kind.OPERATORS: rb"structureej;" + PATTERN.pattern.encode() + rb";[^;\0]",
    Kind.ESTABLISHMENTS: rb"structureet;" + (PATTERN.pattern.encode() + rb";") * 2 + rb"[^;\0]",
}
_KEY: Final = slice(12, 21)  # both tags have eleven letters


@dataclass(slots=True)
class Stored:
    """What the database has of one kind: number → hash of the line it came from, open rows and closed ones apart.

    `cited` are the operators that no file has described yet: absent from a stock, they are not closed.
    """

    open: dict[bytes, int | None]
    closed: dict[bytes, int | None] = field(default_factory=dict)
    cited: frozenset[bytes] = frozenset()
    positions: dict[bytes, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that was left out: its number in the file, why, and its beginning."""

    line: int
    reason: str
    extract: str


@dataclass(slots=True)
class Comparison:
    """The answer. `added` and `changed` are lines of the file; `reopened` are among `changed`; `gone` are numbers."""

    source: Source
    added: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    reopened: set[str] = field(default_factory=set)
    gone: list[str] = field(default_factory=list)
    unchanged: int = 0
    lines: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    positions: Positions = field(default_factory=Positions)


def line_hashes(lines: list[bytes]) -> list[int]:
    """A signed 64-bit hash of each line: what tells that a row has not changed since it was written."""
    digests = b"".join([blake2b(line, digest_size=8).digest() for line in lines])
    found: list[int] = (np.frombuffer(digests, dtype=">i8").astype(np.int64) ^ READING).tolist()
    return found


def compare(source: Source, stored: Stored, observer: Observer) -> Comparison:
    """Read a stock file of operators or establishments once, beside what is stored (which is emptied).

    Raises UnreadableSource when the file stops in the middle of a line, or when one line in ten cannot be read.
    """
    observer.stage(f"Lecture : {TITLES[source.kind]}")
    reader = _Reader(source, stored)
    for number, lines, unfinished in blocks(source.chunks()):
        reader.take(number, lines, unfinished)
        observer.advance(len(lines))
    return reader.finished()


class _Reader:
    """Sorts the lines of one file as they come."""

    def __init__(self, source: Source, stored: Stored) -> None:
        self.found = Comparison(source)
        self.stored = stored
        self._known = stored.open.keys() | stored.closed.keys()
        self._new: set[bytes] = set()
        self._seen: set[bytes] = set()
        self._quick = _Quick(source.kind)

    def take(self, number: int, lines: list[bytes], unfinished: bool) -> None:
        """Sort one block."""
        if number <= self.found.source.header_lines:
            lines[: self.found.source.header_lines - number + 1] = [b""]
        if unfinished:
            self._refuse_truncated(number + len(lines) - 1, lines[-1])
        if lines[0].startswith(b"geolocalisation;") or lines[-1].startswith(b"geolocalisation;"):
            lines = self._take_positions(number, lines)
        self.found.lines += len(lines)
        left = list(enumerate(lines, start=number))
        if not self._known:
            left = self._take_new(left)
        marks = line_hashes([line for _, line in left])
        pop, unchanged = self.stored.open.pop, 0
        for (place, line), mark in zip(left, marks, strict=True):
            key = line[_KEY]
            old = pop(key, _ABSENT)
            if old == mark:
                unchanged += 1
            elif line:
                self._sort(place, line, key, old)
        self.found.unchanged += unchanged

    def _take_new(self, lines: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """With nothing stored, a block of plainly readable lines is new as a whole; gives what must be looked at."""
        plain = [line for _, line in lines if line and b'"' not in line]
        keys = {line[_KEY] for line in plain}
        doubled = len(keys) < len(plain) or not keys.isdisjoint(self._new)
        if doubled or not self._quick.all(plain):
            return lines
        self._new |= keys
        self.found.added += plain
        return [(number, line) for number, line in lines if b'"' in line]

    def _sort(self, number: int, line: bytes, key: bytes, old: object) -> None:
        """Put one line that is not already stored as it is where it belongs."""
        found = self.found
        reason = "" if self._quick(line) else fault(line, found.source.kind)
        if not reason and old is _ABSENT and self._is_double(key):
            reason = "numéro FINESS déjà lu plus haut"
        if reason:
            self._leave(number, line, reason)
        elif old is not _ABSENT:
            found.changed.append(line)
        elif key in self.stored.closed:
            found.changed.append(line)
            found.reopened.add(key.decode())
            self._seen.add(key)
        else:
            found.added.append(line)
            self._new.add(key)

    def _is_double(self, key: bytes) -> bool:
        if key in self._new or key in self._seen:
            return True
        return key in self._known and key not in self.stored.closed

    def _leave(self, number: int, line: bytes, reason: str) -> None:
        extract = line[:80].decode("utf-8", errors="replace").replace("\0", "·")
        self.found.unreadable.append(Unreadable(number, reason, extract))

    def _take_positions(self, number: int, lines: list[bytes]) -> list[bytes]:
        """Read the geolocation lines of a block, and leave empty lines in their places."""
        places = [n for n, line in enumerate(lines) if line.startswith(b"geolocalisation;")]
        taken = [lines[n] for n in places]
        for place, reason in self.found.positions.take(
            taken, line_hashes(taken), self.stored.positions
        ):
            self._leave(number + places[place], taken[place], reason)
        kept = set(places)
        return [b"" if n in kept else line for n, line in enumerate(lines)]

    def _refuse_truncated(self, number: int, line: bytes) -> None:
        wanted = FIELDS[self.found.source.kind]
        if line.startswith(b"geolocalisation;"):
            wanted = (6,)
        if line.count(b";") + 1 < min(wanted):
            raise UnreadableSource(
                f"Le fichier {self.found.source.shown} s’arrête au milieu de la ligne {number} : il est tronqué.",
                expected=f"Chaque ligne a {wanted[0]} champs et se termine par une fin de ligne.",
                todo="Téléchargez-le de nouveau. Rien n’a été écrit.",
            )

    def finished(self) -> Comparison:
        """The whole answer, once the file has been read to its end."""
        found = self.found
        if len(found.unreadable) > 10 and len(found.unreadable) > found.lines * _UNREADABLE_SHARE:
            first = found.unreadable[0]
            raise UnreadableSource(
                f"{len(found.unreadable)} lignes sur {found.lines} de {found.source.shown} ne se lisent pas ; "
                f"la première est la ligne {first.line} : {first.reason}.",
                expected=f"Des lignes de {FIELDS[found.source.kind][0]} champs séparés par des points-virgules.",
                todo="Donnez le fichier tel qu’il est publié. Rien n’a été écrit.",
            )
        cited = self.stored.cited
        found.gone = sorted(k.decode() for k in self.stored.open if k not in cited)
        return found


class _Quick:
    """Whether a line is plainly readable, without taking it apart: what nearly all of them are."""

    def __init__(self, kind: Kind) -> None:
        self._begins = re.compile(_PREFIX[kind]).match
        self._counts = {n - 1 for n in FIELDS[kind]}
        self._after = 0 if kind is Kind.OPERATORS else 3
        self._days: set[bytes] = {b""}

    def all(self, lines: list[bytes]) -> bool:
        """Whether all these lines are, none of them having a quote."""
        if {line.count(b";") for line in lines} != {max(self._counts)}:
            return False
        if not all(map(self._begins, lines)) or max(map(len, lines)) > _LONG:
            return False
        days = {line.rsplit(b";", self._after + 1)[1] for line in lines} - self._days
        return all(self._is_day(day) for day in days)

    def _is_day(self, day: bytes) -> bool:
        if is_day(day.decode("utf-8", errors="replace")):
            self._days.add(day)
        return day in self._days

    def __call__(self, line: bytes) -> bool:
        count = line.count(b";")
        if count not in self._counts or b'"' in line or not self._begins(line) or len(line) > _LONG:
            return False
        after = self._after - (31 - count if self._after else 0)
        day = line.rsplit(b";", after + 1)[1]
        return day in self._days or self._is_day(day)


def many(lines: Iterable[Item], size: int = 1000) -> Iterator[list[Item]]:
    """Lines, or rows, by batches, so that only the values of one batch are held at once."""
    batch: list[Item] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
