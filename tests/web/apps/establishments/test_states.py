"""The life of an import."""

import pytest

from rempart.web.apps.establishments.models import RegistryImport
from rempart.web.apps.establishments.states import TRANSITIONS, State, check
from rempart.web.core.errors import Refused


def test_every_state_has_its_line() -> None:
    assert set(TRANSITIONS) == set(State)


def test_every_state_can_be_reached_and_three_are_final() -> None:
    reached = set().union(*TRANSITIONS.values()) | {State.READING}
    assert reached == set(State)
    assert {s for s, then in TRANSITIONS.items() if not then} == {
        State.APPLIED,
        State.UNREADABLE,
        State.ABANDONED,
    }


@pytest.mark.parametrize("state", [State.APPLIED, State.ABANDONED, State.UNREADABLE])
def test_a_finished_import_does_not_move_any_more(state: State) -> None:
    with pytest.raises(Refused, match=state.label):
        check(RegistryImport(state=state), State.READING)
