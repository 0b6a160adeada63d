"""Workbooks for the tests."""

import io
from collections.abc import Callable
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

Change = Callable[[Any], None]


def a_workbook(*rows: list[Any], change: Change | None = None) -> bytes:
    """A workbook of one sheet; `change` does to it what rows cannot say."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
        if change:
            change(sheet)
    return target.getvalue()
