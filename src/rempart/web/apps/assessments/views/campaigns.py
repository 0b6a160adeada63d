"""Campaigns: launched, followed, and the silent ones written to."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import campaigns, queries
from rempart.web.apps.assessments.forms import CampaignForm
from rempart.web.apps.assessments.progress import campaign_or_404, followed, listed, tally
from rempart.web.apps.frameworks import catalogue
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 50


@needs(Act.RUN_CAMPAIGN)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The campaigns of a scope, and how far each is."""
    page = Paginator(listed(scope_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "titles": queries.titles()}
    return render(request, "assessments/campaigns.html", context)


@needs(Act.RUN_CAMPAIGN)
def new(request: HttpRequest) -> HttpResponse:
    """Launch a campaign."""
    scope, today = scope_of(request), timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = CampaignForm(data, scope=scope, initial={"opens_on": today})
    if form.is_valid():
        try:
            made = campaigns.launch(wish=form.wish(), scope=scope, today=today, by=person(request))
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "La campagne est lancée ; les établissements sont prévenus.")
            return redirect("campaign", made.pk)
    status = 422 if form.errors else 200
    return render(request, "assessments/campaign_new.html", {"form": form}, status=status)


@needs(Act.RUN_CAMPAIGN)
@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a campaign is: figures, and each establishment by its name."""
    scope = scope_of(request)
    found = campaign_or_404(scope, pk)
    wanted = request.GET.get("etat", "")
    page = Paginator(followed(found, wanted), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": found,
        "framework": catalogue.of_digest(found.digest),
        "tally": tally(found),
        "wanted": wanted,
        "page": page,
        "today": timezone.localdate(),
    }
    return render(request, "assessments/campaign.html", context)


@needs(Act.RUN_CAMPAIGN)
@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to those that have not begun."""
    found = campaign_or_404(scope_of(request), pk)
    campaigns.remind(campaign=found, by=person(request))
    messages.success(request, "La relance part aux établissements qui n’ont pas commencé.")
    return redirect("campaign", pk)
