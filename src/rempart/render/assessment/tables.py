"""A self-assessment as tables: CSV and workbook of ours, rows that CISO Assistant imports, and JSON."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import xlsxwriter  # type: ignore[import-untyped]

from rempart.engines.maturity.answers import Kind, level_of
from rempart.render.assessment.sheet import Line, Sheet, words_of
from rempart.render.csv import neutral
from rempart.render.text import clip, visible
from rempart.render.xlsx_sheet import CELL_LIMIT, PLAIN_CELLS

SCHEMA: Final = "assessment-1"
HEADS: Final = (
    *("identifiant", "référence", "thème", "question", "réponse", "niveau", "niveau visé"),
    *("origine", "mesuré", "note", "pièces", "source"),
)
CISO_HEADS: Final = (
    *("ref_id", "name", "assessable", "compliance_result", "requirement_progress"),
    *("score", "observations"),
)
KINDS: Final = {Kind.UNKNOWN: "je ne sais pas", Kind.NOT_APPLICABLE: "sans objet"}


def as_csv(sheet: Sheet) -> bytes:
    """One item a line; UTF-8 with BOM, semicolons; no cell begins a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADS)
    writer.writerows([neutral(cell) for cell in row] for row in _rows(sheet))
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def as_xlsx(sheet: Sheet) -> bytes:
    """The same rows as a workbook without formulas."""
    return _workbook("Réponses", HEADS, _rows(sheet))


def as_ciso_xlsx(sheet: Sheet) -> bytes:
    """The workbook that CISO Assistant imports into an audit of the same framework: blanks leave what is there."""
    return _workbook("Assessment", CISO_HEADS, _ciso_rows(sheet))


def as_json(sheet: Sheet) -> bytes:
    """All that the report says, as data (schema `assessment-1`)."""
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "framework": {"id": sheet.framework.id, "version": sheet.framework.version},
        "establishment": {"name": sheet.establishment, "finess": sheet.finess},
        "made_on": sheet.made_on,
        "score": _range(sheet),
        "themes": [
            {
                "id": t.theme,
                "title": t.title,
                "low": t.score.low if t.score else None,
                "high": t.score.high if t.score else None,
            }
            for t in sheet.score.themes
        ],
        "answers": [_answer(line) for line in sheet.lines.values()],
        "first_actions": [
            {"measure": s.measure.id, "points": s.points, "items": [i.id for i in s.items]}
            for s in sheet.first
        ],
        "formula": words_of(sheet)["formula"],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=1)


def _range(sheet: Sheet) -> dict[str, float | None]:
    found = sheet.score.score
    return {"low": found.low if found else None, "high": found.high if found else None}


def _answer(line: Line) -> dict[str, Any]:
    return {
        "item": line.item.id,
        "ref": line.item.ref,
        "kind": line.given.kind.value if line.given else None,
        "level": level_of(line.item, line.given),
        "target": line.item.target,
        "origin": line.how if line.given else "",
        "measured": line.measured,
        "is_contradicted": line.is_contradicted,
        "note": line.note,
        "documents": list(line.documents),
    }


def _rows(sheet: Sheet) -> Iterable[list[str]]:
    for theme in sheet.framework.themes:
        for line in (sheet.lines[i.id] for i in theme.items if i.id in sheet.lines):
            level = level_of(line.item, line.given)
            words = next((x.text for x in line.item.levels if x.value == level), "")
            yield [
                *(line.item.id, line.item.ref, theme.title, line.item.title),
                words or (KINDS.get(line.given.kind, "") if line.given else ""),
                *("" if level is None else str(level), str(line.item.target)),
                *(line.how if line.given else "", line.measured, line.note),
                *(" ; ".join(line.documents), line.item.source.document),
            ]


def _ciso_rows(sheet: Sheet) -> Iterable[list[str]]:
    is_theirs = bool(sheet.framework.provider)
    for line in sheet.lines.values():
        level = level_of(line.item, line.given)
        yield [
            line.item.ref if is_theirs else line.item.id,
            line.item.title,
            "x",
            _result(line, level),
            "done" if line.given and line.given.kind is not Kind.UNKNOWN else "to_do",
            "" if level is None else str(level),
            line.note,
        ]


def _result(line: Line, level: int | None) -> str:
    if line.given is not None and line.given.kind is Kind.NOT_APPLICABLE:
        return "not_applicable"
    if level is None:
        return "not_assessed"
    if level >= line.item.target:
        return "compliant"
    return "non_compliant" if level == line.item.levels[0].value else "partially_compliant"


def _workbook(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN_CELLS | {"in_memory": True})
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, None)
        sheet.set_column(column, column, 18 if len(head) < 9 else 34)
    for place, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            sheet.write_string(place, column, clip(visible(cell), CELL_LIMIT))
    book.close()
    return stream.getvalue()
