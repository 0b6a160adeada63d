"""A sheet of many rows, written as its XML at once: cell by cell, XlsxWriter needs fifty times the words."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from rempart.render.text import clip, visible

PLAIN_CELLS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Options of every workbook of ours: a text stays a text, whatever it begins with, and rows leave memory as they go."""

CELL_LIMIT: Final = 32_000  # Excel refuses more than 32 767 characters in a cell
Cell = str | int | float
Row = Sequence[Cell]

# Excel reads `_x0041_` as the character of that code (ECMA-376, ST_Xstring): a name that looks so is escaped.
_CODED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_COLUMNS: Final = tuple(map(xl_col_to_name, range(64)))


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose heading is written cell by cell, and whose rows then come one after the other."""

    def write_rows_from(self, line: int) -> None:
        """End the heading: the rows begin at this line, counted from 0."""
        self._write_single_row(line)

    def write_whole_row(self, line: int, row: Row) -> None:
        """The next row: texts and numbers, without any format."""
        self.row_data_fh.write(row_xml(line, row))
        self.dim_rowmax = line


def row_xml(line: int, row: Row) -> str:
    """The XML of a row (ECMA-376, 18.3.1.73); an empty text leaves its cell empty."""
    number = line + 1
    cells = []
    for column, cell in zip(_COLUMNS, row, strict=False):
        if not isinstance(cell, str):
            cells.append(f'<c r="{column}{number}"><v>{cell:.16G}</v></c>')
        elif cell:
            cells.append(f'<c r="{column}{number}" t="inlineStr">{_inline(cell)}</c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


@lru_cache(4096)
def _inline(cell: str) -> str:
    """A text within its cell. Most cells of a long column say the same thing."""
    text = _text(cell)
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<is><t{space}>{text}</t></is>"


def _text(cell: str) -> str:
    shown = clip(visible(cell), CELL_LIMIT)
    if "&" in shown or "<" in shown or ">" in shown:
        shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CODED.sub("_x005F_", shown) if "_x" in shown else shown
