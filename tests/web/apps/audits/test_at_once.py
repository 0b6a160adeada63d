"""Deposits and analyses of several people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from factories.audits import a_control, a_report, an_upload
from factories.findings import an_action
from rempart.web.apps.audits import actions
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.remediation import actions as remediation
from rempart.web.apps.remediation.models import Action, Finding, Measure
from rempart.web.apps.remediation.states import Event
from rempart.web.core import jobs, journal
from rempart.web.core.errors import Refused
from web.conftest import Cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run each in its own thread and connection; what it raised stands for what it gave."""

    def run(work: Callable[[], object]) -> object:
        try:
            return work()
        except Refused as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_the_same_file_given_twice_at_once_is_one_audit(cast: Cast) -> None:
    report = a_report(a_control("a"))

    def give() -> object:
        return actions.deposit(
            establishment=cast.home, files=[an_upload(report)], is_kept=True, by=cast.alice
        ).is_known

    assert sorted(map(str, at_once(*[give] * 4))) == ["False", "True", "True", "True"]
    assert Audit.objects.count() == 1


def test_two_analyses_of_one_establishment_at_once_lose_nothing(cast: Cast) -> None:
    audits = [
        actions.deposit(
            establishment=cast.home,
            files=[an_upload(a_report(a_control("a"), a_control(str(month)), on=day))],
            is_kept=True,
            by=cast.alice,
        ).audit
        for month, day in ((m, a_day(m)) for m in range(1, 5))
    ]
    at_once(*[partial(jobs.perform, audit.job_id or 0) for audit in audits])
    assert Audit.objects.done().count() == Measure.objects.count() == 4
    assert Finding.objects.get(key="a").sightings.count() == 4
    assert Audit.objects.get(is_latest=True).measured_on == a_day(4)
    assert journal.verified().broken is None


def a_day(month: int) -> date:
    return date(2026, month, 1)


def test_an_action_started_twice_at_once_is_started_once(cast: Cast) -> None:
    action = an_action(cast.home, cast.alice)

    def start() -> object:
        return remediation.move_action(
            action=action, event=Event.START, today=a_day(5), by=cast.alice
        )

    answers = at_once(start, start, start)
    assert sum(isinstance(answer, Refused) for answer in answers) == 2
    assert Action.objects.get().version == 2
