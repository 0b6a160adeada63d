"""The life of an import of the registry: who moves it, and where it may go."""

from typing import Final

from rempart.web.apps.establishments.models import RegistryImport
from rempart.web.core.errors import Refused

State = RegistryImport.State

TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.READING: frozenset({State.READY, State.UNREADABLE, State.ABANDONED}),
    State.READY: frozenset(
        {State.APPLYING, State.APPLIED, State.STALE, State.READING, State.ABANDONED}
    ),
    State.APPLYING: frozenset({State.APPLIED, State.STALE, State.READING, State.ABANDONED}),
    State.STALE: frozenset({State.READING, State.ABANDONED}),
    State.APPLIED: frozenset(),
    State.UNREADABLE: frozenset(),
    State.ABANDONED: frozenset(),
}
"""From each state, the states that may follow. The job owns READING and APPLYING while it lasts; a person owns the others,
and those two once the job has ended without moving them (cancelled, or failed for good)."""


def check(registry_import: RegistryImport, to: State) -> None:
    """Raise Refused when the import may not go there."""
    now = State(registry_import.state)
    if to not in TRANSITIONS[now]:
        raise Refused(
            f"Cet import est dans l’état « {now.label} » : il ne peut pas passer à « {to.label} ».",
            todo="Rechargez la page : quelqu’un d’autre l’a peut-être déjà traité.",
        )
