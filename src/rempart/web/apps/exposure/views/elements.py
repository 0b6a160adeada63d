"""The elements of a perimeter by the thousand: given as a list, discovered, decided, taken out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rempart.kernel.french import counted, grouped
from rempart.web.apps.exposure import discovering, listing, perimeters, queries
from rempart.web.apps.exposure.forms import ListForm, NamesForm
from rempart.web.apps.exposure.models import Asset
from rempart.web.apps.exposure.views.shared import form_page, mine, who
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 100
MOST_DIGITS: Final = 19
STATES: Final = {"propose": Asset.State.PROPOSED, "refuse": Asset.State.REFUSED}
EVERY: Final = (("accept_every", "Tout accepter"), ("refuse_every", "Tout refuser"))


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, finess: str) -> HttpResponse:
    """Declare a whole list at once."""
    establishment = mine(request, finess)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if form.is_valid():
        try:
            added = listing.add_assets(
                establishment=establishment,
                lines=form.lines(),
                may_skip=form.cleaned_data["may_skip"],
                by=who(request),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            words = counted(added.new, "élément nouveau", "éléments nouveaux")
            words += f", {counted(added.changed, 'changé')}, {grouped(added.same)} déjà là."
            messages.success(request, words)
            return redirect("exposure_perimeter", finess)
    return form_page(request, establishment, form, "exposure/list.html")


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, finess: str) -> HttpResponse:
    """What was discovered, page by page, to accept or refuse; or what was refused."""
    establishment = mine(request, finess)
    if request.method == "POST":
        count, is_accepted = _decided(request, finess)
        words = "dans le périmètre" if is_accepted else "refusé"
        messages.success(request, f"C’est noté pour {establishment} : {count} {words}.")
        left = Asset.objects.proposed().filter(perimeter=finess).exists()
        return redirect("exposure_decide" if left else "exposure_perimeter", finess)
    state = STATES.get(request.GET.get("etat", ""), Asset.State.PROPOSED)
    words = request.GET.get("q", "").strip().lower()[:253]
    rows = Asset.objects.filter(perimeter=finess, state=state, value__contains=words)
    context = {
        "establishment": establishment,
        "words": words,
        "choices": EVERY,
        "is_refused": state == Asset.State.REFUSED,
        "page": Paginator(rows.select_related("decided_by").order_by("kind", "place", "value", "pk"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
    }  # fmt: skip
    return render(request, "exposure/proposals.html", context)


def _decided(request: HttpRequest, finess: str) -> tuple[int, bool]:
    """Do what was asked of the proposals: those ticked, those of the page (« all »), or all of them (« every »)."""
    choice, _, extent = request.POST.get("choice", "").partition("_")
    is_accepted = choice == "accept"
    if extent == "every":
        words = request.POST.get("q", "").strip().lower()
        count = perimeters.decide_every(
            establishment=mine(request, finess),
            words=words,
            is_accepted=is_accepted,
            by=who(request),
        )
        return count, is_accepted
    given = request.POST.getlist("shown" if extent else "asset")
    wanted = [int(pk) for pk in given if pk.isdecimal() and len(pk) < MOST_DIGITS]
    found = Asset.objects.proposed().filter(perimeter=finess, pk__in=wanted)
    assets = list(found.select_related("perimeter__establishment"))
    if not assets:
        raise Refused("Cochez au moins une proposition.")
    perimeters.decide_assets(assets=assets, is_accepted=is_accepted, by=who(request))
    return len(assets), is_accepted


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def discover(request: HttpRequest, finess: str) -> HttpResponse:
    """Give an extract of names, and have what is not in the perimeter proposed."""
    establishment = mine(request, finess)
    form = NamesForm(request.POST, request.FILES) if request.method == "POST" else NamesForm()
    if form.is_valid():
        try:
            with _on_disk(form.cleaned_data["names"]) as path:
                new = discovering.from_file(establishment=establishment, path=path, by=who(request))
        except Refused as fault:
            form.add_error("names", str(fault))
        else:
            words = counted(new, "nom nouveau est proposé", "noms nouveaux sont proposés")
            messages.success(request, f"{words}.")
            return redirect("exposure_perimeter", finess)
    return form_page(request, establishment, form, "exposure/discover.html")


@contextmanager
def _on_disk(given: Any) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "extrait"
        with path.open("wb") as file:
            for chunk in given.chunks():
                file.write(chunk)
        yield path


@needs(Act.SET_PERIMETER)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take something out of the perimeter."""
    asset = queries.asset_or_404(scope_of(request), pk)
    perimeters.remove_asset(asset=asset, by=who(request))
    messages.success(request, f"« {asset.value} » n’est plus dans le périmètre.")
    return redirect("exposure_perimeter", asset.perimeter_id)
