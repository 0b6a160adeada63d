"""A deposit made by mistake, taken back."""

from pathlib import Path

import pytest
from pytest_django import Settings

from factories.audits import APRIL, JUNE, MARCH, MAY, a_control, a_deposit, a_report
from factories.findings import an_action, closed
from rempart.kernel.outcome import Outcome
from rempart.web.apps.audits import actions
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.states import State
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from web.conftest import Cast


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def withdrawn(audit: Audit, cast: Cast) -> Audit:
    return actions.withdraw(audit=audit, reason="Collecte d’un autre site.", by=cast.alice)


def test_what_only_a_withdrawn_audit_saw_was_never_there(cast: Cast) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    withdrawn(audit, cast)
    assert not Finding.objects.exists()
    assert not Action.objects.exists()
    assert not Audit.objects.filter(is_latest=True).exists()
    assert JournalEntry.objects.get(act="withdraw_audit").details["reason"].startswith("Collecte")


def test_the_audit_before_stands_again(cast: Cast) -> None:
    first = a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MARCH))
    second = a_deposit(cast.home, cast.alice, a_report(a_control("a", Outcome.PASSED), on=MAY))
    withdrawn(second, cast)
    first.refresh_from_db()
    assert (first.is_latest, first.is_newest) == (True, True)
    assert Finding.objects.get().mended_on is None


def test_an_action_that_it_verified_is_only_declared_again(cast: Cast) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=MARCH))
    action = closed(an_action(cast.home, cast.alice, Finding.objects.get()), cast.alice, APRIL)
    proof = a_deposit(cast.home, cast.alice, a_report(a_control("a", Outcome.PASSED), on=MAY))
    assert Action.objects.get(pk=action.pk).state == State.VERIFIED
    withdrawn(proof, cast)
    action.refresh_from_db()
    assert (action.state, action.verified_on) == (State.CLOSED, None)


def test_what_a_person_wrote_on_its_findings_stays(cast: Cast) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    action = an_action(cast.home, cast.alice, Finding.objects.get(key="a"))
    withdrawn(audit, cast)
    assert list(Action.objects.all()) == [action]
    assert not action.findings.exists()


def test_the_next_audit_is_compared_with_the_one_before(cast: Cast) -> None:
    first, second, third = (
        a_deposit(cast.home, cast.alice, a_report(a_control("a"), on=day))
        for day in (MARCH, MAY, JUNE)
    )
    withdrawn(second, cast)
    third.page.refresh_from_db()
    assert third.page.compared_with == first


def test_a_withdrawn_audit_can_be_deposited_again(cast: Cast) -> None:
    report = a_report(a_control("a"))
    audit = withdrawn(a_deposit(cast.home, cast.alice, report), cast)
    again = a_deposit(cast.home, cast.alice, report)
    assert (again, again.state, again.is_latest) == (audit, Audit.State.DONE, True)
    assert Finding.objects.get().key == "a"


def test_withdrawing_wants_a_reason_and_a_whole_audit(cast: Cast) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    with pytest.raises(Refused, match="pourquoi"):
        actions.withdraw(audit=audit, reason=" ", by=cast.alice)
    withdrawn(audit, cast)
    with pytest.raises(Refused, match="Seul un audit analysé"):
        withdrawn(audit, cast)
