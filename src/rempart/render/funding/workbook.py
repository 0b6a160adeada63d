"""The balance of expenses as a workbook: no cell is a formula, whatever it begins with."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from rempart.render.text import clip, visible
from rempart.render.xlsx_sheet import CELL_LIMIT, PLAIN_CELLS

HEADS: Final = {
    "Dépense": 48, "Nature": 40, "Fournisseur": 28, "N° de facture": 16, "Engagée le": 12, "Facturée le": 12,
    "Montant (€)": 14, "Déjà financé par ailleurs (€)": 14, "Compté (€)": 14, "Période": 24, "Pièce": 40,
}  # fmt: skip
Cell = str | float | None


def balance_xlsx(
    rows: Sequence[Sequence[Cell]], totals: Sequence[tuple[str, Cell]], remarks: Sequence[str]
) -> bytes:
    """Two sheets: the ledger, and its totals with what is to be known of them."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, PLAIN_CELLS) as book:
        head = book.add_format({"bold": True, "bg_color": "#E1EEF0", "border": 1})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet = book.add_worksheet("Dépenses")
        sheet.freeze_panes(1, 1)
        for column, (words, width) in enumerate(HEADS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, words, head)
        for line, cells in enumerate(rows, 1):
            _write(sheet, line, cells, money)
        sheet.autofilter(0, 0, max(len(rows), 1), len(HEADS) - 1)
        sheet = book.add_worksheet("Bilan")
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 1, 18)
        line = 0
        for line, (words, value) in enumerate(totals):
            _write(sheet, line, (words, value), money)
        for offset, words in enumerate(remarks, 2):
            _write(sheet, line + offset, (words,), money)
    return target.getvalue()


def _write(sheet: object, line: int, cells: Sequence[Cell], money: object) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, float):
            sheet.write_number(line, column, cell, money)  # type: ignore[attr-defined]
        elif cell:
            text = clip(visible(cell), CELL_LIMIT)
            sheet.write_string(line, column, text)  # type: ignore[attr-defined]
