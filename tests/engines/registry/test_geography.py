"""Projections, beside points computed by PROJ 9."""

import numpy as np
import pytest

from rempart.engines.registry.geography import from_utm, located

POINTS = [
    ("01", 870_000.0, 6_560_000.0, 5.201607, 46.118469),
    ("29", 171_000.5, 6_838_000.2, -4.160420, 48.426270),
    ("2A", 1_180_000.0, 6_110_000.0, 8.780096, 41.932489),
    ("9A", 655_000.0, 1_795_000.0, -61.549744, 16.230675),
    ("9B", 709_000.0, 1_615_000.0, -61.059833, 14.600206),
    ("9C", 355_000.0, 545_000.0, -52.307771, 4.929377),
    ("9D", 340_000.0, 7_690_000.0, 55.461816, -20.883319),
    ("9E", 562_000.0, 5_180_000.0, -56.187951, 46.770669),
    ("9F", 520_000.0, 8_590_000.0, 45.184252, -12.754553),
]


@pytest.mark.parametrize(("department", "x", "y", "longitude", "latitude"), POINTS)
def test_a_point_falls_within_a_metre_of_where_proj_puts_it(
    department: str, x: float, y: float, longitude: float, latitude: float
) -> None:
    found = located(department, np.array([x]), np.array([y]))
    assert found is not None
    assert [found[0][0], found[1][0]] == pytest.approx([longitude, latitude], abs=1e-6)


def test_the_origin_of_lambert_93_is_where_its_definition_says() -> None:
    found = located("75", np.array([700_000.0]), np.array([6_600_000.0]))
    assert found is not None
    assert [found[0][0], found[1][0]] == pytest.approx([3.0, 46.5], abs=1e-9)


def test_the_central_meridian_of_a_zone_is_straight() -> None:
    longitude, latitude = from_utm(np.array([500_000.0]), np.array([0.0]), 31, north=True)
    assert [longitude[0], latitude[0]] == pytest.approx([3.0, 0.0], abs=1e-12)


def test_a_territory_of_unknown_projection_has_no_position() -> None:
    assert located("9J", np.array([1.0]), np.array([1.0])) is None
