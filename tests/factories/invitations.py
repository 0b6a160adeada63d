"""Invitations and mandates for tests, made by the actions themselves."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.accounts.actions import Sent, grant_delegation, invite
from rempart.web.apps.accounts.models import Delegation, User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.scope import Act, Level, Role, Scope


def scope(user: User) -> Scope:
    """The scope of a person today."""
    return scope_of(user, timezone.localdate())


def an_invitation(by: User, email: str = "paul@exemple.test", **fields: Any) -> Sent:
    """An invitation to read the establishment of Alice."""
    values: dict[str, Any] = {
        "role": Role.READER,
        "level": Level.ESTABLISHMENT,
        "code": "350000019",
    } | fields
    return invite(email=email, scope=scope(by), by=by, **values)


def a_mandate(by: User, establishment: Establishment, code: str, **fields: Any) -> Delegation:
    """A mandate to a person for the findings of an establishment, from today and for a month."""
    today = timezone.localdate()
    values: dict[str, Any] = {
        "to": Delegation.To.PERSON,
        "acts": [Act.SEE_ESTABLISHMENT, Act.SEE_FINDINGS],
        "from_on": today,
        "until_on": today + timedelta(days=30),
        "reason": "",
    } | fields
    return grant_delegation(
        establishment=establishment, code=code, scope=scope(by), by=by, **values
    )
