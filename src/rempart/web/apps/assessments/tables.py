"""Answers typed in a workbook: read without evaluating anything, told row by row what cannot be read.

One row an item, its columns known by their heads: those of our own export, or those of CISO Assistant's.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rempart.content.frameworks import Item
from rempart.engines.maturity.answers import NOT_APPLICABLE, UNKNOWN, Given, at
from rempart.web.apps.assessments.rules import Reply, checked
from rempart.web.core.errors import Refused

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_UNPACKED: Final = 60 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, MOST_PARTS = 6_000, 200, 500
HEAD_AMONG: Final = 10
MOST_NOTE: Final = 4_000
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "item": ("identifiant", "ref_id", "id"),
    "ref": ("référence", "reference"),
    "level": ("niveau", "score"),
    "answer": ("réponse", "reponse", "compliance_result"),
    "note": ("note", "précision", "observations"),
}
WORDS: Final[Mapping[str, Given]] = {
    "je ne sais pas": UNKNOWN,
    "ne sait pas": UNKNOWN,
    "?": UNKNOWN,
    "unknown": UNKNOWN,
    "sans objet": NOT_APPLICABLE,
    "-": NOT_APPLICABLE,
    "not_applicable": NOT_APPLICABLE,
}
NOTHING: Final = ("", "not_assessed")


@dataclass(slots=True)
class ReadTable:
    """The replies that were read, and a sentence for each row that was not."""

    replies: dict[str, Reply] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_table(data: bytes, items: Sequence[Item]) -> ReadTable:
    """The replies of a workbook to these items. Raises Refused when it is not a workbook that can be read at all."""
    rows, merged = _sheet(data)
    place, columns = _head(rows)
    if low := [first for first, last in merged if last > place]:
        raise Refused(
            f"Des cellules sont fusionnées (ligne {low[0] + 1}) : on ne sait pas à quelle question elles répondent.",
            todo="Défusionnez-les dans le tableur, puis recommencez.",
        )
    found = ReadTable()
    by_name = _by_name(items)
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[place + 1 :], place + 2):
        cells = {name: _text(row[c]) if c < len(row) else "" for name, c in columns.items()}
        if any(cells.values()):
            _row(found, seen, number, cells, by_name)
    return found


def _row(
    found: ReadTable,
    seen: dict[str, int],
    number: int,
    cells: Mapping[str, str],
    by_name: Mapping[str, Item],
) -> None:
    name = cells.get("item") or cells.get("ref") or ""
    item = by_name.get(name.lower()) or by_name.get(cells.get("ref", "").lower())
    try:
        if item is None:
            raise Refused(f"« {name[:80]} » n’est pas une question de cette auto-évaluation.")
        given = _given(item, cells)
        if given is None:
            return
        if item.id in seen:
            raise Refused(f"cette question a déjà une réponse, ligne {seen[item.id]}.")
        seen[item.id] = number
        found.replies[item.id] = checked(item, Reply(given, cells.get("note", "")[:MOST_NOTE]))
    except Refused as fault:
        found.faults.append(f"Ligne {number} : {fault.found}")


def _given(item: Item, cells: Mapping[str, str]) -> Given | None:
    level, answer = cells.get("level", ""), cells.get("answer", "")
    said = WORDS.get(level.lower()) or WORDS.get(answer.lower())
    if said is not None:
        return said
    known = {str(found.value): found.value for found in item.levels}
    if level:
        if level not in known:
            raise Refused(
                f"le niveau « {level[:40]} » n’existe pas ; les niveaux vont de {item.levels[0].value} à "
                f"{item.levels[-1].value}."
            )
        return at(known[level])
    known |= {found.text.strip().lower(): found.value for found in item.levels}
    known |= {"compliant": item.target, "non_compliant": item.levels[0].value}
    if answer.lower() in NOTHING:
        return None
    if answer.lower() not in known:
        raise Refused(f"la réponse « {answer[:80]} » ne se lit pas : donnez un niveau.")
    return at(known[answer.lower()])


def _by_name(items: Sequence[Item]) -> dict[str, Item]:
    """Identifier → item, and reference → item where a single one bears it."""
    refs: dict[str, list[Item]] = {}
    for item in items:
        refs.setdefault(item.ref.lower(), []).append(item)
    found = {ref: mine[0] for ref, mine in refs.items() if ref and len(mine) == 1}
    return found | {item.id.lower(): item for item in items}


def _head(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    for place, row in enumerate(rows[:HEAD_AMONG]):
        words = [_text(cell).lower() for cell in row]
        columns = {
            name: next(words.index(head) for head in heads if head in words)
            for name, heads in HEADS.items()
            if set(heads) & set(words)
        }
        if columns.keys() & {"item", "ref"} and columns.keys() & {"level", "answer"}:
            return place, columns
    raise Refused(
        "La ligne des titres ne se reconnaît pas : il faut une colonne « identifiant » ou « référence », et une colonne "
        "« niveau » ou « réponse ».",
        todo="Partez du fichier « Réponses (XLSX) » de cette auto-évaluation.",
    )


def _sheet(data: bytes) -> tuple[list[list[Any]], list[tuple[int, int]]]:
    """The rows of the first sheet, and the first and last row of each group of merged cells."""
    import python_calamine  # noqa: PLC0415  # loaded by whoever imports, and not by every server

    packed = io.BytesIO(_safe(data))
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(packed)
        sheet = book.get_sheet_by_index(0)
        if sheet.height > MOST_ROWS or sheet.width > MOST_COLUMNS:
            raise Refused(
                f"Ce classeur a {sheet.height} lignes et {sheet.width} colonnes : c’est trop."
            )
        merged = [(a[0], b[0]) for a, b in sheet.merged_cell_ranges or []]
        return sheet.to_python(skip_empty_area=False), merged
    except (python_calamine.CalamineError, IndexError, OSError) as fault:
        raise _not_a_workbook() from fault


def _safe(data: bytes) -> bytes:
    """The workbook unpacked within bounds and packed again, so that what reads it meets no bomb."""
    target = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(target, "w") as kept:
            parts = given.infolist()
            if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED:
                raise Refused("Ce classeur est démesuré une fois décompressé.")
            if "xl/workbook.xml" not in given.namelist():
                raise _not_a_workbook()
            for part in parts:
                kept.writestr(part.filename, given.read(part))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as fault:
        raise _not_a_workbook() from fault
    return target.getvalue()


def _not_a_workbook() -> Refused:
    return Refused(
        "Ce fichier n’est pas un classeur XLSX lisible.",
        todo="Enregistrez-le au format .xlsx, sans mot de passe, puis recommencez.",
    )


def _text(cell: Any) -> str:
    """A cell as somebody reads it: 2.0 is 2."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
