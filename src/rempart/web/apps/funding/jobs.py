"""What files do by themselves each morning: say that a date comes."""

from datetime import date, time
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart.content.knowledge import programmes
from rempart.web.apps.accounts.models import Membership
from rempart.web.apps.funding.models import CareFile, CareWarning
from rempart.web.apps.funding.rules import Due, distance, dues
from rempart.web.core import mail, schedule
from rempart.web.core.jobs import Run, job
from rempart.web.core.scope import Level, Role

TOLD: Final = (Role.REFERENT, Role.RSSI, Role.DIRECTION)


@schedule.daily("warn_of_care_dates", at=time(5, 50))
@job("warn_of_care_dates", title="Prévenir des dates des dossiers CaRE")
def warn_of_care_dates(run: Run) -> None:
    """Before the digests leave."""
    warn(timezone.localdate())


def warn(today: date) -> int:
    """Write to the people of each file of the dates that come in 60, 30 or 7 days, once for each, even when the server
    slept on its day; gives how many warnings were written."""
    rows = CareFile.objects.filter(establishment__closed_on__isnull=True)
    return sum(_warn(pk, today) for pk in rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _warn(pk: int, today: date) -> int:
    """The warnings of one file, in its own transaction: an interruption loses and repeats nothing."""
    rows = CareFile.objects.select_for_update(of=("self",), no_key=True)
    file = rows.select_related("establishment").get(pk=pk)
    new = []
    for due in dues(programmes()[file.programme], file.dates, today):
        days = distance(due.days_left)
        if days is None:
            continue
        already = CareWarning.objects.filter(
            file=file, date_name=due.name, falls_on=due.on, days_before__lte=days
        )
        if not already.exists():
            CareWarning.objects.create(
                file=file, date_name=due.name, falls_on=due.on, days_before=days
            )
            new.append(due)
    if new:
        _tell(file, new)
    return len(new)


def _tell(file: CareFile, coming: list[Due]) -> None:
    held = Membership.objects.in_force().filter(role__in=TOLD, user__is_active=True)
    here = held.filter(level=Level.ESTABLISHMENT, code=file.establishment_id)
    if file.establishment.operator_id:
        here |= held.filter(level=Level.OPERATOR, code=file.establishment.operator_id)
    if file.grouping_id:
        here |= held.filter(level=Level.GROUPING, code=file.grouping_id)
    programme = programmes()[file.programme]
    context = {
        "file": file,
        "programme": programme,
        "coming": coming,
        "path": reverse("care_file", args=[file.pk]),
    }
    for address in sorted(set(here.values_list("user__email", flat=True))):
        mail.send(
            to=address,
            subject=f"Date proche : {programme.title}",
            template="funding/mail/warning.txt",
            context=context,
            is_for_digest=True,
        )
