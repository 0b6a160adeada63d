"""The report of a self-assessment as a PDF/UA document: two pages for a board, then every answer with its source."""

from rempart.render.assessment.sheet import Sheet, picture_of, words_of
from rempart.render.pdf.typeset import typeset


def report_pdf(sheet: Sheet) -> bytes:
    """The PDF, the same bytes for the same sheet."""
    return typeset(
        "rempart.render.assessment",
        "report.typ",
        words_of(sheet),
        made_on=sheet.made_on,
        pictures={"radar": picture_of(sheet)},
    )
