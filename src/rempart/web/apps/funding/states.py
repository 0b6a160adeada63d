"""The life of a file."""

from enum import StrEnum
from typing import Final

from django.db import models

from rempart.web.core.errors import Refused


class State(models.TextChoices):
    """Where a file is."""

    PREPARING = "preparing", "en préparation"
    DECLARED = "declared", "objectifs déclarés"


class Event(StrEnum):
    """What happens to a file."""

    DECLARE = "declare"
    TAKE_BACK = "take_back"


WORDS: Final[dict[Event, str]] = {
    Event.DECLARE: "Noter la déclaration",
    Event.TAKE_BACK: "Revenir à la préparation",
}

TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.PREPARING: {Event.DECLARE: State.DECLARED},
    State.DECLARED: {Event.TAKE_BACK: State.PREPARING},
}


def after(state: str, event: Event) -> State:
    """The state that follows; raises Refused when there is none."""
    found = TRANSITIONS[State(state)].get(event)
    if found is None:
        raise Refused(
            f"Un dossier « {State(state).label} » ne peut pas changer ainsi : « {WORDS[event]} ».",
            todo="Rechargez la page : quelqu’un l’a peut-être déjà changé.",
        )
    return found
