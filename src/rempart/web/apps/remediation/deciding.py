"""What somebody decides of a proposal: it is done, by whom, before which day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction

from rempart.web.apps.accounts.models import User
from rempart.web.apps.remediation.actions import change_action, move_action
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import Event, State
from rempart.web.apps.remediation.writing import Values, values_of
from rempart.web.core import journal

SHORT_WORK = 2.0
"""Days of work under which an action can be asked for within the month."""
A_MONTH, A_QUARTER = timedelta(days=30), timedelta(days=91)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who does it, and before which day; both may be left for later."""

    due_on: date | None = None
    owner: User | None = None
    owner_function: str = ""


def due_on(days: float | None, today: date) -> date:
    """A day to propose for work of so many days: within the month when it is short, else within the quarter."""
    return today + (A_MONTH if days is not None and days <= SHORT_WORK else A_QUARTER)


@transaction.atomic
@journal.gathered()
def put_in_plan(*, action: Action, decision: Decision, today: date, by: User) -> Action:
    """Plan a proposal, or take up again what was abandoned, with who does it and when."""
    event = Event.RESUME if action.state == State.ABANDONED else Event.PLAN
    row = move_action(action=action, event=event, today=today, by=by)
    values: Values = replace(
        values_of(row),
        due_on=decision.due_on,
        owner=decision.owner,
        owner_function=decision.owner_function,
    )
    return change_action(action=row, values=values, today=today, by=by)
