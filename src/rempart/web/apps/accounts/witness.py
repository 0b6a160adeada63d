"""An establishment sees who, from outside, looked at what is its own."""

from collections.abc import Collection

from django.http import HttpRequest
from django.utils import timezone

from rempart.web.apps.accounts.models import AccessRecord
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.access_log import Look, looks_of
from rempart.web.core.scope import Grant, Level, Scope


def record_looks(request: HttpRequest, scope: Scope) -> None:
    """Write what this answer showed, once an hour for a person and a page; nothing for the establishment's own people."""
    if scope.user_id is None:
        return
    own = _own_codes(scope)
    looks = [look for look in looks_of(request) if look.establishment not in own]
    if not looks:
        return
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    address = request.path[:200]
    outside = {look.establishment: look for look in _outside(looks, own)}
    same = AccessRecord.objects.filter(
        establishment_id__in=outside, user_id=scope.user_id, address=address, hour_at=hour
    )
    # Reading first spares SQLite its one writer; the constraint decides when two requests meet.
    for known in same.values_list("establishment_id", flat=True):
        del outside[known]
    rows = []
    for look in outside.values():
        grant = _grant_used(scope, look.establishment)
        rows.append(
            AccessRecord(
                establishment_id=look.establishment,
                user_id=scope.user_id,
                role=grant.role,
                delegation_id=grant.delegation,
                address=address,
                words=look.words[:200],
                hour_at=hour,
                seen_at=now,
            )
        )
    if rows:
        AccessRecord.objects.bulk_create(rows, ignore_conflicts=True)


def _own_codes(scope: Scope) -> set[str]:
    return {grant.code for grant in scope.grants if _is_own(grant)}


def _is_own(grant: Grant) -> bool:
    """Whether a grant makes somebody of the house: held on the site or on its operator, and not lent."""
    return grant.delegation is None and grant.level in (Level.ESTABLISHMENT, Level.OPERATOR)


def _outside(looks: Collection[Look], own: Collection[str]) -> list[Look]:
    """Those of establishments that exist, and that the person's own operator does not run."""
    rows = Establishment.objects.filter(pk__in={look.establishment for look in looks})
    operators = dict(rows.values_list("pk", "operator_id"))
    return [
        look
        for look in looks
        if look.establishment in operators and operators[look.establishment] not in own
    ]


def _grant_used(scope: Scope, finess: str) -> Grant:
    """The mandate of this establishment if there is one, else the role that reaches it from above."""
    lent = (g for g in scope.grants if g.delegation and g.code == finess)
    above = (g for g in scope.grants if g.level not in (Level.ESTABLISHMENT, Level.OPERATOR))
    return next(lent, None) or next(above, None) or scope.grants[0]
