"""What the page of an import shows of each file."""

from typing import Any, Final

from rempart.engines.registry.comparison import Unreadable

SHOWN: Final = 200
"""How many lines of each sort are kept to be shown; the figures are of all."""


def unreadable_lines(lines: list[Unreadable]) -> list[list[Any]]:
    """Number, reason and beginning of the lines left out."""
    return [[line.line, line.reason, line.extract] for line in lines[:SHOWN]]


def french_day(text: str) -> str:
    """2026-05-12 → 12/05/2026."""
    return "/".join(reversed(text.split("-")))
