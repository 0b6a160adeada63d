"""Workbook and actions: all the objects, and no cell that a spreadsheet would run."""

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from rempart.render import csv as actions_csv, xlsx
from rempart.render.csv import neutral
from support import reports


def sheet(data: bytes, name: str) -> list[list[object]]:
    """The rows of a sheet, read by another library than the one that wrote it."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name).to_python()


def test_the_workbook_holds_every_object_of_every_control() -> None:
    rows = sheet(xlsx.workbook(reports.sample()), "Objets")
    servers = [r for r in rows if r[0] == "vuln_password_change_server_no_change_90"]
    assert len(servers) == 73
    assert servers[0][2:5] == ["SRV-000@CHU.TEST", "ordinateur", "91 jours"]


def test_the_workbook_has_its_sheets_in_order() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.workbook(reports.sample())))
    assert book.sheet_names[:6] == ["Synthèse", "Points de contrôle", "Objets", "Chemins", "Plan", "Exposition"]  # fmt: skip


def test_figures_are_numbers_in_the_workbook() -> None:
    rows = sheet(xlsx.workbook(reports.sample()), "Plan")
    assert rows[1][2] == 4.0
    assert rows[1][5] == 6.0


def test_a_formula_in_a_name_stays_a_text() -> None:
    data = xlsx.workbook(reports.hostile())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n]
    assert not [s for s in sheets if b"<f>" in s or b"<hyperlink" in s]
    assert any(r[2] == "=cmd|' /C calc'!A0" for r in sheet(data, "Objets"))


def test_the_same_report_gives_the_same_workbook() -> None:
    assert xlsx.workbook(reports.sample()) == xlsx.workbook(reports.sample())


def test_a_group_has_its_directories_and_its_duplicates() -> None:
    data = xlsx.workbook(reports.group())
    assert [r[0] for r in sheet(data, "Annuaires")[1:]] == ["chu.test", "ghs.test"]
    assert len(sheet(data, "Doublons")) == 3


def test_a_full_sheet_goes_on_in_a_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROW_LIMIT", 50)
    data = xlsx.workbook(reports.sample())
    assert len(sheet(data, "Objets")) == 51
    assert len(sheet(data, "Objets 2")) > 20


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM", "\tx", "\rx", " =1", "＝1"])
def test_a_cell_that_would_run_is_neutralised(text: str) -> None:
    assert neutral(text).startswith("'")


def test_an_ordinary_cell_is_left_alone() -> None:
    assert neutral("Retirer le droit = oui") == "Retirer le droit = oui"
    assert neutral("") == ""


def test_actions_open_in_a_french_spreadsheet() -> None:
    data = actions_csv.actions(reports.sample())
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["rang", "identifiant", "geste", "cout"]
    assert [r[0] for r in rows[1:]] == ["1", "2"]
    assert rows[1][5] == "vuln_permissions_naming_context"


def test_no_hostile_action_begins_a_cell_with_a_formula() -> None:
    text = actions_csv.actions(reports.hostile()).decode("utf-8-sig")
    cells = [c for row in csv.reader(io.StringIO(text), delimiter=";") for c in row]
    assert not [c for c in cells if c[:1] in "=+-@\t\r" and c]
