"""A risk accepted until a day, by a function that is named: what ends by itself, and is said when it does."""

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from rempart.render.french import day
from rempart.web.apps.accounts import notices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.remediation.models import Action, Comment
from rempart.web.apps.remediation.states import Event, State, after
from rempart.web.apps.remediation.writing import held, saved, told
from rempart.web.core.errors import Refused

LONGEST: Final = timedelta(days=366)


@transaction.atomic
def accept_risk(
    *, action: Action, until: date, function: str, reason: str, today: date, by: User
) -> Action:
    """Live with what an action would mend until a day, a year at most: who decides it is a function of the establishment,
    who writes it is `by`. It comes back in the plan by itself."""
    if not function.strip() or not reason.strip():
        raise Refused("Dites quelle fonction accepte ce risque, et pourquoi.")
    if not today < until <= today + LONGEST:
        raise Refused(
            "Un risque s’accepte jusqu’à un jour à venir, un an au plus.",
            todo="Choisissez une date plus proche : vous pourrez l’accepter de nouveau.",
        )
    row = held(action)
    before = row.state
    row.state, row.state_by, row.state_on = after(row.state, Event.ACCEPT), by, today
    row.accepted_until_on, row.accepted_by_function = until, function.strip()[:120]
    row.accepted_reason, row.reminded_on = reason.strip(), None
    saved(row)
    Comment.objects.create(
        action=row,
        by=by,
        text=f"Risque accepté jusqu’au {day(until.isoformat())} par {row.accepted_by_function} : {row.accepted_reason}",
    )
    told(
        row, "accept_risk", by,
        before=before, until=until.isoformat(), function=row.accepted_by_function, reason=row.accepted_reason,
    )  # fmt: skip
    return row


def expire_acceptances(today: date) -> int:
    """Put back in the plan what was accepted until a day that is past, and tell the people of the establishment."""
    due = Action.objects.filter(state=State.ACCEPTED, accepted_until_on__lt=today)
    return sum(_expire(pk, today) for pk in due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _expire(pk: int, today: date) -> bool:
    row = held(Action(pk=pk))
    if (
        row.state != State.ACCEPTED
        or row.accepted_until_on is None
        or row.accepted_until_on >= today
    ):
        return False
    row.state, row.state_by, row.state_on = after(row.state, Event.EXPIRE), None, today
    saved(row)
    notices.tell(
        row.establishment_id,
        subject=f"Un risque n’est plus accepté : {row.establishment}",
        words=f"Une acceptation a pris fin le {day(row.accepted_until_on.isoformat())} : l’action est de nouveau à faire.",
    )
    told(row, "expire_acceptance", None, until=row.accepted_until_on.isoformat())
    return True
