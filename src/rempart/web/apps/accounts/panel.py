"""Who has access, on the page of an establishment."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from rempart.web.apps.accounts.models import AccessRecord, Delegation, Invitation
from rempart.web.core import access_log, panels
from rempart.web.core.scope import Act, Level, Scope

RECENT = timedelta(days=30)


def register() -> None:
    """Add the panel, and the words of our pages for those who read who looked."""
    panels.register(
        panels.Panel("access", 90, Act.SEE_ACCESS, "accounts/panel.html", access_of, "Qui a accès")
    )
    access_log.WORDS.update(
        {
            "access": "Qui a accès",
            "mandates": "Mandats",
            "access_records": "Qui a consulté",
            "invite_here": "Inviter quelqu’un",
            "mandate_give": "Donner un mandat",
        }
    )


def access_of(finess: str, scope: Scope) -> dict[str, Any]:
    """Mandates in force, invitations that wait, and people from outside who looked in the last thirty days."""
    now = timezone.now()
    records = AccessRecord.objects.filter(establishment=finess, seen_at__gte=now - RECENT)
    pending = Invitation.objects.pending().filter(level=Level.ESTABLISHMENT, code=finess)
    mandates = Delegation.objects.filter(establishment=finess).in_force(timezone.localdate(now))
    return {
        "finess": finess,
        "mandates": mandates.count(),
        "invitations": pending.filter(expires_at__gt=now).count(),
        "outsiders": records.values("user").distinct().count(),
    }
