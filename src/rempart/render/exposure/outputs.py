"""Writing the outputs of an exposure audit: all of them, or none."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from rempart.engines.exposure.report import SCHEMA, ExposureReport
from rempart.kernel.errors import RempartError
from rempart.render.exposure import page, pdf, table, workbook
from rempart.render.outputs import encoded, encoded_parts, install


def _html(report: ExposureReport) -> bytes:
    return page.page(report).encode("utf-8")


FORMATS: Final[dict[str, tuple[str, Callable[[ExposureReport], bytes]]]] = {
    "html": ("report.html", _html),
    "pdf": ("report.pdf", pdf.compiled),
    "xlsx": ("findings.xlsx", workbook.workbook),
    "csv": ("findings.csv", table.findings),
    "json": ("report.json", encoded),
}
_IN_PARTS: Final[dict[str, Callable[[ExposureReport], Iterator[bytes]]]] = {
    "csv": table.parts,
    "json": encoded_parts,
}


_BEGINS: Final = {"html": b"<!doctype html>", "pdf": b"%PDF-", "csv": b"\xef\xbb\xbf", "json": b"{"}
_MARKS: Final = {
    "html": b"rapport produit sur place",
    "pdf": b"Rempart",
    "csv": ";".join(table.COLUMNS).encode(),
    "json": SCHEMA.encode(),
}
_MOST_SHEETS: Final = 1 << 20


def rendered(report: ExposureReport, formats: Sequence[str]) -> dict[str, bytes]:
    """Name and content of each output. Raises RempartError on a format that does not exist."""
    _check(formats)
    return {FORMATS[f][0]: FORMATS[f][1](report) for f in FORMATS if f in formats}


def _check(formats: Sequence[str]) -> None:
    unknown = [f for f in formats if f not in FORMATS]
    if unknown:
        raise RempartError(
            f"Format inconnu : {', '.join(unknown)}.",
            expected=f"Formats : {', '.join(FORMATS)}.",
        )


def kept_formats(folder: Path) -> list[str]:
    """The formats of a report of Rempart that `folder` holds: what a resumption writes again, lest it stay beside as old.

    A file of one of these names that Rempart did not write, or that cannot be read, is not among them.
    """
    return [key for key, (filename, _) in FORMATS.items() if _is_ours(folder / filename, key)]


def _is_ours(path: Path, key: str) -> bool:
    try:
        content = path.read_bytes() if path.is_file() else b""
    except OSError:
        return False
    if key == "xlsx":
        return content.startswith(b"PK") and _has_our_sheets(content)
    return content.startswith(_BEGINS[key]) and _MARKS[key] in content


def _has_our_sheets(content: bytes) -> bool:
    try:
        with ZipFile(BytesIO(content)) as book, book.open("xl/workbook.xml") as sheets:
            text = sheets.read(_MOST_SHEETS).decode("utf-8", "replace")
    except (BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, zlib.error):
        return False
    return all(f'"{title}"' in text for title, _, _ in workbook.SHEETS)


def _parts(report: ExposureReport, key: str) -> Iterator[bytes]:
    """One output, rendered when it is asked for; the long ones a part at a time."""
    if key in _IN_PARTS:
        yield from _IN_PARTS[key](report)
    else:
        yield FORMATS[key][1](report)


def write(report: ExposureReport, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Render every format, then put all the files in `folder`, made when it is missing. Returns their paths.

    A failure leaves no half-written report, and the report of before stays. Raises RempartError when the folder
    cannot be written.
    """
    _check(formats)
    chosen = {FORMATS[f][0]: _parts(report, f) for f in FORMATS if f in formats}
    return install(chosen, folder)
