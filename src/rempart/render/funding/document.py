"""The file, or its balance alone, as a PDF/UA document."""

import msgspec

from rempart.render.funding.words import Whole
from rempart.render.pdf.typeset import typeset


def file_pdf(whole: Whole, *, made_on: str) -> bytes:
    """The PDF, the same bytes for the same words and day (ISO)."""
    words = msgspec.to_builtins(whole)
    return typeset("rempart.render.funding", "file.typ", words, made_on=made_on)
