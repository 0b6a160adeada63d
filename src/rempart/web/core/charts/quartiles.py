"""Where one stands among others: for each row, the middle half of the others as a bar, their median, one's own range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rempart.web.core.charts.chart import Cell, Chart

ROW: Final = 52


@dataclass(frozen=True, slots=True)
class Row:
    """A measure, in per cent: one's own range, then the quartiles of the others, None where they are not shown."""

    label: str
    own: tuple[float, float] | None
    others: tuple[float, float, float] | None
    why_hidden: str = ""


def chart(*, title: str, see: str, rows: Sequence[Row], source: str = "") -> Chart:
    """Widths are in per cent and texts in pixels: as legible at 390 pixels as on paper."""
    body = format_html_join("", "{}", ((_row(k, row),) for k, row in enumerate(rows)))
    svg = format_html(
        '<svg class="fluid" width="100%" height="{}" role="img" aria-label="{}">{}</svg>',
        *(ROW * len(rows), f"{title}. {see}", body),
    )
    table = [[Cell(cell) for cell in _words(row)] for row in rows]
    heads = [
        "Mesure",
        "Vous",
        "Un quart des autres sous",
        "La moitié sous",
        "Un quart au-dessus de",
    ]
    key = [("band", "La moitié des autres, au milieu"), ("l2", "Leur médiane"), ("b", "Vous")]
    return Chart(title, see, svg, heads, table, source, frozenset({1, 2, 3, 4}), key)


def _row(k: int, row: Row) -> SafeString:
    y = k * ROW
    parts = [
        format_html('<text class="strong" x="0" y="{}">{}</text>', y + 14, row.label),
        format_html('<rect class="track" x="0" y="{}" width="100%" height="16" rx="3"/>', y + 22),
    ]
    if row.others:
        low, median, high = row.others
        parts.append(
            format_html(
                '<rect class="band" x="{}%" y="{}" width="{}%" height="16"/>'
                '<line class="l2" x1="{}%" x2="{}%" y1="{}" y2="{}"/>',
                *(f"{low:.0f}", y + 22, f"{max(high - low, 1):.0f}"),
                *(f"{median:.0f}", f"{median:.0f}", y + 20, y + 40),
            )
        )
    if row.own:
        low, high = row.own
        start = min(low, 98.0)
        parts.append(
            format_html(
                '<rect class="b" x="{}%" y="{}" width="{}%" height="6" rx="3"/>',
                *(f"{start:.1f}", y + 27, f"{max(high - low, 2):.1f}"),
            )
        )
    return format_html_join("", "{}", ((part,) for part in parts))


def _words(row: Row) -> list[str]:
    own = "–"
    if row.own:
        low, high = (round(x) for x in row.own)
        own = f"{low} %" if low == high else f"de {low} à {high} %"
    if not row.others:
        return [row.label, own, row.why_hidden or "–", "–", "–"]
    return [row.label, own, *(f"{x:.0f} %" for x in row.others)]
