"""Lines of a registry file, by blocks: a quoted field may run over several, and a line keeps its number."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

MAX_JOINED: Final = 4
"""A quoted field that runs over more lines than this is a quote left open."""

_OPEN_QUOTE: Final = re.compile(rb'(?:^|;)"(?:[^"]|"")*$')


def blocks(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """(number of the first line, whole lines, whether the last line of all is unfinished) for each block.

    No quoted field is cut by the end of a block. `unfinished` is true on the last one when the file does not end with an
    end of line.
    """
    number, rest = 1, b""
    for chunk in chunks:
        data = rest + chunk
        # What may still grow stays for the next block: the last line, and those whose quote it may close.
        cut = _cut(data)
        rest = data[cut:]
        if cut:
            yield number, data[:cut], False
            number += data.count(b"\n", 0, cut)
    if rest:
        yield number, rest, not rest.endswith(b"\n")


def _cut(data: bytes) -> int:
    """Where the lines that can be given now end."""
    first = end = len(data)
    for _ in range(MAX_JOINED + 1):
        end = data.rfind(b"\n", 0, end)
        first = end + 1
        if end < 0:
            break
    *whole, _ = data[first:].split(b"\n")
    for line in whole:
        if b'"' in line and _OPEN_QUOTE.search(line):
            break
        first += len(line) + 1
    return first


def split(block: bytes) -> list[bytes]:
    """The lines of a block, without their ends.

    A line that continues the one before is joined to it and leaves an empty line in its place, so that the n-th line
    of the block is the n-th of the answer.
    """
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if b"\r" in block:
        lines = [line[:-1] if line[-1:] == b"\r" else line for line in lines]
    if b'"' in block:
        for place, line in enumerate(lines):
            if b'"' in line and _OPEN_QUOTE.search(line):
                _join(lines, place)
    return lines


def parted(block: bytes, skipped: int = 0) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The lines of a block that hold no quote, each with its end; and the others, with their places in the block.

    The first `skipped` lines are left out.
    """
    for _ in range(skipped):
        block = block[block.find(b"\n") + 1 :]
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    plain, odd, done, place = [], [], 0, skipped
    while (quote := block.find(b'"', done)) >= 0:
        start = max(block.rfind(b"\n", done, quote) + 1, done)
        end = block.find(b"\n", quote) + 1 or len(block)
        line = block[start:end].rstrip(b"\n")
        if _OPEN_QUOTE.search(line):
            return _parted_by_line(block, skipped)
        place += block.count(b"\n", done, start)
        odd.append((place, line))
        place += 1
        plain.append(block[done:start])
        done = end
    return b"".join([*plain, block[done:]]) if odd else block, odd


def _parted_by_line(block: bytes, skipped: int) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The same, where a quoted field runs over several lines."""
    lines = split(block)
    odd = [(place, line) for place, line in enumerate(lines, skipped) if b'"' in line]
    plain = [line for line in lines if line and b'"' not in line]
    return b"".join([line + b"\n" for line in plain]), odd


def _join(lines: list[bytes], place: int) -> None:
    """Join to a line those that close its quote, or leave it as it is when none does."""
    joined = lines[place]
    for last in range(place + 1, min(place + MAX_JOINED, len(lines))):
        joined += b" " + lines[last]
        if not _OPEN_QUOTE.search(joined):
            lines[place] = joined
            lines[place + 1 : last + 1] = [b""] * (last - place)
            return
