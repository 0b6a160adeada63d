"""A curve through dated points: what was measured is a plain line, what is foreseen a broken one."""

from collections.abc import Sequence
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rempart.render.french import number
from rempart.web.core.charts.chart import Cell, Chart

_WIDTH: Final = 480
_HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 24, 22, 188

Point = tuple[str, float]


def chart(
    *,
    title: str,
    see: str,
    unit: str,
    points: Sequence[Point],
    foreseen: Sequence[Point] = (),
    most: float | None = None,
    when: str = "Date",
    column: str = "Valeur",
    source: str = "",
) -> Chart:
    """`points` are (words of the date, value), in order; `foreseen` follows them."""
    whole = [*points, *foreseen]
    top = most or max((value for _, value in whole), default=0) or 1
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(whole) - 1, 1)
    places = [
        (_LEFT + k * step, _BOTTOM - (_BOTTOM - _TOP) * value / top)
        for k, (_, value) in enumerate(whole)
    ]
    measured = len(points)
    body = [
        _axes(top),
        _line("l", places[:measured]),
        _line("l2", places[max(measured - 1, 0) :] if foreseen else []),
        _marks(places, whole),
        _dates(places, whole),
    ]
    svg = format_html(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>',
        *(_WIDTH, _HEIGHT, _WIDTH, _HEIGHT, f"{title}. {see}"),
        format_html_join("", "{}", ((part,) for part in body)),
    )
    rows = [
        [
            Cell(words if k < measured else f"{words} (prévu)"),
            Cell(f"{number(value)} {unit}".strip()),
        ]
        for k, (words, value) in enumerate(whole)
    ]
    return Chart(title, see, svg, [when, column], rows, source, frozenset({1}))


def _axes(top: float) -> SafeString:
    lines = ((share, round(_BOTTOM - (_BOTTOM - _TOP) * share)) for share in (0, 0.5, 1))
    return format_html_join(
        "",
        '<line class="ax" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text x="{3}" y="{4}" text-anchor="end">{5}</text>',
        (
            (_LEFT, _WIDTH - _RIGHT, y, _LEFT - 8, y + 4, number(round(top * share, 1)))
            for share, y in lines
        ),
    )


def _line(css: str, places: Sequence[tuple[float, float]]) -> SafeString | str:
    if len(places) < 2:
        return ""
    return format_html(
        '<polyline class="{}" points="{}"/>', css, " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    )


def _marks(places: Sequence[tuple[float, float]], whole: Sequence[Point]) -> SafeString:
    return format_html_join(
        "",
        '<circle class="dot" cx="{0}" cy="{1}" r="4"/><text class="strong" x="{0}" y="{2}" text-anchor="{3}">{4}</text>',
        (
            # The first one would be over the figures of the axis.
            (f"{x:.0f}", f"{y:.0f}", f"{y - 10:.0f}", "middle" if k else "start", number(value))
            for k, ((x, y), (_, value)) in enumerate(zip(places, whole, strict=True))
        ),
    )


def _dates(places: Sequence[tuple[float, float]], whole: Sequence[Point]) -> SafeString:
    every = max(1, -(-len(whole) // 6))
    last = len(whole) - 1
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        (
            (f"{x:.0f}", _BOTTOM + 20, "end" if k == last and k else "middle", words)
            for k, ((x, _), (words, _)) in enumerate(zip(places, whole, strict=True))
            if k % every == 0 or k == last
        ),
    )
