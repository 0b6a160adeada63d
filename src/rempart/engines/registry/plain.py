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
    """The plain lines of one block, all new: the number of the block, of fields, the numbers that they describe, and that they cite."""

    block: int
    width: int
    numbers: Numbers
    cited: Numbers


class _Offsets:
    """Where the fields of each line are, in a text of one byte a character whose lines all end."""

    def __init__(self, data: bytes) -> None:
        self.bytes = np.frombuffer(data, np.uint8)
        self.ends = np.flatnonzero(self.bytes == ord("\n"))
        self.starts = np.concatenate(([0], self.ends[:-1] + 1))
        semicolons = np.flatnonzero(self.bytes == ord(";"))
        width, rest = divmod(len(semicolons), len(self.ends))
        self.width = width + 1
        self.is_even = not rest
        if self.is_even:
            self.marks = semicolons.reshape(len(self.ends), width)

    def begin(self, place: int) -> Places:
        """First character of a field."""
        return self.starts if place == 0 else self.marks[:, place - 1] + 1

    def end(self, place: int) -> Places:
        """Past the last character of a field."""
        return self.ends if place == self.width - 1 else self.marks[:, place]

    def lengths(self, place: int) -> Places:
        """Characters of a field."""
        return self.end(place) - self.begin(place)

    def gathered(self, begins: Places, size: int) -> Any:
        """The `size` bytes that begin at each place, one row each."""
        return self.bytes[begins[:, None] + np.arange(size)]


class Checker:
    """Whether all the lines of a block are plainly readable."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._tag = TAG[kind].encode() + b";"

    def run(self, block: bytes, number: int) -> Run | None:
        """The lines of a block without quotes, if `fault` would accept each of them and no number comes twice."""
        lines = block.count(b"\n")
        if not (block.startswith(self._tag) and block.count(b"\n" + self._tag) == lines - 1):
            return None
        found = _Offsets(block)
        if b"\0" in block or not found.is_even or found.width not in FIELDS[self._kind]:
            return None
        inside = (found.marks[:, 0] > found.starts) & (found.marks[:, -1] < found.ends)
        if not inside.all() or int((found.ends - found.starts).max()) > LONG:
            return None
        numbers = _numbers(found, 1)
        cited = _numbers(found, 2) if self._kind is Kind.ESTABLISHMENTS else numbers
        if numbers is None or cited is None or len(set(numbers.tolist())) < lines:
            return None
        name = NAME[self._kind]
        named = found.bytes[found.begin(name)] > ord(" ")
        if not (named & (found.lengths(name) > 0)).all() or not self._have_days(found):
            return None
        return Run(number, found.width, numbers, cited)

    def _have_days(self, found: _Offsets) -> bool:
        place = DATE[self._kind]
        lengths = found.lengths(place)
        if not ((lengths == 0) | (lengths == 10)).all():  # AAAA-MM-JJ
            return False
        digits = found.gathered(found.begin(place)[lengths == 10], 10)
        return bool(are_days(digits).all())


def are_days(text: Any) -> Any:
    """Whether each row of ten bytes is a day of the calendar, as AAAA-MM-JJ."""
    values = text.astype(np.int64) - ord("0")
    figures = values[:, (0, 1, 2, 3, 5, 6, 8, 9)]
    year = values[:, :4] @ np.array([1000, 100, 10, 1])
    month, day = values[:, 5] * 10 + values[:, 6], values[:, 8] * 10 + values[:, 9]
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _LAST_DAYS[np.clip(month, 0, 13)] + (is_leap & (month == 2))
    return (
        ((figures >= 0) & (figures <= 9)).all(axis=1)
        & (text[:, 4] == ord("-"))
        & (text[:, 7] == ord("-"))
        & (year > 0)
        & (day > 0)
        & (day <= last)
    )


def _numbers(found: _Offsets, place: int) -> Numbers | None:
    """The FINESS numbers of a column, unless something else is there."""
    if not (found.lengths(place) == _WIDTH).all():
        return None
    digits = found.gathered(found.begin(place), _WIDTH)
    is_good = (digits >= ord("0")) & (digits <= ord("9"))
    is_good[:, 1] |= (digits[:, 1] >= ord("A")) & (digits[:, 1] <= ord("Z"))
    return digits.view("S9").ravel() if is_good.all() else None
