"""The end of an account, and the loss of a second factor."""

from typing import cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from rempart.web.apps.accounts import closing, leads
from rempart.web.apps.accounts.forms import CloseAccount, posted
from rempart.web.apps.accounts.models import User
from rempart.web.apps.accounts.queries import roles_as_shown
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of, signed_in
from rempart.web.core.scope import Act


@signed_in
def close_own(request: HttpRequest) -> HttpResponse:
    """Close my account: what it means, then the deed."""
    if asked := _password_first(request, reverse("account_close")):
        return asked
    user = cast(User, request.user)
    unled = leads.left_without_lead(user)
    form = CloseAccount(posted(request), unled=unled)
    if form.is_valid() and _closed(request, form, user):
        logout(request)
        messages.success(request, "Votre compte est fermé.")
        return redirect("account_login")
    status = 422 if form.is_bound else 200
    context = {"form": form, "unled": unled}
    return render(request, "accounts/account_close.html", context, status=status)


@needs(Act.INVITE)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody of my organisation: their roles in my reach, their second factor, the end of their account."""
    found = _person_or_404(request, pk)
    if asked := _password_first(request, reverse("person", args=[pk])):
        return asked
    return _shown(request, found)


@require_POST
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away the second factor that somebody has lost."""
    found = _person_or_404(request, pk)
    if asked := _password_first(request, reverse("person", args=[pk])):
        return asked
    scope = scope_of(request)
    closing.reset_second_factor(person=found, scope=scope, by=cast(User, request.user))
    messages.success(
        request,
        f"Le second facteur de {found} est réinitialisé, et ses connexions sont fermées. Un message l’en prévient.",
    )
    return redirect("person", pk)


reset = needs(Act.INVITE)(reset)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the account of somebody who has left."""
    found = _person_or_404(request, pk)
    if asked := _password_first(request, reverse("person", args=[pk])):
        return asked
    form = CloseAccount(posted(request), unled=leads.left_without_lead(found))
    if not form.is_valid() or not _closed(request, form, found):
        return _shown(request, found, form, status=422)
    messages.success(request, f"Le compte de {found} est fermé.")
    return redirect("account")


close = needs(Act.INVITE)(close)


def _closed(request: HttpRequest, form: CloseAccount, person: User) -> bool:
    """Close it; a refusal is said on the form."""
    try:
        closing.close_account(
            person=person,
            scope=scope_of(request),
            by=cast(User, request.user),
            is_acknowledged=bool(form.cleaned_data.get("is_acknowledged")),
        )
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    return True


def _shown(
    request: HttpRequest, found: User, form: CloseAccount | None = None, *, status: int = 200
) -> HttpResponse:
    mine, others = closing.roles_in_reach(found, scope_of(request))
    unled = leads.left_without_lead(found)
    context = {
        "person": found,
        "roles": roles_as_shown(mine),
        "others": others,
        "unled": unled,
        "has_second_factor": is_mfa_enabled(found),
        "form": form or CloseAccount(None, unled=unled),
    }
    return render(request, "accounts/person.html", context, status=status)


def _person_or_404(request: HttpRequest, pk: int) -> User:
    """Somebody whose account is open, and one of whose roles this scope may end; never oneself."""
    scope = scope_of(request)
    found = get_object_or_404(User, pk=pk, is_active=True)
    if found.pk == scope.user_id or not closing.roles_in_reach(found, scope)[0]:
        raise Http404("Cette personne n’existe pas, ou n’est pas de votre ressort.")
    return found


def _password_first(request: HttpRequest, back: str) -> HttpResponse | None:
    """The way to the page that asks the password again, unless it was given a moment ago."""
    if did_recently_reauthenticate(request):
        return None
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    return redirect(f"{methods[0]['url']}?{urlencode({'next': back})}")
