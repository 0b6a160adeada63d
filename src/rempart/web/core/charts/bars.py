"""Bars, one under the other: lengths in per cent, so that they are as legible at 390 pixels as on paper."""

from collections.abc import Collection, Sequence
from typing import Final

from django.utils.html import format_html, format_html_join

from rempart.render.french import number
from rempart.web.core.charts.chart import Cell, Chart

_ROW: Final = 42


def chart(
    *,
    title: str,
    see: str,
    unit: str,
    rows: Sequence[tuple[str, float | None, str]],
    column: str = "Valeur",
    source: str = "",
    most: float | None = None,
    muted: Collection[int] = (),
) -> Chart:
    """Rows of (words, value, address); a value that is None has no bar, and says that there is no datum.

    `muted`: the numbers of the rows that are not of the series (what was not measured), drawn in grey.
    """
    longest = most or max((value or 0 for _, value, _ in rows), default=0) or 1
    body = format_html_join(
        "",
        '<text x="0" y="{0}">{1}</text><text class="strong" x="100%" y="{0}" text-anchor="end">{2}</text>'
        '<rect class="track" x="0" y="{3}" width="100%" height="11" rx="3"/>'
        '<rect class="{5}" x="0" y="{3}" width="{4}%" height="11" rx="3"/>',
        (
            (
                k * _ROW + 13,
                words,
                _said(value, unit),
                k * _ROW + 19,
                f"{100 * (value or 0) / longest:.1f}",
                "bar muted" if k in muted else "bar",
            )
            for k, (words, value, _) in enumerate(rows)
        ),
    )
    svg = format_html(
        '<svg width="100%" height="{}" role="img" aria-label="{}">{}</svg>',
        len(rows) * _ROW,
        f"{title}. {see}",
        body,
    )
    table = [[Cell(words, href), Cell(_said(value, unit))] for words, value, href in rows]
    return Chart(title, see, svg, ["", column], table, source, frozenset({1}))


def _said(value: float | None, unit: str) -> str:
    return "pas de donnée" if value is None else f"{number(value)} {unit}".strip()
