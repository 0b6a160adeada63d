"""The life of an assessment."""

from enum import StrEnum
from typing import Final

from django.db import models

from rempart.web.core.errors import Refused


class State(models.TextChoices):
    """Where an assessment is."""

    DRAFT = "draft", "en cours"
    SUBMITTED = "submitted", "terminée"
    REOPENED = "reopened", "rouverte"
    ARCHIVED = "archived", "archivée"


class Event(StrEnum):
    """What happens to an assessment."""

    SUBMIT = "submit"
    REOPEN = "reopen"
    ARCHIVE = "archive"


WORDS: Final[dict[Event, str]] = {
    Event.SUBMIT: "Terminer",
    Event.REOPEN: "Rouvrir",
    Event.ARCHIVE: "Archiver",
}

TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.DRAFT: {Event.SUBMIT: State.SUBMITTED, Event.ARCHIVE: State.ARCHIVED},
    State.REOPENED: {Event.SUBMIT: State.SUBMITTED, Event.ARCHIVE: State.ARCHIVED},
    State.SUBMITTED: {Event.REOPEN: State.REOPENED, Event.ARCHIVE: State.ARCHIVED},
    State.ARCHIVED: {},
}

OPEN: Final = (State.DRAFT, State.REOPENED)
"""Those that take answers."""


def after(state: str, event: Event) -> State:
    """The state that follows; raises Refused when there is none."""
    found = TRANSITIONS[State(state)].get(event)
    if found is None:
        raise Refused(
            f"Une auto-évaluation {State(state).label} ne peut pas changer ainsi : « {WORDS[event]} ».",
            todo="Rechargez la page : quelqu’un l’a peut-être déjà changée.",
        )
    return found
