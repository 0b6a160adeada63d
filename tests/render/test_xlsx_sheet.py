"""Rows of a sheet, as the XML that a spreadsheet reads."""

import io

import xlsxwriter
from python_calamine import CalamineWorkbook

from rempart.render.xlsx_sheet import CELL_LIMIT, Row, Sheet, row_xml

ODD: Row = (
    *("<a> & b", "", " espace ", "_x0041_", "ligne\nsuivante\tet tab", "nul\x00", 3, 2.5, -1),
    *("\ud800seul", "x" * 40_000, "=1+1"),
)


def written(direct: bool) -> bytes:
    """A workbook of one sheet with an odd row, by us or by the library cell by cell."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False}) as b:
        sheet = b.add_worksheet("F", worksheet_class=Sheet)
        for column in range(len(ODD)):
            sheet.write_string(0, column, "titre")
        if direct:
            sheet.write_rows_from(1)
            sheet.write_whole_row(1, ODD)
        else:
            for column, cell in enumerate(ODD):
                if isinstance(cell, str) and column < 6 and "\0" not in cell:
                    sheet.write_string(1, column, cell)
                elif isinstance(cell, int | float):
                    sheet.write_number(1, column, cell)
    return target.getvalue()


def cells(data: bytes) -> list[list[object]]:
    """The rows, read by another library."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_a_row_reads_as_the_library_would_have_written_it() -> None:
    ours, theirs = cells(written(direct=True)), cells(written(direct=False))
    assert ours[0] == theirs[0][: len(ours[0])]
    assert ours[1][:5] == theirs[1][:5] == ["<a> & b", "", " espace ", "_x0041_", ODD[4]]
    assert ours[1][6:9] == theirs[1][6:9] == [3.0, 2.5, -1.0]


def test_what_no_cell_may_hold_is_made_visible_and_bounded() -> None:
    row = cells(written(direct=True))[1]
    assert (row[5], row[9], row[11]) == ("nul⟨U+0000⟩", "⟨U+D800⟩seul", "=1+1")
    assert str(row[10]).startswith("x" * CELL_LIMIT + "… (40000 caractères)")


def test_a_name_that_looks_like_a_code_of_excel_is_escaped() -> None:
    assert "<t>_x005F_x0041_</t>" in row_xml(1, ["_x0041_"])
    assert "<t>_x_</t>" in row_xml(1, ["_x_"])
