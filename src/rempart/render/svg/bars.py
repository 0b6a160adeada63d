"""Bars whose length is in per cent and whose text is in pixels: as legible at 390 pixels as on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rempart.engines.directory.report import Bucket
from rempart.render.french import number, percent
from rempart.render.svg.draw import label
from rempart.render.text import name, shorten

ROW: Final = 40
COLUMN_HEIGHT: Final = 150


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the chart: its label, its value, and what is written at its end."""

    label: str
    value: int
    note: str


def of_buckets(buckets: Sequence[Bucket], limit: int) -> list[Bar]:
    """The largest counts first, `limit` of them."""
    found = sorted(buckets, key=lambda b: (-b.exposed, b.label))[:limit]
    return [
        Bar(
            name(b.label, 80),
            b.exposed,
            f"{number(b.exposed)} sur {number(b.total)} ({percent(b.exposed, b.total)})",
        )
        for b in found
    ]


def bars(rows: Sequence[Bar], title: str) -> str:
    """Horizontal bars, one under the other, the longest taking the whole width."""
    most = max((r.value for r in rows), default=0) or 1
    body = []
    for k, row in enumerate(rows):
        y = k * ROW
        body.append(
            f'<text x="0" y="{y + 13}">{label(shorten(row.label, 34))}</text>'
            f'<text class="strong" x="100%" y="{y + 13}" text-anchor="end">{label(row.note)}</text>'
            f'<rect class="track" x="0" y="{y + 19}" width="100%" height="10" rx="3"/>'
        )
        if row.value:
            body.append(
                f'<rect class="bar" x="0" y="{y + 19}" width="{max(100 * row.value / most, 0.6):.1f}%" height="10" rx="3"/>'
            )
    return (
        f'<svg class="fluid" width="100%" height="{len(rows) * ROW}" role="img"'
        f' aria-label="{label(title)}">{"".join(body)}</svg>'
    )


def columns(rows: Sequence[Bar], title: str) -> str:
    """Vertical bars side by side, for a distribution."""
    most = max((r.value for r in rows), default=0) or 1
    step = 100 / max(len(rows), 1)
    base = COLUMN_HEIGHT + 20
    body = []
    for k, row in enumerate(rows):
        height = max(COLUMN_HEIGHT * row.value / most, 2.0 if row.value else 0.0)
        x, centre, top = k * step + step * 0.15, (k + 0.5) * step, base - height
        if row.value:
            body.append(
                f'<rect class="bar" x="{x:.1f}%" y="{top:.0f}" width="{step * 0.7:.1f}%" height="{height:.0f}" rx="2"/>'
            )
        body.append(
            f'<text class="strong" x="{centre:.1f}%" y="{top - 6:.0f}" text-anchor="middle">{label(row.note)}</text>'
            f'<text x="{centre:.1f}%" y="{base + 17}" text-anchor="middle">{label(row.label)}</text>'
        )
    return (
        f'<svg class="fluid" width="100%" height="{base + 24}" role="img" aria-label="{label(title)}">'
        f'<line class="axis" x1="0" x2="100%" y1="{base}" y2="{base}"/>{"".join(body)}</svg>'
    )
