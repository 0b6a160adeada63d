"""Roles that ask for a second factor: without one, the person may do nothing but add it."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from rempart.web.apps.accounts.models import User
from rempart.web.core.scope import Role, Scope

BY_PROVIDER = "second_factor_by_provider"


def is_required(scope: Scope) -> bool:
    """Whether one of the roles held asks for a second factor."""
    required = {Role(name) for name in settings.SECOND_FACTOR_ROLES}
    return any(grant.role in required for grant in scope.grants)


def is_missing(request: HttpRequest, scope: Scope, user: User) -> bool:
    """Whether it is asked for, and this session has none; no query where the session already knows."""
    if not is_required(scope) or request.session.get(BY_PROVIDER):
        return False
    if any(record.get("method") == "mfa" for record in get_authentication_records(request)):
        return False
    return not is_mfa_enabled(user)
