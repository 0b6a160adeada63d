"""Geolocation lines."""

from rempart.engines.registry.positions import Positions
from support.registry_files import a_position


def taken(*lines: str) -> tuple[Positions, list[tuple[int, str]]]:
    """The positions of lines of which none is stored, and the faults."""
    found = Positions()
    return found, found.take([line.encode() for line in lines], list(range(len(lines))), {})


def test_a_position_becomes_degrees() -> None:
    found, faults = taken(a_position("350000019", "352000.0", "6789000.0"))
    longitude, latitude, mark = found.changed["350000019"]
    assert longitude is not None and latitude is not None
    assert (round(longitude, 2), round(latitude, 2), mark, faults) == (-1.68, 48.11, 0, [])


def test_overseas_is_known_by_the_number() -> None:
    found, _ = taken(a_position("970400024", "340000", "7690000"))
    longitude, latitude, _ = found.changed["970400024"]
    assert longitude is not None and latitude is not None and longitude > 55 and latitude < -20


def test_a_point_outside_the_country_is_no_position() -> None:
    found, faults = taken(a_position("350000019", "0", "0"))
    assert found.changed["350000019"] == (None, None, 0) and faults == []


def test_a_line_without_coordinates_is_read_as_nowhere() -> None:
    found, faults = taken("geolocalisation;350000019;;;;", "geolocalisation;980600027;1;1;x;")
    assert [p[:2] for p in found.changed.values()] == [(None, None)] * 2 and faults == []


def test_coordinates_that_cannot_be_read_are_said() -> None:
    _, faults = taken(a_position(), a_position(x="nord"), "geolocalisation;35;1;1")
    assert faults == [(1, "coordonnées illisibles"), (2, "coordonnées illisibles")]


def test_a_stored_position_is_not_computed_again() -> None:
    found = Positions()
    found.take([a_position().encode()], [7], {b"350000019": 7})
    assert (found.changed, found.unchanged) == ({}, 1)
