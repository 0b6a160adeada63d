"""Actions: proposed, written, closed by people, verified and reopened by measures."""

from datetime import date

import pytest

from factories.findings import a_finding, a_measure, an_action, an_observation, closed
from rempart.web.apps.remediation import actions
from rempart.web.apps.remediation.following import Mends, Proposal
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.rules import Look
from rempart.web.apps.remediation.states import Event, State
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry, Mail
from rempart.web.core.sealing import unseal
from web.conftest import Cast

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def a_proposal(key: str = "a", *concerned: str, origin: str = "control/a") -> Proposal:
    return Proposal(origin, f"Corriger {key}", "Par la console.", 30, (Mends(key, concerned),))


def proposed(cast: Cast, *proposals: Proposal) -> int:
    return actions.propose(
        establishment=cast.home,
        source_kind="directory",
        subject="S-1",
        proposals=proposals,
        today=MARCH,
        by=None,
    )


def a_planned(cast: Cast) -> Action:
    a_measure(cast.home, an_observation("a"), on=MARCH)
    return an_action(cast.home, cast.alice, Finding.objects.get(key="a"), today=MARCH)


def again(action: Action) -> Action:
    action.refresh_from_db()
    return action


def test_closing_declares_and_does_not_verify(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, APRIL)
    assert (action.state, action.verified_on) == (State.CLOSED, None)


def test_a_later_measure_that_does_not_see_the_finding_verifies_the_action(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, APRIL)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    assert again(action).state == State.VERIFIED
    assert (action.verified_on, action.verified_by_label) == (MAY, "Audit du 2026-05-01")
    entry = JournalEntry.objects.get(act="verify_action")
    assert (entry.actor_id, entry.details["measured_on"]) == (None, "2026-05-01")


def test_a_measure_made_before_the_gesture_verifies_nothing(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, MAY)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=APRIL)
    assert again(action).state == State.CLOSED


def test_a_measure_that_could_not_look_verifies_nothing(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, APRIL)
    a_measure(cast.home, an_observation("a", Look.NOT_MEASURED), on=MAY)
    assert again(action).state == State.CLOSED


def test_an_action_closed_after_the_measure_that_proves_it_is_verified_at_once(cast: Cast) -> None:
    action = a_planned(cast)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    done = actions.close_action(
        action=action, done_on=APRIL, proof=actions.Proof("Fait."), today=JUNE, by=cast.alice
    )
    assert (done.state, done.verified_on) == (State.VERIFIED, MAY)


def test_a_closed_action_whose_finding_is_still_seen_is_reopened(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, APRIL)
    a_measure(cast.home, an_observation("a"), on=MAY)
    assert (again(action).state, action.state_by) == (State.UNDER_WAY, None)
    assert JournalEntry.objects.filter(act="reopen_action").exists()


def test_a_verified_action_whose_finding_comes_back_is_reopened(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, APRIL)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    a_measure(cast.home, an_observation("a"), on=JUNE)
    assert (again(action).state, action.verified_on) == (State.UNDER_WAY, None)


def test_an_older_measure_deposited_later_reopens_no_action(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, MARCH)
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=MAY)
    a_measure(cast.home, an_observation("a"), on=APRIL)
    assert again(action).state == State.VERIFIED


def test_an_action_on_two_findings_waits_for_both(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), an_observation("b"), on=MARCH)
    action = an_action(cast.home, cast.alice, *Finding.objects.all(), today=MARCH)
    closed(action, cast.alice, MARCH)
    gone = an_observation("a", Look.ABSENT)
    a_measure(cast.home, gone, an_observation("b", Look.NOT_MEASURED), on=APRIL)
    assert again(action).state == State.CLOSED
    a_measure(cast.home, gone, an_observation("b", Look.ABSENT), on=MAY)
    assert again(action).state == State.VERIFIED


