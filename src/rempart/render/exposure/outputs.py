"""Writing the outputs of an exposure audit: all of them, or none."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rempart.engines.exposure.report import ExposureReport
from rempart.kernel.errors import RempartError
from rempart.render.exposure import page, pdf, table, workbook
from rempart.render.outputs import encoded, install


def _html(report: ExposureReport) -> bytes:
    return page.page(report).encode("utf-8")


FORMATS: Final[dict[str, tuple[str, Callable[[ExposureReport], bytes]]]] = {
    "html": ("report.html", _html),
    "pdf": ("report.pdf", pdf.compiled),
    "xlsx": ("findings.xlsx", workbook.workbook),
    "csv": ("findings.csv", table.findings),
    "json": ("report.json", encoded),
}


def rendered(report: ExposureReport, formats: Sequence[str]) -> dict[str, bytes]:
    """Name and content of each output. Raises RempartError on a format that does not exist."""
    unknown = [f for f in formats if f not in FORMATS]
    if unknown:
        raise RempartError(
            f"Format inconnu : {', '.join(unknown)}.",
            expected=f"Formats : {', '.join(FORMATS)}.",
        )
    return {FORMATS[f][0]: FORMATS[f][1](report) for f in FORMATS if f in formats}


def write(report: ExposureReport, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Render every format, then put all the files in `folder`, made when it is missing. Returns their paths.

    A failure leaves no half-written report, and the report of before stays. Raises RempartError when the folder
    cannot be written.
    """
    return install(rendered(report, formats), folder)
