"""Lines of a registry file, by blocks: a quoted field may run over several, and a line keeps its number."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

MAX_JOINED: Final = 4
"""A quoted field that runs over more lines than this is a quote left open."""

_OPEN_QUOTE: Final = re.compile(rb'(?:^|;)"(?:[^"]|"")*$')


def blocks(chunks: Iterable[bytes]) -> Iterator[tuple[int, list[bytes], bool]]:
    """(number of the first line, lines, whether the last line of all is unfinished) for each block.

    Lines have no end mark. A line that continues the one before is joined to it and leaves an empty line in its place,
    so that the n-th line of a block is the n-th of the file. `unfinished` is true on the last block when the file does
    not end with an end of line.
    """
    number, rest = 1, b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        # What may still grow stays for the next block: the last line, and those whose quote it may close.
        kept = _joined_from(lines)
        rest = b"\n".join(lines[kept:])
        if kept:
            yield number, _whole(lines[:kept]), False
            number += kept
    if rest:
        lines = rest.split(b"\n")
        yield number, _whole(lines), bool(lines[-1])


def _joined_from(lines: list[bytes]) -> int:
    """How many lines can be given now."""
    kept = len(lines) - 1
    for place in range(max(kept - MAX_JOINED, 0), kept):
        if b'"' in lines[place] and _OPEN_QUOTE.search(lines[place]):
            return place
    return kept


def _whole(lines: list[bytes]) -> list[bytes]:
    """Lines without their carriage return, quoted ones joined."""
    found = [line[:-1] if line[-1:] == b"\r" else line for line in lines]
    for place, line in enumerate(found):
        if b'"' in line and _OPEN_QUOTE.search(line):
            _join(found, place)
    return found


def _join(lines: list[bytes], place: int) -> None:
    """Join to a line those that close its quote, or leave it as it is when none does."""
    joined = lines[place]
    for last in range(place + 1, min(place + MAX_JOINED, len(lines))):
        joined += b" " + lines[last]
        if not _OPEN_QUOTE.search(joined):
            lines[place] = joined
            lines[place + 1 : last + 1] = [b""] * (last - place)
            return
