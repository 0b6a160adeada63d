"""The paths together: where they meet on their way to Tier 0, and where the plan cuts them."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from rempart.engines.directory.report import ObjectRef, Path
from rempart.render.french import counted
from rempart.render.svg.draw import badge, head, svg
from rempart.render.svg.layers import layout
from rempart.render.svg.path import BOX, box, fitted, nodes
from rempart.render.words import kind, short_name

LIMIT: Final = 12
"""Paths drawn together: beyond, the picture says less than the table."""
SLOT: Final = 80
GAP: Final = 92


def _weights(paths: Sequence[Path]) -> tuple[Counter[tuple[str, str]], dict[tuple[str, str], str]]:
    weight: Counter[tuple[str, str]] = Counter()
    cut: dict[tuple[str, str], str] = {}
    for path in paths:
        for s in path.steps:
            key = s.source.id, s.target.id
            weight[key] += path.stands_for
            if s.cut_by:
                cut[key] = s.cut_by
    return weight, cut


def _curve(points: list[tuple[float, float]]) -> str:
    d = f"M{points[0][0]:.0f} {points[0][1]:.0f}"
    for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
        mid = (x1 + x2) / 2
        d += f"C{mid:.0f} {y1:.0f} {mid:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return d


def _thickness(weight: int) -> float:
    return min(1.5 + 0.45 * weight.bit_length(), 6.0)


def map_of(paths: Sequence[Path], numbers: Mapping[str, int], domain: str = "") -> str:
    """The first `LIMIT` paths in one picture; the thicker an arrow, the more principals take it."""
    drawn = [p for p in paths[:LIMIT] if p.steps]
    chains = [[n.id for n in nodes(p)] for p in drawn]
    refs: dict[Hashable, ObjectRef] = {n.id: n for p in drawn for n in nodes(p)}
    plan = layout(chains)
    weight, cut = _weights(drawn)
    w, h = BOX
    rank, column = plan.rank(), plan.column_of()
    middle = max(len(c) for c in plan.columns) * SLOT / 2
    at = {v: (column[v] * (w + GAP) + 2.0, middle + rank[v] * SLOT) for v in column}
    body, over = [], []
    for (a, b), way in plan.ways.items():
        edge = str(a), str(b)
        css = "cut" if edge in cut else "edge"
        right, left = at[a][0] + w, at[b][0]
        if right >= left:  # a return: two paths cross the same objects in opposite orders
            right, left = at[a][0], at[b][0] + w
        points = [(right, at[a][1])]
        for v in way[1:-1]:
            points += [at[v], (at[v][0] + w, at[v][1])]
        points.append((left - 8, at[b][1]))
        body.append(
            f'<path class="{css}" stroke-width="{_thickness(weight[edge])}" d="{_curve(points)}"/>'
        )
        over.append(head(left, at[b][1], "right", f"{css}-head"))
        if edge in cut:
            (x1, y1), (x2, y2) = points[-2:]
            over.append(badge((x1 + x2) / 2, (y1 + y2) / 2, str(numbers.get(cut[edge], "✕"))))
    last = {c[-1] for c in chains}
    starts = {p.steps[0].source.id: p.stands_for for p in reversed(drawn)}
    for key, ref in refs.items():
        x, y = at[key]
        under = "cœur (Tier 0)" if key in last else kind(ref.kind)
        if str(key) in starts and starts[str(key)] > 1:
            under = f"et {counted(starts[str(key)] - 1, 'autre')}"
        lines = fitted(short_name(ref, domain), w)
        over.append(box(x, y - h / 2, w, lines, under, "core" if key in last else "box"))
    title = f"{counted(len(drawn), 'chemin')} vers le cœur, et les endroits où le plan les coupe."
    count = len(plan.columns)
    return svg(
        count * w + (count - 1) * GAP + 4, middle * 2 + 4, "".join(body + over), title, "map"
    )
