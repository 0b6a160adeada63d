"""A person's own page, and what replaces signing up."""

from typing import cast

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rempart.web.apps.accounts.models import User
from rempart.web.apps.accounts.queries import levels_to_invite, own_roles
from rempart.web.apps.accounts.second_factor import is_required
from rempart.web.core.policy import public, scope_of, signed_in


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Who I am, what I may do where, and how my account is protected."""
    scope = scope_of(request)
    user = cast(User, request.user)
    context = {
        "roles": own_roles(scope),
        "mandates": sum(1 for grant in scope.grants if grant.delegation),
        "can_invite": bool(levels_to_invite(scope)),
        "has_second_factor": is_mfa_enabled(user),
        "needs_second_factor": is_required(scope),
        "has_password": user.has_usable_password(),
    }
    return render(request, "accounts/account.html", context)


@public
def by_invitation(request: HttpRequest) -> HttpResponse:
    """Nobody opens an account alone: how to be invited."""
    return render(request, "accounts/by_invitation.html")
