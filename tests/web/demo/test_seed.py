"""The region of the demonstration: filled by the real acts, and worth looking at."""

from datetime import date

import pytest

from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.states import State
from rempart.web.apps.steering.models import Situation
from rempart.web.core import jobs, journal
from rempart.web.core.models import Job
from rempart.web.demo.people import FAR, HOME, SUPPORT

TODAY = date(2026, 11, 22)


@pytest.mark.slow
def test_the_people_have_something_to_see_at_once(region: None, db: None) -> None:
    levels = {
        finess: list(
            Audit.objects.filter(establishment=finess).order_by("measured_on").values_list("level", flat=True)
        )
        for finess in (HOME, SUPPORT, FAR)
    }  # fmt: skip
    assert levels == {HOME: [1, 1, 2], SUPPORT: [1, 1, 3], FAR: [1]}


@pytest.mark.slow
def test_the_plan_of_the_home_has_something_late_begun_and_verified(region: None, db: None) -> None:
    mine = Action.objects.filter(establishment=HOME)
    states = set(mine.values_list("state", flat=True))
    assert {State.PLANNED, State.UNDER_WAY, State.VERIFIED, State.PROPOSED} <= states
    assert mine.overdue(TODAY).count() == 1
    assert Finding.objects.filter(establishment=HOME).mended().exists()


@pytest.mark.slow
def test_the_job_fills_the_region_and_can_be_run_again(region: None, db: None) -> None:
    situations = Situation.objects.filter(region="53")
    audits = Audit.objects.count()
    assert situations.count() == 256
    assert set(situations.values_list("directory_level", flat=True)) == {0, 1, 2, 3, 5}
    jobs.KINDS["fill_demo_region"].function(
        jobs.Run(Job.objects.get(kind="fill_demo_region")), today=TODAY.isoformat()
    )
    assert Audit.objects.count() == audits


@pytest.mark.slow
def test_all_that_was_done_is_in_a_journal_that_holds(region: None, db: None) -> None:
    assert journal.verified().broken is None


@pytest.mark.slow
def test_only_invented_establishments_have_audits(region: None, db: None) -> None:
    names = Establishment.objects.filter(audits__isnull=False).values_list("name", flat=True)
    assert [name for name in names if "(inventé)" not in name] == []
