"""Blocks of plain lines, which nearly all lines are: seen to be readable as a whole, by the positions of their separators."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.registry.formats import Kind
from rempart.engines.registry.rows import DATE, FIELDS, NAME, TAG

Numbers = NDArray[np.bytes_]
Places = NDArray[np.int64]

LONG: Final = 3900
"""Bytes of a line beyond which it is looked at by itself."""

_WIDTH: Final = 9
_LAST_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0])
"""Of each month by its number, none for what is not a month."""


@dataclass(frozen=True, slots=True)
class Run:
    """The plain lines of one block, all new: the number of the block, of fields, the numbers that they describe, and that they cite.

    `text` is the lines themselves, or nothing when they must be read again.
    """

    block: int
    width: int
    numbers: Numbers
    cited: Numbers
    text: bytes


class _Offsets:
    """Where the fields of each line are, in a text of one byte a character whose lines all end."""

    def __init__(self, data: bytes) -> None:
        self.bytes = np.frombuffer(data, np.uint8)
        is_end = self.bytes == ord("\n")
        marks = np.flatnonzero(is_end | (self.bytes == ord(";")))
        lines = int(np.count_nonzero(is_end))
        self.width, rest = divmod(len(marks), lines)
        self.marks = marks[: self.width * lines].reshape(lines, self.width)
        self.starts = np.concatenate(([0], self.marks[:-1, -1] + 1))
        # As many ends as lines, one at the end of each: every line has the same number of fields.
        self.is_even = not rest and bool(is_end[self.marks[:, -1]].all())

    def begin(self, place: int) -> Places:
        """First character of a field."""
        return self.starts if place == 0 else self.marks[:, place - 1] + 1

    def end(self, place: int) -> Places:
        """Past the last character of a field."""
        return self.marks[:, place]

    def lengths(self, place: int) -> Places:
        """Characters of a field."""
        return self.end(place) - self.begin(place)

    def gathered(self, begins: Places, size: int) -> Numbers:
        """The `size` bytes that begin at each place."""
        everywhere = (len(self.bytes) - size + 1,)
        return np.ndarray(everywhere, f"S{size}", self.bytes, strides=(1,))[begins]


class Checker:
    """Whether all the lines of a block are plainly readable."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._tag = TAG[kind].encode()

    def run(self, block: bytes, number: int) -> Run | None:
        """The lines of a block without quotes, if `fault` would accept each of them."""
        found = _Offsets(block)
        if b"\0" in block or not found.is_even or found.width not in FIELDS[self._kind]:
            return None
        if int((found.end(-1) - found.starts).max()) > LONG:
            return None
        if not (found.lengths(0) == len(self._tag)).all():
            return None
        if not (found.gathered(found.starts, len(self._tag)) == self._tag).all():
            return None
        numbers = _numbers(found, 1)
        cited = _numbers(found, 2) if self._kind is Kind.ESTABLISHMENTS else numbers
        if numbers is None or cited is None:
            return None
        name = NAME[self._kind]
        named = found.bytes[found.begin(name)] > ord(" ")
        if not (named & (found.lengths(name) > 0)).all() or not self._have_days(found):
            return None
        return Run(number, found.width, numbers, cited, block)

    def _have_days(self, found: _Offsets) -> bool:
        place = DATE[self._kind]
        lengths = found.lengths(place)
        if not ((lengths == 0) | (lengths == 10)).all():  # AAAA-MM-JJ
            return False
        return bool(are_days(found.gathered(found.begin(place)[lengths == 10], 10)).all())


def are_days(texts: Numbers) -> Any:
    """Whether each text of ten bytes is a day of the calendar, as AAAA-MM-JJ."""
    text = texts.view(np.uint8).reshape(-1, 10).T
    values = [(text[n] - ord("0")).astype(np.int16) for n in (0, 1, 2, 3, 5, 6, 8, 9)]
    are_figures = np.max(values, axis=0) <= 9
    year = values[0] * 1000 + values[1] * 100 + values[2] * 10 + values[3]
    month, day = values[4] * 10 + values[5], values[6] * 10 + values[7]
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _LAST_DAYS[np.clip(month, 0, 13)] + (is_leap & (month == 2))
    return (
        are_figures
        & (text[4] == ord("-"))
        & (text[7] == ord("-"))
        & (year > 0)
        & (day > 0)
        & (day <= last)
    )


def _numbers(found: _Offsets, place: int) -> Numbers | None:
    """The FINESS numbers of a column, unless something else is there."""
    if not (found.lengths(place) == _WIDTH).all():
        return None
    numbers = found.gathered(found.begin(place), _WIDTH)
    digits = numbers.view(np.uint8).reshape(-1, _WIDTH)
    is_good = digits - ord("0") <= 9
    is_good[:, 1] |= digits[:, 1] - ord("A") < 26
    return numbers if is_good.all() else None
