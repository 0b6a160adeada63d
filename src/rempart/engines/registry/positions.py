"""The geolocation lines of cs1100507: metres of a projection, made into degrees by territory."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rempart.engines.registry.geography import located
from rempart.kernel.finess import PATTERN

_LINE: Final = re.compile(
    rb"geolocalisation;(%b);(-?\d{1,9}(?:\.\d+)?);(-?\d{1,9}(?:\.\d+)?);[^\0]*"
    % PATTERN.pattern.encode()
)
_NOWHERE: Final = re.compile(rb"geolocalisation;(%b);;;[^\0]*" % PATTERN.pattern.encode())

TERRITORIES: Final[dict[str, str]] = {
    "9701": "9A",
    "9702": "9B",
    "9703": "9C",
    "9704": "9D",
    "9705": "9E",
    "9805": "9F",
    "9806": "9J",
}
"""How an overseas number begins → the department of the registry; anywhere else, the metropolis."""

_METROPOLIS: Final = (-5.5, 41.0, 10.0, 51.5)

Position = tuple[float | None, float | None, int]
"""Longitude, latitude (degrees, WGS84, or None), and the hash of the line."""


@dataclass(slots=True)
class Positions:
    """The positions that differ from those stored, by FINESS number."""

    changed: dict[str, Position] = field(default_factory=dict)
    unchanged: int = 0

    def take(
        self, lines: list[bytes], marks: list[int], stored: dict[bytes, int | None]
    ) -> list[tuple[int, str]]:
        """Read lines; gives (place in `lines`, reason in French) of those that cannot be read."""
        faults = []
        groups: dict[str, list[tuple[str, float, float, int]]] = defaultdict(list)
        for place, (line, mark) in enumerate(zip(lines, marks, strict=True)):
            if stored.get(line[16:25]) == mark:
                self.unchanged += 1
            elif match := _LINE.fullmatch(line):
                finess = match[1].decode()
                territory = TERRITORIES.get(finess[:4], "")
                groups[territory].append((finess, float(match[2]), float(match[3]), mark))
            elif match := _NOWHERE.fullmatch(line):
                self.changed[match[1].decode()] = (None, None, mark)
            else:
                faults.append((place, "coordonnées illisibles"))
        for territory, points in groups.items():
            self._convert(territory, points)
        return faults

    def _convert(self, territory: str, points: list[tuple[str, float, float, int]]) -> None:
        """Degrees, for points of one territory; none where they fall outside it."""
        numbers, x, y, marks = zip(*points, strict=True)
        found = located(territory, np.array(x), np.array(y))
        if found is None:
            self.changed |= {n: (None, None, m) for n, m in zip(numbers, marks, strict=True)}
            return
        longitudes, latitudes = (np.round(degrees, 6) for degrees in found)
        west, south, east, north = (-180.0, -90.0, 180.0, 90.0) if territory else _METROPOLIS
        inside = (
            (longitudes > west) & (longitudes < east) & (latitudes > south) & (latitudes < north)
        )
        for number, lon, lat, ok, mark in zip(
            numbers, longitudes.tolist(), latitudes.tolist(), inside.tolist(), marks, strict=True
        ):
            self.changed[number] = (lon, lat, mark) if ok else (None, None, mark)
