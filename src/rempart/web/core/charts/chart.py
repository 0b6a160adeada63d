"""A picture as a page shows it, drawn on the server: it always comes with its words and its table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table of a picture; a link when it leads somewhere."""

    words: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: what it is (`title`), what to see in it (`see`), its SVG, its data, its source.

    `rows` are the data in words, one list a row, the first cell being the head of its row; `numeric` are the numbers
    of the columns that hold figures.
    """

    title: str
    see: str
    svg: SafeString
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    source: str = ""
    numeric: frozenset[int] = frozenset()
    key: Sequence[tuple[str, str]] = ()

    @property
    def table(self) -> list[list[tuple[Cell, bool]]]:
        """The rows, each cell with whether it is a figure."""
        return [[(cell, k in self.numeric) for k, cell in enumerate(row)] for row in self.rows]

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The heads, each with whether its column holds figures."""
        return [(words, k in self.numeric) for k, words in enumerate(self.headers)]
