"""The pages of peers."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import allows, establishment_or_404
from rempart.web.apps.peers import actions, queries
from rempart.web.apps.peers.forms import SizeForm
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


@needs(Act.SEE_FINDINGS)
@require_safe
def peers(request: HttpRequest, finess: str) -> HttpResponse:
    """An establishment among those like it."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.SEE_FINDINGS)
    size = queries.size_of(establishment)
    context = {
        "establishment": establishment,
        "comparisons": queries.comparisons(establishment, timezone.localdate()),
        "size": queries.size_words(size),
        "may_state": allows(scope, finess, Act.ANSWER),
    }
    return render(request, "peers/peers.html", context)


@needs(Act.ANSWER)
def size(request: HttpRequest, finess: str) -> HttpResponse:
    """State how many beds and places."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.ANSWER)
    known = queries.size_of(establishment)
    initial = {"places": known.places if known else None}
    form = SizeForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        actions.state_size(
            establishment=establishment,
            places=form.cleaned_data["places"],
            today=timezone.localdate(),
            by=cast(User, request.user),
        )
        messages.success(
            request,
            "C’est noté : vous serez comparé à des établissements de votre taille au prochain trimestre.",
        )
        return redirect("peers", finess)
    context = {"establishment": establishment, "form": form}
    return render(request, "peers/size.html", context, status=422 if form.errors else 200)
