"""What the plan does by itself each morning: end acceptances, and remind of due dates."""

from datetime import date, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from rempart.web.apps.remediation import plain
from rempart.web.apps.remediation.accepting import expire_acceptances
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import State
from rempart.web.core import mail, schedule
from rempart.web.core.jobs import Run, job

SOON: Final = timedelta(days=7)
AGAIN: Final = timedelta(days=30)
BEFORE_THE_END: Final = timedelta(days=30)


@schedule.daily("end_acceptances", at=time(5, 30))
@job("end_acceptances", title="Mettre fin aux risques acceptés")
def end_acceptances(run: Run) -> None:
    """Each in its own transaction: an interruption loses nothing."""
    expire_acceptances(timezone.localdate())


@schedule.daily("remind_of_actions", at=time(6, 0))
@job("remind_of_actions", title="Rappeler les échéances du plan")
def remind_of_actions(run: Run) -> None:
    """Before the digests leave."""
    remind(timezone.localdate())


def remind(today: date) -> int:
    """Write to whoever is responsible for an action that is due within a week, or late (once a month), and for an
    acceptance that ends within a month; gives how many were written. The same day twice writes once."""
    soon = Q(due_on__gte=today, due_on__lte=today + SOON)
    late = Q(due_on__lt=today)
    ending = Q(state=State.ACCEPTED, accepted_until_on__lte=today + BEFORE_THE_END)
    rows = Action.objects.filter(owner__isnull=False, owner__is_active=True).filter(
        ending | Q(soon | late, state__in=(State.PLANNED, State.UNDER_WAY))
    )
    return sum(_remind(pk, today) for pk in rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, today: date) -> bool:
    row = (
        Action.objects.select_for_update(of=("self",), no_key=True)
        .select_related("establishment", "owner")
        .get(pk=pk)
    )
    if row.owner is None or not _is_due(row, today):
        return False
    words = plain.of([row])[row.pk]
    context = {
        "action": row,
        "plain": words,
        "today": today,
        "path": reverse("action", args=[row.pk]),
    }
    mail.send(
        to=row.owner.email,
        subject=_subject(row, words.title, today),
        template="remediation/mail/reminder.txt",
        context=context,
        is_for_digest=True,
    )
    # Not a change of the action: its version, which forms hold, stays.
    Action.objects.filter(pk=row.pk).update(reminded_on=today)
    return True


def _is_due(row: Action, today: date) -> bool:
    """Whether nothing was written of this date yet; of a late one, for a month."""
    last = row.reminded_on
    if row.state == State.ACCEPTED:
        end = row.accepted_until_on
        return end is not None and (last is None or last < end - BEFORE_THE_END)
    if row.due_on is None:
        return False
    if today <= row.due_on:
        return last is None or last < row.due_on - SOON
    return last is None or last <= row.due_on or today - last >= AGAIN


def _subject(row: Action, title: str, today: date) -> str:
    if row.state == State.ACCEPTED:
        return f"Fin prochaine d’un risque accepté : {title}"
    late = row.due_on is not None and row.due_on < today
    return f"{'Action en retard' if late else 'Échéance proche'} : {title}"
