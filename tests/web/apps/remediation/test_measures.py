"""Measures of the content in a plan: merged, corrected by people, withdrawn when nothing is left to mend."""

from datetime import date
from typing import Any

import pytest

from factories.findings import a_measure, an_action, an_observation, closed
from rempart.content.measures import Measure
from rempart.web.apps.remediation import actions, proposing
from rempart.web.apps.remediation.following import Mends, Proposal
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.recording import ASSESSMENT, Observation
from rempart.web.apps.remediation.rules import Look
from rempart.web.apps.remediation.states import Event, State
from web.apps.remediation.test_choosing import a_content_measure, an_item
from web.conftest import Cast

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
ITEM = "guide.backups.1"


def an_answer(cast: Cast, look: Look = Look.SEEN, *, on: date = MARCH, weight: float = 1.0) -> None:
    """An assessment, with one gap."""
    actions.record_findings(
        establishment=cast.home,
        source_kind=ASSESSMENT,
        source_id=on.isoformat(),
        source_label="Auto-évaluation",
        measured_on=on,
        findings=[Observation(ITEM, look, "Sauvegardes", "high", weight=weight)],
        by=cast.alice,
        subject="guide",
    )


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Measure]:
    """The measures of the content, for these tests."""
    found = {"both": a_content_measure("both", ITEM, "vuln_x", days=3)}
    monkeypatch.setattr(proposing, "measures", lambda: found)
    monkeypatch.setattr(proposing, "items", lambda: {ITEM: an_item(ITEM)})
    return found


def proposed(cast: Cast, today: date = MARCH) -> int:
    return actions.propose_measures(establishment=cast.home, today=today, by=cast.alice)


def audited(cast: Cast, look: Look = Look.SEEN, on: date = MARCH) -> None:
    a_measure(cast.home, an_observation("vuln_x", look), on=on)


def proposed_by_audit(cast: Cast, **more: Any) -> None:
    mends = (Mends("vuln_x"),)
    actions.propose(
        establishment=cast.home,
        source_kind="directory",
        subject="S-1",
        proposals=[Proposal("control/vuln_x", "Corriger : x", "Ainsi.", 30, mends)],
        today=MARCH,
        by=None,
    )


def test_one_action_mends_what_an_audit_and_an_assessment_saw(cast: Cast, known: Any) -> None:
    an_answer(cast)
    audited(cast)
    assert (proposed(cast), proposed(cast)) == (1, 0)
    action = Action.objects.get()
    assert (action.state, action.links.count(), action.days_high) == (State.PROPOSED, 2, 3)
    assert action.half_days is None


def test_the_proposal_of_an_audit_is_merged_in_the_measure_and_is_not_made_again(
    cast: Cast, known: Any
) -> None:
    an_answer(cast)
    audited(cast)
    proposed_by_audit(cast)
    proposed(cast)
    proposed_by_audit(cast)
    assert [a.content_measure for a in Action.objects.open()] == ["both"]


def test_the_proposal_of_an_audit_comes_back_when_the_measure_is_set_aside(
    cast: Cast, known: Any
) -> None:
    an_answer(cast)
    audited(cast)
    proposed(cast)
    actions.move_action(
        action=Action.objects.get(), event=Event.ABANDON, today=MARCH, by=cast.alice, reason="Trop tôt."
    )  # fmt: skip
    proposed_by_audit(cast)
    assert proposed(cast) == 0
    assert [a.title for a in Action.objects.open()] == ["Corriger : x"]


def test_a_cost_that_the_establishment_wrote_stays_when_the_content_changes(
    cast: Cast, known: dict[str, Measure]
) -> None:
    an_answer(cast)
    proposed(cast)
    values = actions.Values("Mesure both", half_days=1)
    actions.change_action(action=Action.objects.get(), values=values, today=MARCH, by=cast.alice)
    known["both"] = a_content_measure("both", ITEM, "vuln_x", days=8)
    proposed(cast)
    action = Action.objects.get()
    assert (action.half_days, action.days_low, action.state) == (1, 8, State.PLANNED)


def test_a_planned_measure_also_mends_what_is_found_later(cast: Cast, known: Any) -> None:
    an_answer(cast)
    proposed(cast)
    actions.move_action(action=Action.objects.get(), event=Event.PLAN, today=MARCH, by=cast.alice)
    audited(cast)
    assert proposed(cast) == 0
    assert Action.objects.get().links.count() == 2


def test_a_measure_with_nothing_left_to_mend_leaves_the_plan_and_comes_back(
    cast: Cast, known: Any
) -> None:
    an_answer(cast)
    proposed(cast)
    an_answer(cast, Look.ABSENT, on=APRIL)
    assert Action.objects.get().state == State.ABANDONED
    an_answer(cast, on=MAY)
    assert proposed(cast) == 0
    assert Action.objects.get().state == State.PROPOSED


def test_the_part_that_a_measure_mends_follows_the_level_already_reached(
    cast: Cast, known: dict[str, Measure]
) -> None:
    known["both"] = a_content_measure("both", ITEM, to=3)
    an_answer(cast, weight=0.5)
    proposed(cast)
    assert [link.share for link in Action.objects.get().links.all()] == [0.5]
    an_answer(cast, on=APRIL, weight=1.0)
    proposed(cast)
    assert [link.share for link in Action.objects.get().links.all()] == [0.75]


def test_what_must_come_before_is_written_between_measures(
    cast: Cast, known: dict[str, Measure]
) -> None:
    known["first"] = a_content_measure("first", "vuln_x")
    known["both"] = a_content_measure("both", ITEM, requires=["first"])
    an_answer(cast)
    audited(cast)
    proposed(cast)
    then = Action.objects.get(content_measure="both")
    assert [a.content_measure for a in then.requires.all()] == ["first"]


def test_an_answer_alone_never_verifies_an_action(cast: Cast, known: Any) -> None:
    an_answer(cast)
    gap = Finding.objects.get()
    action = closed(an_action(cast.home, cast.alice, gap), cast.alice, APRIL)
    an_answer(cast, Look.ABSENT, on=MAY)
    action.refresh_from_db()
    assert action.state == State.CLOSED


def test_the_measures_of_the_content_can_all_be_proposed(cast: Cast) -> None:
    keys = {m.item for measure in proposing.measures().values() for m in measure.mends if m.item}
    observations = [Observation(key, Look.SEEN, key, "medium") for key in sorted(keys)]
    actions.record_findings(
        establishment=cast.home, source_kind=ASSESSMENT, source_id="1", source_label="Tout",
        measured_on=MARCH, findings=observations, by=None, subject="tout",
    )  # fmt: skip
    assert proposed(cast) > 0
    assert Action.objects.filter(how="").count() == 0
