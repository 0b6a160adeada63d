"""The warnings of a file: each once, in time, to its own people."""

from datetime import date, timedelta

import pytest

from factories.funding import a_care_file
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.jobs import warn
from rempart.web.apps.funding.models import CareFile, CareWarning
from rempart.web.core.models import Mail
from web.conftest import Cast

DUE = date(2026, 6, 30)


@pytest.fixture
def file(cast: Cast) -> CareFile:
    made = a_care_file(cast.home, cast.alice)
    stated = actions.Settings({"objectives_declaration": DUE})
    return actions.settle(file=made, settings=stated, seen=1, by=cast.alice)


def test_each_distance_is_written_once(file: CareFile) -> None:
    told = [warn(DUE - timedelta(days=left)) for left in (61, 60, 59, 30, 29, 7, 0)]
    assert told == [0, 1, 0, 1, 0, 1, 0]


def test_a_server_that_slept_on_the_day_writes_on_the_next(file: CareFile) -> None:
    assert warn(DUE - timedelta(days=5)) == 1
    assert warn(DUE - timedelta(days=4)) == 0
    assert CareWarning.objects.get().days_before == 7


def test_a_date_that_moved_is_written_again(file: CareFile, cast: Cast) -> None:
    warn(DUE - timedelta(days=7))
    later = actions.Settings({"objectives_declaration": DUE + timedelta(days=40)})
    actions.settle(file=file, settings=later, seen=2, by=cast.alice)
    assert warn(DUE + timedelta(days=33)) == 1


def test_only_the_people_of_the_file_are_told(file: CareFile) -> None:
    warn(DUE - timedelta(days=7))
    assert list(Mail.objects.values_list("recipient", flat=True)) == ["alice@exemple.test"]


def test_a_closed_establishment_is_left_alone(file: CareFile) -> None:
    file.establishment.closed_on = date(2026, 1, 1)
    file.establishment.save()
    assert warn(DUE - timedelta(days=7)) == 0
