"""From longitude and latitude to the units of the map of France: Lambert-93, and one inset for each overseas department.

Lambert-93 is the conformal conic projection of the legal French system (IGN, NTG 71 and decree 2000-1276): parallels
44° and 49°, origin 46.5° N and 3° E, false origin 700 km and 6 600 km, on the GRS 80 ellipsoid. A unit of the map is two
kilometres of mainland.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 545
UNIT: Final = 2000.0
LEFT, TOP = 28_000.0, 7_123_000.0
"""Lambert-93 metres of the corner of the map."""

_AXIS: Final = 6_378_137.0
_FLAT: Final = 1 / 298.257222101
_ECC: Final = math.sqrt(2 * _FLAT - _FLAT * _FLAT)
_LOW, _HIGH, _ORIGIN, _MERIDIAN = (math.radians(d) for d in (44, 49, 46.5, 3))


def _scale(latitude: float) -> float:
    return math.cos(latitude) / math.sqrt(1 - (_ECC * math.sin(latitude)) ** 2)


def _conformal(latitude: float) -> float:
    sine = _ECC * math.sin(latitude)
    return math.tan(math.pi / 4 - latitude / 2) / math.pow((1 - sine) / (1 + sine), _ECC / 2)


_N: Final = math.log(_scale(_LOW) / _scale(_HIGH)) / math.log(_conformal(_LOW) / _conformal(_HIGH))
_F: Final = _scale(_LOW) / (_N * _conformal(_LOW) ** _N)
_R0: Final = _AXIS * _F * _conformal(_ORIGIN) ** _N

Place = tuple[float, float]


def lambert93(longitude: float, latitude: float) -> Place:
    """Degrees → metres east and north."""
    radius = _AXIS * _F * _conformal(math.radians(latitude)) ** _N
    angle = _N * (math.radians(longitude) - _MERIDIAN)
    return 700_000 + radius * math.sin(angle), 6_600_000 + _R0 - radius * math.cos(angle)


def mainland(longitude: float, latitude: float) -> Place:
    """Degrees → units of the map, for the mainland and Corsica."""
    east, north = lambert93(longitude, latitude)
    return (east - LEFT) / UNIT, (TOP - north) / UNIT


@dataclass(frozen=True, slots=True)
class Inset:
    """A part of the map drawn apart: where (x, y), how large, and the degrees or departments that it shows."""

    x: float
    y: float
    side: float
    west: float
    east: float
    south: float
    north: float

    def place(self, longitude: float, latitude: float) -> Place:
        """Degrees → units, centred in the square of the inset."""
        narrowing = math.cos(math.radians((self.south + self.north) / 2))
        width, height = (self.east - self.west) * narrowing, self.north - self.south
        scale = self.side / max(width, height)
        x = self.x + (self.side - width * scale) / 2
        y = self.y + (self.side - height * scale) / 2
        return x + (longitude - self.west) * narrowing * scale, y + (self.north - latitude) * scale


OVERSEAS: Final[dict[str, Inset]] = {
    "971": Inset(4, 268, 62, -61.85, -60.95, 15.80, 16.55),
    "972": Inset(4, 362, 62, -61.27, -60.78, 14.36, 14.92),
    "973": Inset(4, 456, 62, -54.65, -51.55, 2.05, 5.85),
    "974": Inset(82, 362, 62, 55.18, 55.87, -21.42, -20.84),
    "976": Inset(82, 456, 62, 44.98, 45.34, -13.04, -12.60),
}
PARIS: Final = Inset(548, 6, 84, 2.12, 2.64, 48.68, 49.02)
"""Paris and the three departments around it, too small on the map to be seen or pointed at."""
AROUND_PARIS: Final = ("75", "92", "93", "94")


def projection_of(department: str) -> Callable[[float, float], Place]:
    """How the places of a department are put on the map."""
    found = OVERSEAS.get(department)
    return found.place if found else mainland
