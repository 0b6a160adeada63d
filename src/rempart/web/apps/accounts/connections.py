"""Where a person is signed in, and how each of these sessions is ended from another."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from rempart.web.apps.accounts.models import User
from rempart.web.core import journal, sessions
from rempart.web.core.errors import Refused
from rempart.web.core.models import Session


@dataclass(frozen=True, slots=True)
class Opened:
    """An open session as its owner recognises it."""

    handle: str
    browser: str
    address: str
    opened_at: datetime | None
    seen_at: datetime
    is_current: bool


def sessions_of(user: User, current: str | None) -> list[Opened]:
    """The open sessions of a person: the present one, then the last seen first."""
    rows = Session.objects.filter(user_id=user.pk, expire_date__gt=timezone.now())
    found = [
        Opened(
            sessions.handle_of(row.session_key),
            row.browser or "Navigateur inconnu",
            row.address,
            row.opened_at,
            row.seen_at,
            row.session_key == current,
        )
        for row in rows.order_by("-seen_at")
    ]
    return sorted(found, key=lambda opened: not opened.is_current)


@transaction.atomic
def close_session(*, by: User, handle: str, current: str | None) -> None:
    """End one of the sessions of a person, but the present one. Raises Refused."""
    rows = Session.objects.filter(user_id=by.pk).exclude(session_key=current or "")
    key = next((row.pk for row in rows.only("pk") if sessions.handle_of(row.pk) == handle), None)
    if key is None or not Session.objects.filter(pk=key).delete()[0]:
        raise Refused("Cette connexion est déjà fermée.", todo="Rechargez la page.")
    _record(by, 1)


@transaction.atomic
def close_other_sessions(*, by: User, current: str | None) -> int:
    """End all the sessions of a person but the present one; gives how many there were."""
    ended = sessions.close(by.pk, but=current)
    if ended:
        _record(by, ended)
    return ended


def _record(by: User, ended: int) -> None:
    journal.record(
        "close_sessions",
        by=by,
        object_kind="account",
        object_id=by.pk,
        object_label=by.email,
        details={"sessions": ended},
    )
