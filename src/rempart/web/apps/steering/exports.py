"""The portfolio as a table for a spreadsheet: text stays text, whatever a name begins with."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from typing import Any, BinaryIO, Final, cast

import xlsxwriter  # type: ignore[import-untyped]

from rempart.content.places import departments
from rempart.render.csv import neutral
from rempart.render.text import clip, visible
from rempart.render.xlsx_sheet import CELL_LIMIT, PLAIN_CELLS
from rempart.web.apps.steering.models import (
    NEVER,
    NO_DUE,
    UNKNOWN_LEVEL,
    Progress,
    Situation,
    SituationQuerySet,
)
from rempart.web.apps.steering.rules import SORTS, Asked

AT_ONCE: Final = 2000

Cell = str | int | date | None
Heading = tuple[str, int, Callable[[Situation], Cell]]


def _known(day: date) -> date | None:
    return None if day in (NEVER, NO_DUE) else day


def _place(row: Situation) -> str:
    found = departments().get(row.department)
    return found.name if found else row.department


HEADINGS: Final[tuple[Heading, ...]] = (
    ("FINESS", 11, lambda r: r.finess),
    ("Établissement", 44, lambda r: r.name),
    ("Commune", 24, lambda r: r.municipality),
    ("Code département", 9, lambda r: r.department),
    ("Département", 22, _place),
    ("Code catégorie", 9, lambda r: r.category),
    ("FINESS du gestionnaire", 11, lambda r: r.operator_id),
    ("Gestionnaire", 40, lambda r: str(r.operator) if r.operator else None),
    ("GHT", 28, lambda r: r.ght.name if r.ght else None),
    ("Niveau de l’annuaire", 9, lambda r: r.directory_level or None),
    ("Au plus", 8, lambda r: _yes(r.directory_at_most) if r.directory_level else None),
    ("Points non évalués", 10, lambda r: r.directory_not_measured),
    ("Mesuré le", 12, lambda r: r.directory_on),
    ("Comptes exposés", 10, lambda r: r.directory_exposed),
    ("Constats ouverts", 10, lambda r: _measured(r, r.findings_open)),
    ("Actions ouvertes", 10, lambda r: r.actions_open),
    ("Prochaine échéance", 12, lambda r: _known(r.next_due_on)),
    ("Dernier signe", 12, lambda r: _known(r.last_sign_on)),
    ("Auto-évaluation", 12, lambda r: Progress(r.assessment_progress).label),
    ("Auto-évaluation terminée le", 12, lambda r: r.assessed_on),
    ("Dernier référentiel", 18, lambda r: r.assessed_framework or None),
    ("Résultat partagé : au moins (%)", 12, lambda r: _percent(r.assessed_low)),
    ("Résultat partagé : au plus (%)", 12, lambda r: _percent(r.assessed_high)),
)
"""Words, width in characters, and where the cell is found; what is not known is left empty, never zero."""


def _percent(hundredths: int | None) -> int | None:
    return None if hundredths is None else round(hundredths / 100)


def _yes(value: bool) -> str:
    return "oui" if value else "non"


def _measured(row: Situation, value: int) -> int | None:
    """A count that says nothing where nothing was measured."""
    return value if row.directory_level != UNKNOWN_LEVEL or value else None


def _rows(found: SituationQuerySet, asked: Asked) -> Iterator[Situation]:
    ordered = found.select_related("operator", "ght").order_by(*SORTS[asked.sort])
    return ordered.defer("search").iterator(chunk_size=AT_ONCE)


def as_csv(found: SituationQuerySet, asked: Asked) -> Iterator[bytes]:
    """UTF-8 with its mark, semicolons: what a French spreadsheet opens at once."""
    target = StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    target.write("\ufeff")
    writer.writerow(words for words, _, _ in HEADINGS)
    for k, row in enumerate(_rows(found, asked), 1):
        writer.writerow(_text(cell(row)) for _, _, cell in HEADINGS)
        if k % AT_ONCE == 0:
            yield target.getvalue().encode("utf-8")
            target.seek(0)
            target.truncate()
    yield target.getvalue().encode("utf-8")


def _text(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return neutral(cell) if isinstance(cell, str) else cell


def as_xlsx(found: SituationQuerySet, asked: Asked) -> BinaryIO:
    """A workbook in a temporary file, written row after row, read from its beginning."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    with xlsxwriter.Workbook(target, PLAIN_CELLS) as book:
        sheet = book.add_worksheet("Établissements")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.freeze_panes(1, 2)
        for k, (words, width, _) in enumerate(HEADINGS):
            sheet.set_column(k, k, width)
            sheet.write_string(0, k, words, bold)
        for line, row in enumerate(_rows(found, asked), 1):
            for k, (_, _, cell) in enumerate(HEADINGS):
                _write(sheet, line, k, cell(row), day)
    target.seek(0)
    return cast(BinaryIO, target)


def _write(sheet: Any, line: int, column: int, cell: Cell, day: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, date):
        sheet.write_datetime(line, column, cell, day)
    elif isinstance(cell, int):
        sheet.write_number(line, column, cell)
    else:
        sheet.write_string(line, column, clip(visible(cell), CELL_LIMIT))
