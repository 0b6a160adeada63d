"""Actions along quarters: one bar a row, its words above it, so that it is legible at 390 pixels as on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join

from rempart.web.core.charts.chart import Cell, Chart

_ROW: Final = 40
_HEAD: Final = 24
_LETTERS: Final = 46


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its words, its address, from which column to which, both included, what to say of it."""

    words: str
    href: str
    first: int
    last: int
    said: str
    is_muted: bool = False


def chart(
    *, title: str, see: str, columns: Sequence[str], bars: Sequence[Bar], source: str = ""
) -> Chart:
    """Bars over columns of the same width, in per cent of the picture."""
    width = 100 / max(len(columns), 1)
    height = _HEAD + len(bars) * _ROW
    every = 4 if len(columns) > 6 else 1
    marks = range(every, len(columns), every)
    lines = format_html_join(
        "",
        '<line class="ax" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>',
        (
            (f"{k * width:.2f}", _HEAD + row * _ROW + 18, _HEAD + row * _ROW + 33)
            for row in range(len(bars))
            for k in marks
        ),
    )
    heads = format_html_join(
        "",
        '<text x="{}%" y="14">{}</text>',
        ((f"{k * width:.2f}", words) for k, words in enumerate(columns) if k % every == 0),
    )
    rows = format_html_join(
        "",
        '<text x="0" y="{0}">{1}</text><rect class="track" x="0" y="{2}" width="100%" height="11" rx="3"/>'
        '<rect class="{5}" x="{3}%" y="{2}" width="{4}%" height="11" rx="3"/>',
        (
            (
                _HEAD + k * _ROW + 14,
                _short(bar.words),
                _HEAD + k * _ROW + 20,
                f"{bar.first * width:.2f}",
                f"{(bar.last - bar.first + 1) * width:.2f}",
                "bar muted" if bar.is_muted else "bar",
            )
            for k, bar in enumerate(bars)
        ),
    )
    svg = format_html(
        '<svg width="100%" height="{}" role="img" aria-label="{}">{}{}{}</svg>',
        *(height, f"{title}. {see}", heads, rows, lines),
    )
    table = [
        [Cell(b.words, b.href), Cell(columns[b.first]), Cell(columns[b.last]), Cell(b.said)]
        for b in bars
    ]
    return Chart(title, see, svg, ["Action", "Du", "Au", "Coût"], table, source)


def _short(words: str) -> str:
    return words if len(words) <= _LETTERS else f"{words[: _LETTERS - 1].rstrip()}…"
