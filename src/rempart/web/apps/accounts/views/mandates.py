"""Mandates, from both sides: given by an establishment, received by a person."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from rempart.web.apps.accounts import actions, queries
from rempart.web.apps.accounts.forms import GiveMandate, posted
from rempart.web.apps.accounts.models import Delegation, User
from rempart.web.apps.establishments.access import acts_on, establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of, signed_in
from rempart.web.core.scope import Act


@needs(Act.SEE_ACCESS)
def given(request: HttpRequest, finess: str) -> HttpResponse:
    """The mandates that this establishment gave, in force or ended."""
    scope = scope_of(request)
    found = establishment_or_404(scope, finess, Act.SEE_ACCESS)
    context = {
        "establishment": found,
        "mandates": queries.mandates_of(found, timezone.localdate()),
        "can_give": Act.DELEGATE in acts_on(scope, found),
    }
    return render(request, "accounts/mandates.html", context)


@needs(Act.DELEGATE)
def give(request: HttpRequest, finess: str) -> HttpResponse:
    """Mandate a person, a grouping, or the advisers of the region."""
    found = establishment_or_404(scope_of(request), finess, Act.DELEGATE)
    form = GiveMandate(posted(request), establishment=found)
    if form.is_valid() and _given(request, form, found):
        return redirect("mandates", finess)
    context = {"establishment": found, "form": form}
    return render(
        request, "accounts/mandate_give.html", context, status=422 if form.is_bound else 200
    )


def _given(request: HttpRequest, form: GiveMandate, establishment: Establishment) -> bool:
    """Give the mandate; a refusal is said on the form, with what was typed."""
    data = form.cleaned_data
    try:
        actions.grant_delegation(
            establishment=establishment,
            to=Delegation.To(data["to"]),
            code=data["code"],
            acts=[Act(act) for act in data["acts"]],
            from_on=data["from_on"],
            until_on=data["until_on"],
            reason=data["reason"],
            scope=scope_of(request),
            by=cast(User, request.user),
        )
    except Refused as fault:
        form.add_error(None, str(fault))
        return False
    messages.success(request, "Le mandat est donné.")
    return True


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a mandate now."""
    scope = scope_of(request)
    found = get_object_or_404(Delegation.objects.visible_to(scope, Act.DELEGATE), pk=pk)
    actions.revoke_delegation(delegation=found, by=cast(User, request.user))
    messages.success(request, "Le mandat a pris fin.")
    return redirect("mandates", found.establishment_id)


revoke = needs(Act.DELEGATE)(revoke)


@signed_in
def received(request: HttpRequest) -> HttpResponse:
    """The mandates that I have."""
    scope = scope_of(request)
    mandates = queries.mandates_to(scope, timezone.localdate())
    return render(request, "accounts/mandates_received.html", {"mandates": mandates})
