"""What a stock file would change: new, changed, closed, reopened, unreadable; the lines to write are kept, not their values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import numpy as np
from isal.isal_zlib import adler32, crc32

from rempart.engines.registry.formats import TITLES, Kind
from rempart.engines.registry.lines import blocks, parted, split
from rempart.engines.registry.plain import LONG, Checker, Run
from rempart.engines.registry.positions import Positions
from rempart.engines.registry.rows import FIELDS, Fields, fault, fields_of, fields_of_plain, is_day
from rempart.engines.registry.sources import Source
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.finess import PATTERN
from rempart.kernel.progress import Observer

Item = TypeVar("Item")

READING: Final = 1
"""Number of our reading of a line: raised when other values are kept, so that every row is then seen as changed."""

_ABSENT: Final = object()
_PLACED: Final = b"geolocalisation;"
_UNREADABLE_SHARE: Final = 0.1
_PREFIX: Final = {
    Kind.OPERATORS: rb"structureej;" + PATTERN.pattern.encode() + rb";[^;\0 ]",
    Kind.ESTABLISHMENTS: rb"structureet;" + (PATTERN.pattern.encode() + rb";") * 2 + rb"[^;\0 ]",
}
_KEY, _CITED = slice(12, 21), slice(22, 31)  # both tags have eleven letters
_AT_ONCE: Final = 250
"""Lines taken apart at once: their values stay in the nearest memory of the processor, which counts for half of the time."""

_KEPT: Final = 64 << 20
"""Bytes of new lines that are kept until they are written: those of a national file. Beyond, they are read again."""

SHOWN: Final = 200
"""How many lines of each sort are kept to be shown; the figures are of all."""


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
    """The answer. `changed` are lines of the file; `reopened` are among them; `gone` are numbers.

    New lines are by whole blocks in `runs`, or in `added` one by one; `first` are those that come first.
    """

    source: Source
    runs: list[Run] = field(default_factory=list)
    added: list[bytes] = field(default_factory=list)
    first: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    reopened: set[str] = field(default_factory=set)
    gone: list[str] = field(default_factory=list)
    unchanged: int = 0
    lines: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    positions: Positions = field(default_factory=Positions)

    @property
    def new(self) -> int:
        """How many lines are new."""
        return len(self.added) + sum(len(run.numbers) for run in self.runs)

    def numbers(self) -> set[str]:
        """The numbers of the new lines."""
        return _texts(self._keys())

    def cited(self, described: "Comparison | None" = None) -> set[str]:
        """The numbers of the operators that new and changed lines of establishments name; less those that are new in `described`."""
        found = {line[_CITED] for line in (*self.added, *self.changed)}
        found.update(*(run.cited.tolist() for run in self.runs))
        return _texts(found - described._keys() if described else found)

    def _keys(self) -> set[bytes]:
        keys = {line[_KEY] for line in self.added}
        keys.update(*(run.numbers.tolist() for run in self.runs))
        return keys

    def new_lines(self) -> Iterator[tuple[Fields, list[int]]]:
        """The new lines with their hashes, by batches."""
        for text, width in self._texts_of_runs():
            for lines in many(text.split(b"\n")[:-1], _AT_ONCE):
                yield fields_of_plain(lines, width), line_hashes(lines)
        for lines in many(self.added):
            yield fields_of(lines), line_hashes(lines)

    def _texts_of_runs(self) -> Iterator[tuple[bytes, int]]:
        """The lines of each run and their number of fields: as they were kept, or read again from the file."""
        again = {run.block: run.width for run in self.runs if not run.text}
        yield from ((run.text, run.width) for run in self.runs if run.text)
        for number, block, _ in blocks(self.source.chunks()) if again else ():
            if number in again:
                plain, _ = parted(block, max(self.source.header_lines - number + 1, 0))
                yield plain, again[number]


def _texts(numbers: set[bytes]) -> set[str]:
    return set(b" ".join(numbers).decode().split())


def line_hashes(lines: Sequence[bytes]) -> list[int]:
    """A signed 64-bit sum of each line: what tells that a row has not changed since it was written.

    Two checksums of 32 bits, by different rules: they guard against chance only, as the lines are those of a published
    file, and are compared with the one that had the same number.
    """
    high = np.fromiter(map(adler32, lines), np.uint64, len(lines)) << np.uint64(32)
    low = np.fromiter(map(crc32, lines), np.uint64, len(lines))
    found: list[int] = ((high | low).view(np.int64) ^ READING).tolist()
    return found


def compare(source: Source, stored: Stored, observer: Observer) -> Comparison:
    """Read a stock file of operators or establishments once, beside what is stored (which is emptied).

    Raises UnreadableSource when the file stops in the middle of a line, or when one line in ten cannot be read.
    """
    observer.stage(f"Lecture : {TITLES[source.kind]}")
    reader = _Reader(source, stored)
    for number, block, unfinished in blocks(source.chunks()):
        observer.advance(reader.take(number, block, unfinished))
    return reader.finished()


class _Reader:
    """Sorts the lines of one file as they come."""

    def __init__(self, source: Source, stored: Stored) -> None:
        self.found = Comparison(source)
        self.stored = stored
        self._known = stored.open.keys() | stored.closed.keys()
        self._new: set[bytes] = set()
        self._seen: set[bytes] = set()
        self._kept = 0
        self._quick = _Quick(source.kind)
        self._checker = Checker(source.kind)

    def take(self, number: int, block: bytes, unfinished: bool) -> int:
        """Sort one block; gives its number of lines."""
        skipped = max(self.found.source.header_lines - number + 1, 0)
        if unfinished:
            left, lines = None, 0
        else:
            left, lines = self._take_new(number, block, skipped)
        if left is None:
            rows = split(block)
            rows[:skipped] = [b""] * min(skipped, len(rows))
            lines = len(rows)
            if unfinished:
                self._refuse_truncated(number + lines - 1, rows[-1])
            if rows[0].startswith(_PLACED) or rows[-1].startswith(_PLACED):
                rows = self._take_positions(number, rows)
            left = list(enumerate(rows, start=number))
        self.found.lines += lines
        self._take_lines(left)
        return lines

    def _take_new(
        self, number: int, block: bytes, skipped: int
    ) -> tuple[list[tuple[int, bytes]] | None, int]:
        """The plain lines of a block as a whole, when all are readable and new; gives the others, and how many all were.

        None when the whole block must be looked at line by line.
        """
        known = self._known
        plain, odd = parted(block, skipped)
        if not plain or plain[_KEY] in known:
            return None, 0
        run = self._checker.run(plain, number)
        keys: set[bytes] = set() if run is None else set(run.numbers.tolist())
        if run is None or len(keys) < len(run.numbers):
            return None, 0
        if not (keys.isdisjoint(known) and keys.isdisjoint(self._new)):
            return None, 0
        self._new |= keys
        self._kept += len(plain)
        self.found.runs.append(run if self._kept <= _KEPT else replace(run, text=b""))
        if len(self.found.first) < SHOWN:
            self._show(plain.split(b"\n", SHOWN)[:-1])
        return [(number + place, line) for place, line in odd], len(keys) + len(odd)

    def _show(self, lines: list[bytes]) -> None:
        self.found.first += lines[: SHOWN - len(self.found.first)]

    def _take_lines(self, left: list[tuple[int, bytes]]) -> None:
        """Sort lines one by one."""
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
            self._show([line])
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

    def _is_day(self, day: bytes) -> bool:
        if is_day(day.decode("utf-8", errors="replace")):
            self._days.add(day)
        return day in self._days

    def __call__(self, line: bytes) -> bool:
        count = line.count(b";")
        if b"\0" in line or b'"' in line or len(line) > LONG:
            return False
        if count not in self._counts or not self._begins(line):
            return False
        after = self._after - (31 - count if self._after else 0)
        day = line.rsplit(b";", after + 1)[1]
        return day in self._days or self._is_day(day)


def many(lines: Sequence[Item], size: int = 1000) -> Iterator[Sequence[Item]]:
    """Lines, or rows, by batches, so that only the values of one batch are held at once."""
    for first in range(0, len(lines), size):
        yield lines[first : first + size]
