"""One path to Tier 0: boxes and arrows, in rows on a wide screen, in one column on a narrow one."""

from collections.abc import Mapping
from typing import Final

from rempart.engines.directory.report import ObjectRef, Path, Step
from rempart.render.svg.draw import badge, head, svg, text_lines, wrapped
from rempart.render.words import kind, short_name

BOX: Final = (172, 66)
GAP: Final = 124
PER_ROW: Final = 4
ROW: Final = 132
CORE: Final = "cœur (Tier 0)"


def nodes(path: Path) -> list[ObjectRef]:
    """The objects that a path crosses, from the ordinary principal to the core."""
    return [path.steps[0].source, *(s.target for s in path.steps)] if path.steps else []


def sentence(path: Path, domain: str) -> str:
    """The whole path in words, for those who do not see the picture."""
    if not path.steps:
        return "Chemin vide."
    parts = [short_name(path.steps[0].source, domain)]
    parts += [f"{s.label} {short_name(s.target, domain)}" for s in path.steps]
    return " ; ".join(parts) + "."


def box(x: float, y: float, width: float, lines: list[str], under: str, css: str) -> str:
    """A node: its name on one or two lines, what it is under it."""
    w, h = width, BOX[1]
    top = y + (22 if len(lines) == 2 else 29)
    return (
        f'<rect class="{css}" x="{x:.0f}" y="{y:.0f}" width="{w:.0f}" height="{h}" rx="8"/>'
        + text_lines(x + w / 2, top, lines, "strong")
        + text_lines(x + w / 2, top + 18 + 14 * (len(lines) - 1), [under])
    )


def fitted(text: str, width: float) -> list[str]:
    """The name on the two lines of a box; capitals are wider."""
    return wrapped(text, int((width - 12) / (9.4 if text.isupper() else 8)), 2)


def node(ref: ObjectRef, x: float, y: float, width: float, domain: str, place: str) -> str:
    """The box of an object; `place` is first, last or middle."""
    under = {"first": f"{kind(ref.kind)} ordinaire", "last": CORE}.get(place, kind(ref.kind))
    lines = fitted(short_name(ref, domain), width)
    return box(x, y, width, lines, under, "core" if place == "last" else "box")


def place_of(index: int, count: int) -> str:
    """Where a node stands in its path."""
    return "first" if index == 0 else "last" if index == count - 1 else "middle"


def _arrow(step: Step, points: list[tuple[float, float]], direction: str) -> str:
    css = "cut" if step.cut_by else "edge"
    line = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
    x, y = points[-1]
    return f'<path class="{css}" d="{line}"/>' + head(x, y, direction, f"{css}-head")


def wide(path: Path, numbers: Mapping[str, int], domain: str = "") -> str:
    """The path from left to right, four objects a row. `numbers` gives the rank of each action of the plan."""
    found = nodes(path)
    w, h = BOX
    body = []
    for k, ref in enumerate(found):
        x, y = (k % PER_ROW) * (w + GAP) + 2, (k // PER_ROW) * ROW + 20
        body.append(node(ref, x, y, w, domain, place_of(k, len(found))))
        if k == len(found) - 1:
            break
        step = path.steps[k]
        mid = y + h / 2
        if (k + 1) % PER_ROW:
            body.append(_arrow(step, [(x + w, mid), (x + w + GAP, mid)], "right"))
            centre = x + w + GAP / 2
            lines = wrapped(step.label, 16, 3)
            body.append(text_lines(centre, mid - 10 - 14 * (len(lines) - 1), lines, "edge-text"))
            at = (centre, mid + 20)
        else:
            turn = y + h + 34
            first = 2 + w / 2
            body.append(
                _arrow(
                    step,
                    [(x + w / 2, y + h), (x + w / 2, turn), (first, turn), (first, y + ROW)],
                    "down",
                )
            )
            body.append(
                text_lines(
                    (first + x + w / 2) / 2, turn - 8, wrapped(step.label, 70, 1), "edge-text"
                )
            )
            at = (first + 40, turn)
        if step.cut_by:
            body.append(badge(*at, str(numbers.get(step.cut_by, "✕"))))
    columns = min(len(found), PER_ROW)
    rows = (len(found) - 1) // PER_ROW + 1
    width = columns * w + (columns - 1) * GAP + 4
    return svg(width, (rows - 1) * ROW + h + 32, "".join(body), sentence(path, domain), "wide")


def narrow(path: Path, numbers: Mapping[str, int], domain: str = "") -> str:
    """The path from top to bottom, for a telephone and for a column of print."""
    found = nodes(path)
    w, h, gap = 300, BOX[1], 62
    body = []
    for k, ref in enumerate(found):
        y = k * (h + gap) + 2
        body.append(node(ref, 2, y, w, domain, place_of(k, len(found))))
        if k == len(found) - 1:
            break
        step = path.steps[k]
        body.append(_arrow(step, [(40, y + h), (40, y + h + gap)], "down"))
        lines = wrapped(step.label, 28, 2)
        body.append(text_lines(62, y + h + 32 - 7 * (len(lines) - 1), lines, "edge-text", "start"))
        if step.cut_by:
            body.append(badge(40, y + h + gap / 2 - 6, str(numbers.get(step.cut_by, "✕"))))
    return svg(
        w + 4, len(found) * (h + gap) - gap + 4, "".join(body), sentence(path, domain), "narrow"
    )
