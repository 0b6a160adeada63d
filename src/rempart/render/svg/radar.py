"""A radar of themes: what is known as a line, what is not known as a band, last year as a broken line.

Axes carry numbers, since words around a circle cannot be read at 390 pixels: the table beside says what each one is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rempart.render.svg.draw import label, svg

SIZE: Final = 400
CENTRE: Final = SIZE / 2
RADIUS: Final = 158
RINGS: Final = (25, 50, 75, 100)
LEAST_AXES: Final = 3

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """A theme, in per cent: from `low` to `high` (the same when all is known), None when nothing in it applies;
    `before` is what it was a year ago."""

    label: str
    low: float | None
    high: float | None
    before: float | None = None


def radar(axes: Sequence[Axis], title: str, *, style: str = "") -> str:
    """The picture; `style` is written inside it for a document that has no sheet of its own.

    A theme where nothing applies is left at the centre and its number is struck by the class `none`. Raises
    ValueError under three axes: bars then say it better.
    """
    if len(axes) < LEAST_AXES:
        raise ValueError("A radar has three axes at least.")
    lows = [_place(k, len(axes), axis.low or 0) for k, axis in enumerate(axes)]
    highs = [_place(k, len(axes), axis.high or 0) for k, axis in enumerate(axes)]
    body = [f"<style>{style}</style>" if style else "", *_web(len(axes))]
    body.append(f'<path class="band" fill-rule="evenodd" d="{_path(highs)}{_path(lows)}"/>')
    if any(axis.before is not None for axis in axes):
        before = [_place(k, len(axes), axis.before or 0) for k, axis in enumerate(axes)]
        body.append(f'<path class="l2" d="{_path(before)}"/>')
    body.append(f'<path class="l" d="{_path(lows)}"/>')
    body.extend(_numbers(axes))
    return svg(SIZE, SIZE, "".join(body), title, "radar")


def _place(k: int, count: int, value: float, radius: float = RADIUS) -> Place:
    angle = 2 * math.pi * k / count - math.pi / 2
    reach = radius * value / 100
    return CENTRE + reach * math.cos(angle), CENTRE + reach * math.sin(angle)


def _path(places: Sequence[Place]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + "z"


def _web(count: int) -> list[str]:
    rings = [
        f'<path class="ax" d="{_path([_place(k, count, ring) for k in range(count)])}"/>'
        for ring in RINGS
    ]
    spokes = [
        f'<line class="ax" x1="{CENTRE:.0f}" y1="{CENTRE:.0f}" x2="{x:.1f}" y2="{y:.1f}"/>'
        for x, y in (_place(k, count, 100) for k in range(count))
    ]
    return [*rings, *spokes]


def _numbers(axes: Sequence[Axis]) -> list[str]:
    found = []
    for k, axis in enumerate(axes):
        x, y = _place(k, len(axes), 100, RADIUS + 22)
        css = "strong" if axis.low is not None else "none"
        found.append(
            f'<text class="{css}" x="{x:.1f}" y="{y + 6:.1f}" text-anchor="middle">'
            f"<title>{label(axis.label)}</title>{k + 1}</text>"
        )
    return found
