"""Where a person arrives, and the portfolio."""

from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.steering import actions, exports, pictures, queries
from rempart.web.apps.steering.forms import PortfolioForm, SavedViewForm
from rempart.web.apps.steering.models import SavedView
from rempart.web.apps.steering.rules import DEFAULT_SILENCE, SILENCES
from rempart.web.core.downloads import CSV, XLSX, attachment, pieces_of
from rempart.web.core.policy import ScopedRequest, needs, signed_in
from rempart.web.core.scope import Act, Scope

MORE_FILTERS = ("groupement", "gestionnaire", "silence", "carte", "retard", "colonnes")


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """One establishment: its page; several: the portfolio; none: what to do."""
    scope = cast(ScopedRequest, request).scope
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
    scope = cast(ScopedRequest, request).scope
    htmx = cast(Any, request).htmx
    alone = bool(htmx) and not htmx.history_restore_request
    template = "steering/results.html" if alone else "steering/portfolio.html"
    response = render(request, template, _shown(request, scope))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _form(data: QueryDict, scope: Scope, categories: list[tuple[str, str]]) -> PortfolioForm:
    return PortfolioForm(
        data,
        places=queries.places_of(scope),
        categories=categories,
        groupings=queries.groupings_of(scope),
    )


def _shown(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    categories = queries.categories_of(scope)
    form = _form(request.GET, scope, categories)
    asked = form.asked()
    found = queries.portfolio(
        scope,
        asked,
        today=timezone.localdate(),
        page=request.GET.get("page"),
        categories=dict(categories),
    )
    link = partial(_linked, request.GET)
    return {
        "form": form,
        "found": found,
        "figures": found.tally.whole,
        "silence": SILENCES[asked.silence or DEFAULT_SILENCE],
        "map": pictures.map_of(
            found.tally,
            shade=asked.shade,
            places=[asked.department] if asked.department else queries.places_of(scope),
            link=partial(link, "departement"),
        ),
        "levels": pictures.levels_of(found.tally, link=partial(link, "annuaire")),
        "views": queries.views_of(scope),
        "is_wide": any(request.GET.get(name) for name in MORE_FILTERS),
        "query": request.GET.urlencode(),
        "shared_with": actions.shareable(scope),
    }


def _linked(query: QueryDict, name: str, value: str) -> str:
    """The portfolio with one filter changed."""
    changed = query.copy()
    changed.pop("page", None)
    changed[name] = value
    return f"{reverse('portfolio')}?{changed.urlencode()}"


@require_GET
@needs(Act.SEE_PORTFOLIO)
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """What was asked, all its pages, as CSV or XLSX."""
    scope = cast(ScopedRequest, request).scope
    today = timezone.localdate()
    asked = _form(request.GET, scope, []).asked()
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
        scope=cast(ScopedRequest, request).scope,
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
    scope = cast(ScopedRequest, request).scope
    view = get_object_or_404(SavedView.objects.visible_to(scope), pk=pk)
    actions.delete_view(by=cast(User, request.user), view=view)
    messages.success(request, f"La vue « {view.name} » est supprimée.")
    return redirect("portfolio")