def test_a_gesture_on_one_object_of_a_finding_is_verified_without_the_others(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a", concerned=("S-A", "S-B")), on=MARCH)
    proposed(cast, a_proposal("a", "S-A"))
    action = closed(Action.objects.get(), cast.alice, APRIL)
    a_measure(cast.home, an_observation("a", concerned=("S-B",)), on=MAY)
    assert again(action).state == State.VERIFIED
    assert Finding.objects.get().mended_on is None


def test_a_gesture_is_not_verified_while_its_own_object_is_seen(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a", concerned=("S-A", "S-B")), on=MARCH)
    proposed(cast, a_proposal("a", "S-A"))
    action = closed(Action.objects.get(), cast.alice, APRIL)
    a_measure(cast.home, an_observation("a", concerned=("S-A",)), on=MAY)
    assert again(action).state == State.UNDER_WAY


def test_the_same_proposal_twice_is_the_same_action(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"))
    assert (proposed(cast, a_proposal()), proposed(cast, a_proposal())) == (1, 0)
    assert Action.objects.get().state == State.PROPOSED


def test_a_proposal_that_nobody_took_leaves_when_its_finding_is_mended(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), on=MARCH)
    proposed(cast, a_proposal())
    a_measure(cast.home, an_observation("a", Look.ABSENT), on=APRIL)
    assert Action.objects.get().state == State.ABANDONED
    a_measure(cast.home, an_observation("a"), on=MAY)
    proposed(cast, a_proposal())
    assert Action.objects.get().state == State.PROPOSED


def test_a_proposal_that_is_not_made_any_more_leaves_the_plan(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"), an_observation("b"))
    proposed(cast, a_proposal(), a_proposal("b", origin="control/b"))
    proposed(cast, a_proposal("b", origin="control/b"))
    assert list(Action.objects.open().values_list("title", flat=True)) == ["Corriger b"]


def test_what_a_person_abandoned_is_not_proposed_again(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"))
    proposed(cast, a_proposal())
    actions.move_action(
        action=Action.objects.get(), event=Event.ABANDON, today=MARCH, by=cast.alice, reason="Arrêt en mai."
    )  # fmt: skip
    proposed(cast, a_proposal())
    assert Action.objects.get().state == State.ABANDONED


def test_a_proposal_that_somebody_writes_on_is_planned(cast: Cast) -> None:
    a_measure(cast.home, an_observation("a"))
    proposed(cast, a_proposal())
    action = actions.change_action(
        action=Action.objects.get(), values=actions.Values("Autre titre", due_on=MAY), today=MARCH, by=cast.alice
    )  # fmt: skip
    proposed(cast, a_proposal())
    assert (again(action).state, action.title) == (State.PLANNED, "Autre titre")


def test_a_change_over_the_change_of_another_is_refused(cast: Cast) -> None:
    action = a_planned(cast)
    values = actions.Values("Un titre")
    actions.change_action(action=action, values=values, version=1, today=MARCH, by=cast.alice)
    with pytest.raises(Refused, match="Quelqu’un"):
        actions.change_action(action=action, values=values, version=1, today=MARCH, by=cast.bob)


@pytest.mark.parametrize(
    ("done_on", "note"), [(MARCH, "  "), (JUNE, "Fait."), (date(2026, 5, 2), "Fait.")]
)
def test_closing_wants_a_proof_and_a_day_that_has_come(
    cast: Cast, done_on: date, note: str
) -> None:
    action = a_planned(cast)
    with pytest.raises(Refused):
        actions.close_action(
            action=action, done_on=done_on, proof=actions.Proof(note), today=MAY, by=cast.alice
        )
    assert again(action).state == State.PLANNED


def test_abandoning_wants_a_reason_and_keeps_it(cast: Cast) -> None:
    action = a_planned(cast)
    with pytest.raises(Refused):
        actions.move_action(action=action, event=Event.ABANDON, today=MAY, by=cast.alice)
    actions.move_action(action=action, event=Event.ABANDON, today=MAY, by=cast.alice, reason="Doublon.")  # fmt: skip
    assert [c.text for c in action.comments.all()] == ["Doublon."]


def test_an_action_cannot_mend_a_finding_of_another_establishment(cast: Cast) -> None:
    stranger = a_finding(cast.far)
    with pytest.raises(Refused, match="autre établissement"):
        an_action(cast.home, cast.alice, stranger)


def test_an_action_is_not_moved_to_a_finding_of_another_establishment(cast: Cast) -> None:
    action, stranger = a_planned(cast), a_finding(cast.far)
    with pytest.raises(Refused, match="autre établissement"):
        actions.change_action(
            action=action, values=actions.Values("X"), findings=[stranger], today=MAY, by=cast.alice
        )
    assert stranger not in action.findings.all()


def test_nothing_to_say_is_no_comment(cast: Cast) -> None:
    action = a_planned(cast)
    with pytest.raises(Refused, match="vide"):
        actions.comment_action(action=action, text=" \n", by=cast.alice)
    assert not action.comments.exists()


def test_a_measure_that_was_never_recorded_is_taken_back_without_a_word(cast: Cast) -> None:
    actions.take_back_measure(
        establishment=cast.home, source_kind="directory", source_id="0", by=None
    )
    assert not JournalEntry.objects.filter(act="take_back_measure").exists()


def test_a_proposal_about_nothing_that_is_open_is_not_made(cast: Cast) -> None:
    assert proposed(cast, a_proposal("absent")) == 0
    assert not Action.objects.exists()


def test_a_measure_cannot_be_passed_for_a_persons_choice(cast: Cast) -> None:
    action = closed(a_planned(cast), cast.alice, APRIL)
    with pytest.raises(Refused):
        actions.move_action(action=action, event=Event.VERIFY, today=MAY, by=cast.alice)


def test_every_act_of_the_plan_is_in_the_journal(cast: Cast) -> None:
    action = a_planned(cast)
    actions.move_action(action=action, event=Event.START, today=MARCH, by=cast.alice)
    actions.comment_action(action=action, text="Vu avec l’hébergeur.", by=cast.alice)
    closed(action, cast.alice, APRIL)
    acts = JournalEntry.objects.filter(object_kind="action").values_list("act", flat=True)
    assert list(acts) == ["add_action", "start_action", "comment_action", "close_action"]


def test_a_person_who_is_given_an_action_learns_it_once_a_day(cast: Cast) -> None:
    action = an_action(cast.home, cast.alice, owner=cast.bob)
    an_action(cast.home, cast.alice, owner=cast.alice)
    values = actions.Values("Autre titre", owner=cast.bob)
    actions.change_action(action=action, values=values, today=MARCH, by=cast.alice)
    mail = Mail.objects.get()
    assert (mail.recipient, mail.is_for_digest) == (cast.bob.email, True)
    assert f"/actions/{action.pk}/" in unseal(mail.sealed_text)


def test_overdue_actions_are_open_ones_whose_day_is_past(cast: Cast) -> None:
    an_action(cast.home, cast.alice, due_on=MARCH)
    late = closed(an_action(cast.home, cast.alice, due_on=MARCH), cast.alice, MAY)
    overdue = Action.objects.overdue(APRIL)
    assert overdue.count() == 1
    assert late not in overdue
