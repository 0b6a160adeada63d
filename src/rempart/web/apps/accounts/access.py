"""The scope of a person."""

from datetime import date
from typing import cast

from django.db.models import Q
from django.http import HttpRequest

from rempart.web.apps.accounts.models import Delegation, Membership, User
from rempart.web.core.scope import NOBODY, Act, Grant, Level, Role, Scope


def scope_of(user: User, today: date) -> Scope:
    """All that a person may do today, in two queries: memberships, and the delegations in force."""
    if not user.is_active:
        return NOBODY
    rows, user.held_just_now = user.held_just_now, None
    if rows is None:
        rows = list(Membership.objects.filter(user=user, ended_at__isnull=True).order_by("id"))
    held = tuple(Grant(Role(m.role), Level(m.level), m.code) for m in rows)
    mandated = Delegation.objects.in_force(today).filter(_to(user, held)).order_by("id")
    lent = tuple(_lent(row) for row in mandated)
    return Scope(user_id=user.pk, grants=held + lent)


def _to(user: User, held: tuple[Grant, ...]) -> Q:
    """The delegations that are given to this person, by name or by what they hold."""
    found = Q(to=Delegation.To.PERSON, code=user.email)
    sides = (
        (Delegation.To.GROUPING, Level.GROUPING, Role.RSSI),
        (Delegation.To.ADVISERS, Level.REGION, Role.ADVISER),
        (Delegation.To.OFFICERS, Level.REGION, Role.REGIONAL_OFFICER),
    )
    for to, level, role in sides:
        codes = [g.code for g in held if g.level is level and g.role is role]
        if codes:
            found |= Q(to=to, code__in=codes)
    return found


def _lent(row: Delegation) -> Grant:
    """What a delegation gives: its acts on its establishment, seen in a portfolio."""
    acts = frozenset(Act(a) for a in row.acts) | {Act.SEE_ESTABLISHMENT, Act.SEE_PORTFOLIO}
    return Grant(Role.DELEGATE, Level.ESTABLISHMENT, row.establishment_id, acts, row.pk)


def person(request: HttpRequest) -> User:
    """Who asks; the policy of the view has seen to it that there is somebody."""
    return cast(User, request.user)
