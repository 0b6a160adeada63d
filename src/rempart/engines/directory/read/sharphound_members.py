"""The files of a SharpHound collection, in their order; a second process reads the last ones of a large collection.

Whatever the second process lacks (a core, a permission, memory) or meets, nothing is lost: what it did not give is read
here, and the result is the same, row by row, since the files are cut at the same places.
"""

import os
import sys
from collections.abc import Sequence
from operator import mul
from pathlib import Path
from typing import Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.read.archives import Member
from rempart.engines.directory.read.second_reader import SecondReader
from rempart.engines.directory.read.sharphound import SharpHoundReader
from rempart.engines.directory.read.sharphound_part import Part
from rempart.engines.directory.transfer import join
from rempart.kernel.progress import Observer

SMALLEST = 96 << 20
"""Bytes of JSON below which a second process costs more than it brings."""
HEAD_START = 20 << 20
"""Half the bytes that are read here while the second process starts."""
NEAR: Final = 16 << 20
"""Bytes of a file that are not worth being read apart from the rest of it."""
_WEIGHTS: Final = (("groups", 1.375), ("computers", 1.375))
"""What a byte of a file costs, by what its name holds, beside a byte of users."""


def read_members(
    path: Path,
    members: Sequence[Member],
    reader: SharpHoundReader,
    builder: Builder,
    observer: Observer,
) -> None:
    """Read these members of the container at `path`. Raises UnreadableSource."""
    number, offset = shares(members)
    last = [member.name for member in members[number:]]
    with SecondReader(path, last, offset, allowed=_may_start()) as second:
        _read_all(members[:number], reader, observer)
        if offset:
            ended = _read_around(members[number], offset, reader, builder, observer, second)
            number = len(members) if ended else number + 1
        elif (part := second.part()) is not None:
            _add(part, reader, builder, observer)
            number = len(members)
        _read_all(members[number:], reader, observer)


def shares(members: Sequence[Member]) -> tuple[int, int]:
    """Number of the member, and offset in its array, from which a second process reads; the number of members when it
    has nothing to read."""
    sizes = [member.size for member in members]
    weights = [_weight(member.name) for member in members]
    left = sum(map(mul, sizes, weights)) / 2 + HEAD_START
    if sum(sizes) >= SMALLEST:
        for number, (size, weight) in enumerate(zip(sizes, weights, strict=True)):
            here = int(left / weight)
            if here < NEAR:
                return number, 0
            if here < size - NEAR:
                return number, here
            left -= min(here, size) * weight
    return len(members), 0


def _weight(name: str) -> float:
    return next((weight for word, weight in _WEIGHTS if word in name.lower()), 1.0)


def _may_start() -> bool:
    """A program frozen in one file has no interpreter to start."""
    return (os.cpu_count() or 1) > 1 and bool(sys.executable) and not hasattr(sys, "frozen")


def _read_all(members: Sequence[Member], reader: SharpHoundReader, observer: Observer) -> None:
    for member in members:
        observer.stage(f"Lecture de {member.name}")
        with member.open() as stream:
            reader.read(member.name, stream)


def _read_around(
    member: Member,
    offset: int,
    reader: SharpHoundReader,
    builder: Builder,
    observer: Observer,
    second: SecondReader,
) -> bool:
    """Read a member up to an offset, and have the rest of it from the second process; whether it gave it, and with it
    all the members that follow."""
    observer.stage(f"Lecture de {member.name}")
    with member.open() as stream:
        opened = reader.open(member.name, stream)
        if opened is None:
            return False
        part = None if reader.go_on(opened, offset) else second.part()
        if part is None or part.start != opened.file.at:
            if opened.file.halted:
                reader.go_on(opened)
            reader.close(opened)
            return False
        opened.count += part.resumed
        opened.file.around.update(part.around)
        reader.close(opened)
        _add(part, reader, builder, observer)
        return True


def _add(part: Part, reader: SharpHoundReader, builder: Builder, observer: Observer) -> None:
    reader.pending.join(part.pending, join(builder, part.collected))
    observer.advance(part.read)
    for note in part.notes:
        observer.note(note)
