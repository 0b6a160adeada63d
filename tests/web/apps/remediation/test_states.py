"""The table of states is total, and the documentation holds its diagram."""

from pathlib import Path

import pytest

from rempart.web.apps.remediation.states import (
    DONE,
    MAKERS,
    OPEN,
    OWNERS,
    TRANSITIONS,
    WORDS,
    Event,
    State,
    Who,
    after,
    diagram,
    events_for_people,
)
from rempart.web.core.errors import Refused


def test_the_table_of_transitions_is_total() -> None:
    assert set(TRANSITIONS) == set(OWNERS) == set(State)
    assert set(MAKERS) == set(WORDS) == set(Event)
    assert {event for events in TRANSITIONS.values() for event in events} == set(Event)
    assert {*OPEN, *DONE, State.ABANDONED, State.ACCEPTED} == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_moves_a_state_or_is_refused(state: State, event: Event) -> None:
    if event in TRANSITIONS[state]:
        assert after(state, event) in State
    else:
        with pytest.raises(Refused):
            after(state, event)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {to for events in TRANSITIONS.values() for to in events.values()}
    assert reached == set(State)
    assert all(TRANSITIONS.values())


def test_nobody_verifies_an_action_by_hand() -> None:
    offered = {event for state in State for event in events_for_people(state)}
    assert Event.VERIFY not in offered
    to_verified = {
        e for events in TRANSITIONS.values() for e, to in events.items() if to is State.VERIFIED
    }
    assert {MAKERS[event] for event in to_verified} == {Who.MEASURE}


def test_a_measure_never_declares_an_action_done() -> None:
    closing = {
        event
        for state, events in TRANSITIONS.items()
        for event, to in events.items()
        if to is State.CLOSED and state is not State.VERIFIED
    }
    assert {MAKERS[event] for event in closing} == {Who.PERSON}


def test_the_documentation_holds_the_diagram(root: Path) -> None:
    page = (root / "docs" / "dev" / "remediation-states.md").read_text(encoding="utf-8")
    assert diagram() in page
