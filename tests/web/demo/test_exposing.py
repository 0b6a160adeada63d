"""What the demonstration says of exposure holds together: nothing outside the perimeter, nothing counted unsought."""

from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from rempart.engines.exposure.names import is_under
from rempart.engines.exposure.report import ExposureReport
from rempart.web.apps.exposure.models import Asset, ExposureAudit
from rempart.web.apps.exposure.recording import report_of
from rempart.web.demo import exposing
from web.conftest import Cast

TODAY = date(2026, 11, 22)


@pytest.fixture
def report(cast: Cast, settings: Settings, tmp_path: Path) -> ExposureReport:
    """The last audit of an invented establishment."""
    settings.DATA = tmp_path
    exposing.expose(cast.home, ((12, 2),), today=TODAY, by=cast.alice)
    return report_of(ExposureAudit.objects.get(is_latest=True))


def test_all_that_the_demonstration_grades_is_in_its_perimeter(report: ExposureReport) -> None:
    domain = Asset.objects.accepted().get()
    assert (domain.with_subdomains, domain.follows_addresses) == (True, True)
    said = [*report.findings, *report.gaps, *report.endpoints]
    hosts = {line.target.rpartition(":")[0] or line.target for line in said}
    assert f"bureau.{domain.value}" in hosts
    assert [host for host in hosts if not is_under(host, domain.value)] == []


def test_the_holes_that_the_demonstration_did_not_look_for_are_gaps(report: ExposureReport) -> None:
    holes = next(theme for theme in report.score.themes if theme.theme == "hole")
    products = [line for line in report.endpoints if line.product]
    assert report.data_as_of == ""
    assert holes.gaps == len(products) * len(exposing.HOLES) > 0
    assert holes.lost_at_most > holes.lost == 0
