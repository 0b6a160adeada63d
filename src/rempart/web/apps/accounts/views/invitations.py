"""The page that the link of an invitation opens."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from rempart.web.apps.accounts.actions import accept_invitation, role_words
from rempart.web.apps.accounts.forms import OpenAccount, posted
from rempart.web.apps.accounts.models import Invitation, User
from rempart.web.apps.accounts.places import place_of
from rempart.web.apps.accounts.queries import IN_SESSION, invitation_of
from rempart.web.core.policy import public
from rempart.web.core.scope import Level
from rempart.web.core.sessions import written_together

BACKEND = "rempart.web.apps.accounts.backend.Backend"


@never_cache
@sensitive_post_parameters("password")
def answer(request: HttpRequest, place: str, token: str) -> HttpResponse:
    """Accept: with the account of the person, with a new one, or by an identity provider. Reading uses nothing."""
    invitation = invitation_of(place, token)
    # Where somebody comes back from an identity provider, this is how the invitation is found again.
    request.session[IN_SESSION] = [place, token]
    if request.user.is_authenticated:
        return _with_account(request, invitation, request.user)
    if User.objects.filter(email=invitation.email, is_active=True).exists():
        return render(
            request, "accounts/invitation.html", _said(invitation) | {"has_account": True}
        )
    form = OpenAccount(posted(request), email=invitation.email)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        context = _said(invitation) | {"form": form}
        return render(request, "accounts/invitation.html", context, status=status)
    user = accept_invitation(invitation=invitation, by=None, **form.cleaned_data)
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="password", email=user.email)
    return _done(request)


answer = public(written_together(answer))


def _with_account(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if request.method != "POST" and user.email == invitation.email:
        return render(request, "accounts/invitation.html", _said(invitation) | {"me": user})
    accept_invitation(invitation=invitation, by=user)
    return _done(request)


def _done(request: HttpRequest) -> HttpResponse:
    request.session.pop(IN_SESSION, None)
    messages.success(request, "L’invitation est acceptée. Bienvenue.")
    return redirect("home")


def _said(invitation: Invitation) -> dict[str, object]:
    return {
        "invitation": invitation,
        "role": role_words(invitation.role),
        "place": place_of(Level(invitation.level), invitation.code),
    }
