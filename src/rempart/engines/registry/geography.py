"""From the projections of the registry to longitude and latitude (degrees, WGS84), in closed form.

Lambert-93: constants and inverse of the conic projection of IGN's note NTG 71 (GRS80 ellipsoid). Overseas: transverse
Mercator by Krüger's series to the fourth order in n, which errs by less than a millimetre inside a zone.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SEMI_MAJOR: Final = 6_378_137.0
_FLATTENING: Final = 1 / 298.257222101
_E: Final = math.sqrt(2 * _FLATTENING - _FLATTENING**2)

_LAMBERT_N: Final = 0.7256077650532670
_LAMBERT_C: Final = 11_754_255.4261
_LAMBERT_X: Final = 700_000.0
_LAMBERT_Y: Final = 12_655_612.0499
_LAMBERT_MERIDIAN: Final = math.radians(3.0)

UTM_ZONES: Final[dict[str, tuple[int, bool]]] = {
    "9A": (20, True),
    "9B": (20, True),
    "9C": (22, True),
    "9D": (40, False),
    "9E": (21, True),
    "9F": (38, False),
}
"""Department as FINESS codes it → zone, and whether it is north of the equator.

The datum is taken as today's official one everywhere (EPSG 5490, 2972, 2975, 32621, 32738). Some readers take the old
datums of the Antilles (EPSG 2970, 2973): the points would then lie some 500 m away, which no map of ours can show.
"""


def from_lambert93(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """(longitudes, latitudes) in degrees of points in metres of Lambert-93 (EPSG 2154)."""
    radius = np.hypot(x - _LAMBERT_X, y - _LAMBERT_Y)
    angle = np.arctan((x - _LAMBERT_X) / (_LAMBERT_Y - y))
    isometric = -np.log(radius / _LAMBERT_C) / _LAMBERT_N
    latitude = 2 * np.arctan(np.exp(isometric)) - math.pi / 2
    # Each round divides the error by more than a hundred: six are below the width of an atom.
    for _ in range(6):
        sine = _E * np.sin(latitude)
        ratio = ((1 + sine) / (1 - sine)) ** (_E / 2)
        latitude = 2 * np.arctan(ratio * np.exp(isometric)) - math.pi / 2
    return np.degrees(_LAMBERT_MERIDIAN + angle / _LAMBERT_N), np.degrees(latitude)


_N: Final = _FLATTENING / (2 - _FLATTENING)
_RECTIFYING: Final = _SEMI_MAJOR / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
_DELTA: Final = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3 + 116 * _N**4 / 45,
    7 * _N**2 / 3 - 8 * _N**3 / 5 - 227 * _N**4 / 45,
    56 * _N**3 / 15 - 136 * _N**4 / 35,
    4279 * _N**4 / 630,
)


def from_utm(x: Floats, y: Floats, zone: int, *, north: bool) -> tuple[Floats, Floats]:
    """(longitudes, latitudes) in degrees of points in metres of a UTM zone (1 to 60)."""
    northing = y if north else y - 10_000_000.0
    xi = northing / (0.9996 * _RECTIFYING)
    eta = (x - 500_000.0) / (0.9996 * _RECTIFYING)
    xi_sphere, eta_sphere = xi.copy(), eta.copy()
    for order, beta in enumerate(_BETA, start=1):
        xi_sphere -= beta * np.sin(2 * order * xi) * np.cosh(2 * order * eta)
        eta_sphere -= beta * np.cos(2 * order * xi) * np.sinh(2 * order * eta)
    conformal = np.arcsin(np.sin(xi_sphere) / np.cosh(eta_sphere))
    latitude = conformal.copy()
    for order, delta in enumerate(_DELTA, start=1):
        latitude += delta * np.sin(2 * order * conformal)
    meridian = 6 * zone - 183
    longitude = meridian + np.degrees(np.arctan2(np.sinh(eta_sphere), np.cos(xi_sphere)))
    return longitude, np.degrees(latitude)


def located(department: str, x: Floats, y: Floats) -> tuple[Floats, Floats] | None:
    """(longitudes, latitudes) of points of one department, or None where the projection is not known."""
    if zone := UTM_ZONES.get(department):
        return from_utm(x, y, zone[0], north=zone[1])
    if department[:1] == "9" and not department.isdigit():
        return None
    return from_lambert93(x, y)
