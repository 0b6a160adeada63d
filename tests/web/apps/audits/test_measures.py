"""A deposit brings the plan in line with all that is open: one action for what an audit and answers saw."""

from pathlib import Path

import pytest
from pytest_django import Settings

from factories.assessments import ACCESS_1, TODAY, a_submitted
from factories.audits import APRIL, MARCH, a_control, a_deposit, a_report
from rempart.kernel.outcome import Outcome
from rempart.web.apps.audits import actions
from rempart.web.apps.remediation import proposing
from rempart.web.apps.remediation.models import Action
from web.apps.remediation.test_choosing import a_content_measure, an_item
from web.conftest import Cast

CONTROL = "vuln_x"


@pytest.fixture(autouse=True)
def _one_measure(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA = tmp_path
    both = {"both": a_content_measure("both", ACCESS_1, CONTROL)}
    monkeypatch.setattr(proposing, "measures", lambda: both)
    monkeypatch.setattr(proposing, "items", lambda: {ACCESS_1: an_item(ACCESS_1)})


def merged() -> Action:
    return Action.objects.get(content_measure="both")


def test_a_deposit_merges_what_it_saw_with_what_was_answered(cast: Cast) -> None:
    a_submitted(cast.home, cast.alice, access_1=0)
    assert merged().links.count() == 1
    a_deposit(cast.home, cast.alice, a_report(a_control(CONTROL), on=MARCH))
    assert {link.finding.key for link in merged().links.all()} == {ACCESS_1, CONTROL}
    assert merged().state == "proposed"


def test_a_second_deposit_proposes_no_measure_again(cast: Cast) -> None:
    a_submitted(cast.home, cast.alice, access_1=0)
    for day in (MARCH, APRIL):
        a_deposit(cast.home, cast.alice, a_report(a_control(CONTROL), on=day))
    assert Action.objects.filter(content_measure="both").count() == 1


def test_a_measure_is_for_what_is_still_open_once_an_audit_sees_the_rest_mended(cast: Cast) -> None:
    a_submitted(cast.home, cast.alice, access_1=0)
    a_deposit(cast.home, cast.alice, a_report(a_control(CONTROL), on=MARCH))
    a_deposit(cast.home, cast.alice, a_report(a_control(CONTROL, Outcome.PASSED), on=APRIL))
    assert [link.finding.key for link in merged().links.all()] == [ACCESS_1]


def test_what_an_audit_alone_saw_keeps_the_proposal_of_the_audit(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control(CONTROL), on=MARCH))
    assert [action.content_measure for action in Action.objects.all()] == [""]


def test_a_withdrawn_audit_takes_its_part_of_a_measure_with_it(cast: Cast) -> None:
    a_submitted(cast.home, cast.alice, access_1=0)
    audit = a_deposit(cast.home, cast.alice, a_report(a_control(CONTROL), on=TODAY))
    actions.withdraw(audit=audit, reason="Autre site", by=cast.alice)
    assert [link.finding.key for link in merged().links.all()] == [ACCESS_1]
