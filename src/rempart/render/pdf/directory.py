"""The report of a directory audit as a PDF/UA-1 document, two pages for a board and then the annexes."""

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import typst

from rempart.engines.directory.report import Report
from rempart.render.pdf.data import document
from rempart.render.pdf.glyphs import drawable


def compiled(report: Report) -> bytes:
    """The PDF, the same bytes for the same report: its date is that of the audit.

    Data reaches typst as one JSON string, so no name of a directory is ever read as markup; the folder that typst
    may read holds the template alone.
    """
    data = msgspec.json.encode(_drawable(document(report))).decode("utf-8")
    template = files("rempart.render.pdf").joinpath("report.typ").read_bytes()
    with TemporaryDirectory(prefix="rempart-") as folder:
        main = Path(folder, "main.typ")
        main.write_bytes(template)
        return typst.compile(
            main,
            root=Path(folder),
            sys_inputs={"data": data},
            format="pdf",
            pdf_standards="ua-1",
            ignore_system_fonts=True,
            timestamp=moment(report.audited_on),
        )


def moment(audited_on: str) -> int:
    """Unix seconds of the day of the audit, at midnight UTC; the epoch when it is not a date."""
    try:
        return int(datetime.fromisoformat(audited_on[:10]).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _drawable(item) for key, item in value.items()}
    return [_drawable(item) for item in value] if isinstance(value, list | tuple) else value
