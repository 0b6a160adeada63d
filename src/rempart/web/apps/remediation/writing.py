"""What the acts of the plan share: the row held, written again one version further, said in the journal."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import plain
from rempart.web.apps.remediation.models import Action
from rempart.web.core import journal, mail, projections


@dataclass(frozen=True, slots=True)
class Values:
    """What a person writes of an action."""

    title: str
    how: str = ""
    owner: User | None = None
    owner_function: str = ""
    due_on: date | None = None
    half_days: int | None = None
    cost_euros: int | None = None
    yearly_euros: int | None = None
    is_mandatory: bool = False


def locked(establishment: Establishment) -> None:
    """One measure of an establishment at a time: the state of its findings is computed from all of them."""
    Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)


def held(action: Action) -> Action:
    """The row, held until the end of the act, with its establishment."""
    return (
        Action.objects.select_for_update(of=("self",), no_key=True)
        .select_related("establishment")
        .get(pk=action.pk)
    )


def saved(row: Action) -> None:
    """Write a row, one version further."""
    row.version += 1
    row.save()


def fill(action: Action, values: Values) -> None:
    """Put what a person wrote on an action."""
    for name in Values.__slots__:
        setattr(action, name, getattr(values, name))
    action.search = action.searched()


def values_of(action: Action) -> Values:
    """What an action holds of what people write."""
    return Values(**{name: getattr(action, name) for name in Values.__slots__})


def tell_owner(action: Action, before: User | None, by: User) -> None:
    """A person who is given an action learns it in the digest of the day."""
    owner = action.owner
    if owner is None or owner in (before, by):
        return
    words = plain.of([action])[action.pk]
    mail.send(
        to=owner.email,
        subject=f"Une action vous est confiée : {words.title}",
        template="remediation/mail/owner.txt",
        context={
            "action": action,
            "plain": words,
            "by": by,
            "path": reverse("action", args=[action.pk]),
        },
        is_for_digest=True,
    )


def said(action: Action) -> dict[str, Any]:
    """What the journal keeps of an action."""
    return {
        "title": action.title,
        "owner": action.owner_words,
        "due_on": action.due_on.isoformat() if action.due_on else "",
        "half_days": action.half_days,
        "cost_euros": action.cost_euros,
        "yearly_euros": action.yearly_euros,
        "is_mandatory": action.is_mandatory,
        "state": action.state,
    }


def told(action: Action, act: str, by: User | None, **details: Any) -> None:
    """Refresh what is kept of the establishment of an action, then write the act in the journal: it comes last."""
    projections.refresh([action.establishment_id])
    journal.record(
        act,
        by=by,
        object_kind="action",
        object_id=action.pk,
        object_label=action.title,
        establishment=action.establishment_id,
        details=details,
    )
