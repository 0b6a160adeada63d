"""The pictures: each with its words and its table, nothing invented where there is no datum."""

import numpy as np
import pytest

from rempart.engines.registry.geography import from_lambert93
from rempart.web.core.charts import bars, curve, france
from rempart.web.core.charts.projection import HEIGHT, OVERSEAS, WIDTH, lambert93, projection_of


@pytest.mark.parametrize(
    ("longitude", "latitude"), [(3.0, 46.5), (-4.49, 48.39), (8.74, 41.93), (7.75, 48.57)]
)
def test_a_place_put_on_the_map_is_where_the_registry_reads_it(
    longitude: float, latitude: float
) -> None:
    east, north = (np.array([metres]) for metres in lambert93(longitude, latitude))
    back = from_lambert93(east, north)
    assert (back[0][0], back[1][0]) == pytest.approx((longitude, latitude), abs=1e-6)


@pytest.mark.parametrize("code", ["29", "06", "2A", *OVERSEAS])
def test_every_department_is_inside_the_map(code: str) -> None:
    west, north, east, south = france.boxes()[code]
    assert 0 <= west < east <= WIDTH
    assert 0 <= north < south <= HEIGHT


def test_an_overseas_place_is_put_in_its_inset() -> None:
    x, y = projection_of("974")(55.45, -20.88)
    inset = OVERSEAS["974"]
    assert inset.x <= x <= inset.x + inset.side
    assert inset.y <= y <= inset.y + inset.side


def test_a_map_has_the_101_departments() -> None:
    assert len(france.boxes()) == 101


def test_a_department_without_data_has_no_shade_and_says_so() -> None:
    chart = france.chart(title="Essai", see="", unit="%", values={"29": None, "35": 50.0})
    assert "Finistère (29) : pas de donnée" in chart.svg
    assert 'class="land qn"' in chart.svg
    assert [cell.words for cell in chart.rows[0]] == ["29 Finistère", "pas de donnée"]


def test_a_regional_map_is_framed_on_its_departments() -> None:
    x, y, width, height = france.frame(["22", "29", "35", "56"])
    assert width < WIDTH / 3
    assert height < HEIGHT / 3


@pytest.mark.parametrize(
    ("most", "breaks"),
    [(0, []), (4, [1, 2, 3, 4]), (9, [2, 4, 6, 8]), (1000, [200, 400, 600, 800])],
)
def test_shades_change_at_round_numbers(most: float, breaks: list[float]) -> None:
    assert france.breaks_of([most]) == breaks


def test_the_place_of_an_establishment_is_pinned() -> None:
    found = france.locator(longitude=-1.68, latitude=48.11, department="35", words="Rennes")
    assert 'class="pin"' in found
    assert france.locator(longitude=None, latitude=None, department="988", words="") == ""


def test_a_bar_without_datum_says_so_and_has_no_length() -> None:
    chart = bars.chart(title="t", see="", unit="%", rows=[("a", 50.0, ""), ("b", None, "")])
    assert "pas de donnée" in chart.svg
    assert 'width="0.0%"' in chart.svg


def test_a_curve_says_what_is_only_foreseen() -> None:
    chart = curve.chart(
        title="t",
        see="",
        unit="",
        points=[("mai", 3.0), ("juin", 2.0)],
        foreseen=[("juillet", 0.0)],
    )
    assert [row[0].words for row in chart.rows] == ["mai", "juin", "juillet (prévu)"]
    assert 'class="l2"' in chart.svg


def test_words_of_a_picture_are_escaped() -> None:
    chart = bars.chart(title="<i>", see="", unit="", rows=[("<b>", 1.0, "")])
    assert "<b>" not in chart.svg
    assert "<i>" not in chart.svg
