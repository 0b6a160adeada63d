"""The life of an action: its states, who may change them, and from which to which.

`python -m rempart.web.apps.remediation.states` prints the diagram that the documentation holds.
"""

from enum import StrEnum
from typing import Final

from django.db import models

from rempart.web.core.errors import Refused


class State(models.TextChoices):
    """Where an action is."""

    PROPOSED = "proposed", "proposée"
    PLANNED = "planned", "planifiée"
    UNDER_WAY = "under_way", "en cours"
    CLOSED = "closed", "close (déclarée)"
    VERIFIED = "verified", "vérifiée"
    ABANDONED = "abandoned", "abandonnée"
    ACCEPTED = "accepted", "risque accepté"


class Event(StrEnum):
    """What happens to an action."""

    PLAN = "plan"
    START = "start"
    CLOSE = "close"
    ABANDON = "abandon"
    RESUME = "resume"
    PROPOSE = "propose"
    WITHDRAW = "withdraw"
    VERIFY = "verify"
    SEE_AGAIN = "see_again"
    LOSE_PROOF = "lose_proof"
    ACCEPT = "accept"
    EXPIRE = "expire"


class Who(StrEnum):
    """Who makes an event happen: a person of the plan, a measure, or a day that has come."""

    PERSON = "person"
    MEASURE = "measure"
    CALENDAR = "calendar"


WORDS: Final[dict[Event, str]] = {
    Event.PLAN: "Planifier",
    Event.START: "Commencer l’action",
    Event.CLOSE: "Clore",
    Event.ABANDON: "Abandonner",
    Event.RESUME: "Reprendre",
    Event.PROPOSE: "Proposer de nouveau",
    Event.WITHDRAW: "Retirer la proposition",
    Event.VERIFY: "Vérifier",
    Event.SEE_AGAIN: "Rouvrir",
    Event.LOSE_PROOF: "Perdre sa preuve",
    Event.ACCEPT: "Accepter le risque",
    Event.EXPIRE: "Mettre fin à l’acceptation",
}

MAKERS: Final[dict[Event, Who]] = {
    Event.PLAN: Who.PERSON,
    Event.START: Who.PERSON,
    Event.CLOSE: Who.PERSON,
    Event.ABANDON: Who.PERSON,
    Event.RESUME: Who.PERSON,
    Event.PROPOSE: Who.MEASURE,
    Event.WITHDRAW: Who.MEASURE,
    Event.VERIFY: Who.MEASURE,
    Event.SEE_AGAIN: Who.MEASURE,
    Event.LOSE_PROOF: Who.MEASURE,
    Event.ACCEPT: Who.PERSON,
    Event.EXPIRE: Who.CALENDAR,
}

OWNERS: Final[dict[State, Who]] = {
    State.PROPOSED: Who.MEASURE,
    State.PLANNED: Who.PERSON,
    State.UNDER_WAY: Who.PERSON,
    State.CLOSED: Who.PERSON,
    State.VERIFIED: Who.MEASURE,
    State.ABANDONED: Who.PERSON,
    State.ACCEPTED: Who.PERSON,
}

TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.PROPOSED: {
        Event.PLAN: State.PLANNED,
        Event.START: State.UNDER_WAY,
        Event.CLOSE: State.CLOSED,
        Event.ACCEPT: State.ACCEPTED,
        Event.ABANDON: State.ABANDONED,
        Event.WITHDRAW: State.ABANDONED,
    },
    State.PLANNED: {
        Event.START: State.UNDER_WAY,
        Event.CLOSE: State.CLOSED,
        Event.ACCEPT: State.ACCEPTED,
        Event.ABANDON: State.ABANDONED,
    },
    State.UNDER_WAY: {
        Event.PLAN: State.PLANNED,
        Event.CLOSE: State.CLOSED,
        Event.ACCEPT: State.ACCEPTED,
        Event.ABANDON: State.ABANDONED,
    },
    State.CLOSED: {
        Event.RESUME: State.UNDER_WAY,
        Event.VERIFY: State.VERIFIED,
        Event.SEE_AGAIN: State.UNDER_WAY,
    },
    State.VERIFIED: {Event.SEE_AGAIN: State.UNDER_WAY, Event.LOSE_PROOF: State.CLOSED},
    State.ABANDONED: {Event.RESUME: State.PLANNED, Event.PROPOSE: State.PROPOSED},
    State.ACCEPTED: {
        Event.RESUME: State.PLANNED,
        Event.EXPIRE: State.PLANNED,
        Event.WITHDRAW: State.ABANDONED,
    },
}

_WHO: Final = {Who.PERSON: "", Who.MEASURE: " (mesure)", Who.CALENDAR: " (échéance)"}

OPEN: Final = (State.PROPOSED, State.PLANNED, State.UNDER_WAY)
DECIDED: Final = (State.PLANNED, State.UNDER_WAY)
DECLARED: Final = State.CLOSED
DONE: Final = (State.CLOSED, State.VERIFIED)


def after(state: str, event: Event) -> State:
    """The state that follows; raises Refused, with the words of the two, when there is none."""
    found = TRANSITIONS[State(state)].get(event)
    if found is None:
        raise Refused(
            f"Une action {State(state).label} ne peut pas changer ainsi : « {WORDS[event]} ».",
            todo="Rechargez la page : quelqu’un l’a peut-être déjà changée.",
        )
    return found


def events_for_people(state: str) -> list[Event]:
    """What a person may do of an action in this state."""
    return [event for event in TRANSITIONS[State(state)] if MAKERS[event] is Who.PERSON]


def diagram() -> str:
    """The transitions as a Mermaid state diagram; a dashed arrow does not exist there, so who is named."""
    lines = ["stateDiagram-v2", "    [*] --> proposed : une mesure propose"]
    lines.append("    [*] --> planned : une personne ajoute")
    lines += [f'    state "{state.label}" as {state.value}' for state in State]
    for state, events in TRANSITIONS.items():
        for event, to in events.items():
            who = _WHO[MAKERS[event]]
            lines.append(f"    {state.value} --> {to.value} : {WORDS[event]}{who}")
    return "\n".join(lines) + "\n"
