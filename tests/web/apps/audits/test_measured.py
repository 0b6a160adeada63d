"""What audits say to self-assessments."""

from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from factories.audits import APRIL, MARCH, a_control, a_deposit, a_report
from rempart.engines.directory.report import Exposure
from rempart.kernel.outcome import Outcome
from rempart.web.apps.audits.models import Audit
from rempart.web.core import facts
from web.conftest import Cast

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def test_an_establishment_without_an_audit_has_no_fact(cast: Cast) -> None:
    assert facts.of(cast.home.pk, TODAY) == {}


def test_the_last_audit_gives_its_level_its_age_and_the_part_of_exposed_accounts(
    cast: Cast,
) -> None:
    for on, failed in ((MARCH, 1), (APRIL, 2)):
        report = a_report(a_control("vuln_a", level=failed), on=on, exposure=Exposure(200, 10, {}))
        a_deposit(cast.home, cast.alice, report)
    found = facts.of(cast.home.pk, TODAY)
    values = {name: fact.value for name, fact in found.items()}
    assert values == {
        "directory.age_days": 61.0,
        "directory.level": 2.0,
        "directory.exposed_share": 0.05,
    }
    assert found["directory.level"].href.startswith("/audits/")


def test_a_level_that_is_only_a_ceiling_is_not_a_fact(cast: Cast) -> None:
    report = a_report(a_control("vuln_a", Outcome.PASSED), exposure=Exposure(0, 0, {}))
    a_deposit(cast.home, cast.alice, report)
    Audit.objects.update(at_most=True)
    assert set(facts.of(cast.home.pk, TODAY)) == {"directory.age_days"}


def test_an_audit_dated_after_today_says_nothing_yet(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("vuln_a")))
    assert facts.of(cast.home.pk, date(2026, 1, 1)) == {}
