"""The radar of themes."""

import re

import pytest
from defusedxml.ElementTree import fromstring

from rempart.render.svg.radar import CENTRE, RADIUS, Axis, radar

FOUR = [Axis("Un", 100, 100), Axis("Deux", 50, 75), Axis("Trois", 0, 0), Axis("Quatre", None, None)]


def paths(picture: str, css: str) -> list[str]:
    return re.findall(rf'class="{css}"[^>]*d="([^"]+)"', picture)


def test_what_is_known_is_drawn_to_its_value() -> None:
    (line,) = paths(radar(FOUR, "Résultat"), "l")
    assert line.startswith(f"M{CENTRE:.1f} {CENTRE - RADIUS:.1f}L{CENTRE + RADIUS / 2:.1f}")


def test_what_is_not_known_is_a_band_between_two_lines() -> None:
    (band,) = paths(radar(FOUR, "Résultat"), "band")
    assert band.count("M") == 2


def test_last_year_is_drawn_only_when_there_was_one() -> None:
    assert paths(radar(FOUR, "Résultat"), "l2") == []
    before = [Axis(a.label, a.low, a.high, 40) for a in FOUR]
    assert len(paths(radar(before, "Résultat"), "l2")) == 1


def test_hostile_words_are_escaped_and_the_picture_is_xml() -> None:
    axes = [Axis("<script>", 1, 2), *FOUR]
    found = fromstring(radar(axes, '"><x', style=".l{fill:none}"))
    assert found.attrib["aria-label"] == '"><x'


def test_two_axes_are_no_radar() -> None:
    with pytest.raises(ValueError, match="three"):
        radar(FOUR[:2], "Résultat")
