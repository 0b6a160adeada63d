"""Where a person arrives, and the portfolio."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.steering import actions, exports, pages, queries, seen
from rempart.web.apps.steering.forms import SavedViewForm
from rempart.web.apps.steering.models import SavedView
from rempart.web.core.downloads import CSV, XLSX, attachment, pieces_of
from rempart.web.core.policy import needs, scope_of, signed_in
from rempart.web.core.scope import Act


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """One establishment: its page; several: the portfolio; none: what to do."""
    scope = scope_of(request)
    if scope.is_national(Act.SEE_PORTFOLIO):
        return redirect("portfolio")
    seen = Establishment.objects.visible_to(scope).order_by("finess")[:2]
    if len(seen) == 1:
        return redirect("establishment", seen[0].finess)
    if scope.can(Act.SEE_PORTFOLIO):
        return redirect("portfolio")
    return render(request, "steering/home.html", {"seen": seen})


@require_GET
@needs(Act.SEE_PORTFOLIO)
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every establishment that the scope allows, filtered; or, for a script of ours, the results alone."""
    scope = scope_of(request)
    htmx = cast(Any, request).htmx
    alone = bool(htmx) and not htmx.history_restore_request
    template = "steering/results.html" if alone else "steering/portfolio.html"
    response = render(
        request, template, pages.portfolio(scope, request.GET, today=timezone.localdate())
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
@needs(Act.SEE_PORTFOLIO)
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """What was asked, all its pages, as CSV or XLSX."""
    scope = scope_of(request)
    today = timezone.localdate()
    asked = pages.filters(request.GET, scope, []).asked()
    rows = queries.selected(scope, asked, today)
    actions.record_export(
        by=cast(User, request.user), form=form, total=rows.count(), query=request.GET.urlencode()
    )
    name = f"portefeuille-{today:%Y-%m-%d}.{form}"
    if form == "xlsx":
        pieces = pieces_of(exports.as_xlsx(rows, asked))
        return attachment(request, pieces, filename=name, content_type=XLSX)
    return attachment(request, exports.as_csv(rows, asked), filename=name, content_type=CSV)


@require_POST
@needs(Act.SEE_PORTFOLIO)
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the present filters under a name."""
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, "La vue n’a pas été gardée : donnez-lui un nom de 80 signes au plus."
        )
        return redirect("portfolio")
    read = form.cleaned_data
    view = actions.save_view(
        by=cast(User, request.user),
        scope=scope_of(request),
        name=read["name"],
        query=read["query"],
        share=read["share"],
    )
    messages.success(request, f"La vue « {view.name} » est gardée.")
    return redirect(f"{reverse('portfolio')}?{view.query}")


@require_POST
@needs(Act.SEE_PORTFOLIO)
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's own view."""
    scope = scope_of(request)
    view = get_object_or_404(SavedView.objects.visible_to(scope), pk=pk)
    actions.delete_view(by=cast(User, request.user), view=view)
    messages.success(request, f"La vue « {view.name} » est supprimée.")
    return redirect("portfolio")


@require_GET
@needs(Act.SEE_FINDINGS)
def seen_by_region(request: HttpRequest, finess: str) -> HttpResponse:
    """What the region sees of an establishment by name, for the establishment itself."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.SEE_FINDINGS)
    page = seen.page_of(establishment, scope, timezone.localdate())
    return render(request, "steering/seen.html", page)
