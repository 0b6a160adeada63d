"""The scope of a person."""

from datetime import date

from rempart.web.apps.accounts.models import Membership, User
from rempart.web.core.scope import NOBODY, Grant, Level, Role, Scope


def scope_of(user: User, today: date) -> Scope:
    """All that a person may do today: memberships, and the delegations in force."""
    if not user.is_active:
        return NOBODY
    rows = Membership.objects.filter(user=user, ended_at__isnull=True)
    grants = tuple(Grant(Role(m.role), Level(m.level), m.code) for m in rows)
    return Scope(user_id=user.pk, grants=grants)
