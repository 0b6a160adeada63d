"""The columns of a table that no tool defined, for a person who will say what each of them gives."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rempart.engines.exposure.read.imports import KNOWN, head_of
from rempart.engines.exposure.read.mapped_csv import malformed, text_of
from rempart.engines.exposure.read.shared import short
from rempart.engines.exposure.read.source import LIMITS, Limits
from rempart.kernel.errors import UnreadableSource

MOST_COLUMNS: Final = 200
SAMPLE: Final = 3
_DELIMITERS: Final = (";", ",", "\t", "|")
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, what separates them, and the first lines, cut to what a page shows."""

    columns: list[str]
    delimiter: str
    sample: list[list[str]]


def header_of(path: Path, *, limits: Limits = LIMITS) -> Header:
    """The columns of a table. Raises UnreadableSource when the file is none, or not a text."""
    head = head_of(path, limits)
    if head.startswith(_ZIP):
        raise UnreadableSource(
            f"« {path.name} » est une archive ou un classeur (ZIP).",
            todo="Donnez le fichier qu’elle contient, ou enregistrez le classeur en CSV.",
        )
    text = [line for line in text_of(iter([head]), path.name) if line.strip()]
    first = text[0].strip() if text else ""
    delimiter = max(_DELIMITERS, key=first.count)
    if (
        first[:1] in ("{", "[", "<")
        or not first.replace("\t", " ").isprintable()
        or delimiter not in first
    ):
        raise UnreadableSource(
            f"« {path.name} » n’est d’aucun format connu.", expected=f"Formats lus : {KNOWN}."
        )
    try:
        rows = csv.reader(text, delimiter=delimiter)
        columns = [cell.strip() for cell in next(rows, [])]
        sample = [row for _, row in zip(range(SAMPLE), rows, strict=False)]
    except csv.Error as fault:
        raise malformed(path.name, 1, fault) from fault
    if len(columns) > MOST_COLUMNS:
        raise UnreadableSource(
            f"« {path.name} » a {len(columns)} colonnes.", expected=f"Au plus {MOST_COLUMNS}."
        )
    return Header(
        columns, delimiter, [[short(cell) for cell in row[:MOST_COLUMNS]] for row in sample]
    )
