"""The region of the demonstration: filled by the real acts, and worth looking at."""

from datetime import date

import pytest

from rempart.web.apps.assessments.beginning import panel
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.evidence.queries import end_of
from rempart.web.apps.peers.queries import comparisons
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.states import State
from rempart.web.apps.steering.models import Situation
from rempart.web.core import jobs, journal
from rempart.web.core.models import Job
from rempart.web.core.scope import NOBODY
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


@pytest.mark.slow
def test_the_home_has_assessed_itself_twice_and_has_documents(region: None, db: None) -> None:
    mine = Assessment.objects.filter(establishment=HOME)
    finished = mine.known().order_by("opened_on")
    assert [row.framework_id for row in finished] == ["esms13", "esms13"]
    assert finished[1].previous_id == finished[0].pk
    assert set(mine.open().values_list("framework_id", flat=True)) == {"esms13", "governance"}
    ends = {end_of(row, TODAY)[1] for row in Document.objects.filter(establishment=HOME)}
    assert {"ok", "warn"} <= ends


@pytest.mark.slow
def test_the_home_is_led_to_the_thirteen_themes_before_the_rest(region: None, db: None) -> None:
    found = panel(HOME, NOBODY) or {}
    assert (found["label"], "13 thèmes" in found["words"]) == ("Reprendre", True)


@pytest.mark.slow
def test_the_home_stands_among_a_frozen_group_of_homes(region: None, db: None) -> None:
    home = Establishment.objects.get(pk=HOME)
    charts = [found.chart for found in comparisons(home, TODAY)]
    assert [chart for chart in charts if chart is not None]


@pytest.mark.slow
def test_the_region_sees_all_the_steps_of_self_assessment(region: None, db: None) -> None:
    rows = Situation.objects.filter(region="53")
    assert set(rows.values_list("assessment_progress", flat=True)) == {0, 1, 2}
    assert rows.filter(assessed_low__isnull=False).exists()
    assert rows.filter(assessment_progress=2, assessed_low__isnull=True).exists()
