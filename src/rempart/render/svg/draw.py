"""Pieces that every picture shares: escaped text, boxes, arrows, wrapped labels. Colours come by class only."""

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from rempart.render.text import shorten, visible

BREAK: Final = re.compile(r"(?<=[\s\-_.@/\\])")


def label(text: str) -> str:
    """Text safe inside an SVG element or attribute, whatever a directory put in it."""
    return escape(visible(text), quote=True)


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """The text on at most `lines` lines of `width` characters, cut in its middle when it is longer."""
    text = shorten(" ".join(text.split()), width * lines - (lines - 1))
    found = [""]
    for piece in BREAK.split(text):
        while len(piece) > width and len(found) < lines:
            room = width - len(found[-1])
            found[-1] += piece[:room]
            piece = piece[room:]
            found.append("")
        if len(found[-1]) + len(piece.rstrip()) <= width or len(found) == lines:
            found[-1] += piece
        else:
            found.append(piece)
    return [line for part in found if (line := shorten(part.strip(), width))] or ["–"]


def text_lines(
    x: float, y: float, lines: Iterable[str], css: str = "", anchor: str = "middle"
) -> str:
    """Lines of text one under the other, the first on the baseline `y`, 14 units apart."""
    mark = f' class="{css}"' if css else ""
    return "".join(
        f'<text{mark} x="{x:.0f}" y="{y + 14 * k:.0f}" text-anchor="{anchor}">{label(line)}</text>'
        for k, line in enumerate(lines)
    )


def head(x: float, y: float, direction: str, css: str) -> str:
    """An arrow head whose point is at (x, y), drawn rather than referred to: no id to keep unique."""
    a, b = (f"{x - 9:.0f} {y - 5:.0f}", f"{x - 9:.0f} {y + 5:.0f}")
    if direction == "down":
        a, b = (f"{x - 5:.0f} {y - 9:.0f}", f"{x + 5:.0f} {y - 9:.0f}")
    return f'<path class="{css}" d="M{a}L{x:.0f} {y:.0f}L{b}z"/>'


def badge(x: float, y: float, text: str) -> str:
    """The number of the gesture that cuts an edge, in a disc."""
    return (
        f'<circle class="badge" cx="{x:.0f}" cy="{y:.0f}" r="11"/>'
        f'<text class="badge-n" x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{label(text)}</text>'
    )


def svg(width: float, height: float, body: str, title: str, css: str = "") -> str:
    """A picture that keeps its proportions; `title` is what a screen reader says of it."""
    mark = f' class="{css}"' if css else ""
    return (
        f'<svg{mark} viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
        f' role="img" aria-label="{label(title)}">{body}</svg>'
    )
