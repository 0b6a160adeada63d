"""The acts of the calendar: state one’s means, keep what the optimiser proposes, order actions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from rempart.engines.allocation.problem import QUARTERS
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import ordering
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.planning import Budget, Estimate, quarter_of
from rempart.web.apps.remediation.states import OPEN, Event, State, after
from rempart.web.apps.remediation.writing import held, locked, saved, told
from rempart.web.core import journal, projections
from rempart.web.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says of the means of an establishment: one figure a quarter."""

    euros: Sequence[int]
    days: Sequence[float]
    is_carried: bool = True
    estimate: str = Estimate.MID.value


@transaction.atomic
def set_budget(*, establishment: Establishment, stated: Stated, today: date, by: User) -> Budget:
    """State the means of an establishment for the twelve quarters that begin with the present one."""
    if len(stated.euros) != QUARTERS or len(stated.days) != QUARTERS:
        raise Refused(f"Il faut un montant et un nombre de jours pour {QUARTERS} trimestres.")
    if min((*stated.euros, *stated.days)) < 0:
        raise Refused("Un montant ou un nombre de jours ne peut pas être négatif.")
    locked(establishment)
    row, _ = Budget.objects.update_or_create(
        establishment=establishment,
        defaults={
            "starts_on": quarter_of(today),
            "euros": [int(value) for value in stated.euros],
            "days": [float(value) for value in stated.days],
            "is_carried": stated.is_carried,
            "estimate": stated.estimate,
            "changed_by": by,
        },
    )
    _record("set_budget", establishment, by, euros=row.euros, days=row.days, estimate=row.estimate)
    return row


@transaction.atomic
def keep_calendar(
    *, establishment: Establishment, due: Mapping[int, date], today: date, by: User
) -> int:
    """Write the day by which each action of a calendar is to be done, and plan those that were only proposed; gives how many
    changed. A day that is imposed stays."""
    locked(establishment)
    rows = Action.objects.filter(establishment=establishment, state__in=OPEN, pk__in=due)
    changed: dict[str, str] = {}
    for row in rows.select_for_update(no_key=True):
        is_new = row.state == State.PROPOSED
        if not is_new and (row.is_mandatory or row.due_on == due[row.pk]):
            continue
        if is_new:
            row.state, row.state_by, row.state_on = after(row.state, Event.PLAN), by, today
        if not row.is_mandatory or row.due_on is None:
            row.due_on = due[row.pk]
        saved(row)
        changed[str(row.pk)] = due[row.pk].isoformat()
    _record("keep_calendar", establishment, by, due=changed)
    projections.refresh([establishment.pk])
    return len(changed)


@transaction.atomic
def set_prerequisites(*, action: Action, required: Collection[Action], by: User) -> None:
    """Say what must be done before an action; refused when it makes a circle, with the titles."""
    locked(action.establishment)
    row = held(action)
    before = sorted(row.requires.values_list("pk", flat=True))
    now = sorted(other.pk for other in required)
    if before == now:
        return
    ordering.require(row, required)
    told(row, "set_prerequisites", by, before=before, after=now)


def _record(act: str, establishment: Establishment, by: User, **details: Any) -> None:
    journal.record(
        act,
        by=by,
        object_kind="plan",
        object_id=establishment.pk,
        establishment=establishment.pk,
        details=details,
    )
