"""The report of a directory audit as a PDF/UA-1 document, two pages for a board and then the annexes."""

from rempart.engines.directory.report import Report
from rempart.render.pdf.data import document
from rempart.render.pdf.typeset import typeset


def compiled(report: Report) -> bytes:
    """The PDF, the same bytes for the same report: its date is that of the audit."""
    return typeset("rempart.render.pdf", "report.typ", document(report), made_on=report.audited_on)
