"""What is declared, who consents, and the kill switch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rempart.render.french import counted
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import declared, discovering, perimeters, queries
from rempart.web.apps.exposure.forms import AssetForm, ConsentForm, NamesForm, SettingsForm
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 100
MOST_DIGITS: Final = 19


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def perimeter(request: HttpRequest, finess: str) -> HttpResponse:
    """The perimeter; a form adds to it."""
    establishment = _mine(request, finess)
    form = AssetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            asset = perimeters.add_asset(
                establishment=establishment, **form.cleaned_data, by=_who(request)
            )
        except Refused as fault:
            form.add_error("value", str(fault))
        else:
            messages.success(request, f"« {asset.value} » est dans le périmètre.")
            return redirect("exposure_perimeter", finess)
    row = queries.perimeter_of(finess)
    context = {
        "establishment": establishment,
        "perimeter": row,
        "standing": queries.standing(row, timezone.localdate()),
        "form": form,
    } | _assets(row, request.GET.get("page"))
    status = 422 if form.errors else 200
    return render(request, "exposure/perimeter.html", context, status=status)


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, finess: str) -> HttpResponse:
    """Say who consents."""
    establishment = _mine(request, finess)
    row, today = queries.perimeter_of(finess), timezone.localdate()
    initial: dict[str, Any] = {"consent_on": today}
    if row and row.consent_on:
        initial = {
            name: getattr(row, name)
            for name in ("consent_by", "consent_function", "consent_on", "consent_until")
        } | {"document": row.consent_document_id}
    initial["was"] = perimeters.consent_mark(row or Perimeter(establishment=establishment))
    given = request.POST if request.method == "POST" else None
    form = ConsentForm(given, initial=initial, finess=finess)
    if form.is_valid():
        try:
            perimeters.give_consent(
                establishment=establishment, consent=form.consent(), today=today, by=_who(request)
            )
        except Refused as fault:
            form.add_error(None, str(fault))
            _know_again(form, fault, initial)
        else:
            messages.success(request, "Le consentement est enregistré.")
            return redirect("exposure_perimeter", finess)
    return _form(request, establishment, form, "exposure/consent.html")


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, finess: str) -> HttpResponse:
    """Say what may be touched, how gently, and when."""
    establishment = _mine(request, finess)
    row = queries.perimeter_of(finess) or Perimeter(establishment=establishment)
    names = ("touch", "connections_at_once", "connections_per_second", "blackouts", "rhythm")
    initial = {name: getattr(row, name) for name in (*names, "is_searchable")}
    initial["was"] = perimeters.settings_mark(row)
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            perimeters.settle(
                establishment=establishment, settings=form.settings(), by=_who(request)
            )
        except perimeters.Changed as fault:
            form.add_error(None, str(fault))
            _know_again(form, fault, initial)
        except Refused as fault:
            form.add_error("blackouts", str(fault))
        else:
            messages.success(request, "Les réglages sont enregistrés.")
            return redirect("exposure_perimeter", finess)
    return _form(request, establishment, form, "exposure/settings.html")


@needs(Act.SET_PERIMETER)
@require_POST
def withdraw(request: HttpRequest, finess: str) -> HttpResponse:
    """End the consent."""
    perimeters.withdraw_consent(establishment=_mine(request, finess), by=_who(request))
    messages.success(request, "Le consentement est retiré : plus rien n’est sondé.")
    return redirect("exposure_perimeter", finess)


@needs(Act.SET_PERIMETER)
@require_POST
def decide(request: HttpRequest, finess: str) -> HttpResponse:
    """Accept or refuse what was discovered."""
    establishment = _mine(request, finess)
    choice, _, every = request.POST.get("choice", "").partition("_")
    given = request.POST.getlist("shown" if every else "asset")
    wanted = [int(pk) for pk in given if pk.isdecimal() and len(pk) < MOST_DIGITS]
    is_accepted = choice == "accept"
    found = Asset.objects.proposed().filter(perimeter=finess, pk__in=wanted)
    assets = list(found.select_related("perimeter__establishment"))
    if not assets:
        raise Refused("Cochez au moins une proposition.")
    perimeters.decide_assets(assets=assets, is_accepted=is_accepted, by=_who(request))
    words = "dans le périmètre" if is_accepted else "refusé"
    messages.success(request, f"C’est noté pour {establishment} : {len(assets)} {words}.")
    return redirect("exposure_perimeter", finess)


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def discover(request: HttpRequest, finess: str) -> HttpResponse:
    """Give an extract of names, and have what is not in the perimeter proposed."""
    establishment = _mine(request, finess)
    form = NamesForm(request.POST, request.FILES) if request.method == "POST" else NamesForm()
    if form.is_valid():
        try:
            with _on_disk(form.cleaned_data["names"]) as path:
                new = discovering.from_file(
                    establishment=establishment, path=path, by=_who(request)
                )
        except Refused as fault:
            form.add_error("names", str(fault))
        else:
            words = counted(new, "nom nouveau est proposé", "noms nouveaux sont proposés")
            messages.success(request, f"{words}.")
            return redirect("exposure_perimeter", finess)
    return _form(request, establishment, form, "exposure/discover.html")


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
    perimeters.remove_asset(asset=asset, by=_who(request))
    messages.success(request, f"« {asset.value} » n’est plus dans le périmètre.")
    return redirect("exposure_perimeter", asset.perimeter_id)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def stop(request: HttpRequest, finess: str) -> HttpResponse:
    """Stop every sweep, at once: whoever may start one may stop them all."""
    establishment = establishment_or_404(scope_of(request), finess, Act.DEPOSIT_AUDIT)
    perimeters.stop(establishment=establishment, by=_who(request))
    messages.success(request, "Tout est arrêté : plus rien n’est sondé.")
    return redirect("exposure_of", finess)


@needs(Act.SET_PERIMETER)
@require_POST
def resume(request: HttpRequest, finess: str) -> HttpResponse:
    """Let sweeps begin again."""
    perimeters.resume(establishment=_mine(request, finess), by=_who(request))
    messages.success(request, "Les balayages peuvent reprendre.")
    return redirect("exposure_of", finess)


@needs(Act.SET_PERIMETER)
@require_GET
def download(request: HttpRequest, finess: str) -> HttpResponse:
    """The perimeter as the file of the command line."""
    establishment = _mine(request, finess)
    row = queries.perimeter_of(finess) or Perimeter(establishment=establishment)
    headers = {"Content-Disposition": f'attachment; filename="perimetre-{finess}.yaml"'}
    return HttpResponse(
        declared.file_of(row), content_type="application/yaml; charset=utf-8", headers=headers
    )


def _know_again(form: Any, fault: Refused, now: dict[str, Any]) -> None:
    """After somebody else wrote, the person who was told may write over it, knowingly."""
    if isinstance(fault, perimeters.Changed):
        form.data = form.data.copy()
        form.data["was"] = now["was"]


def _mine(request: HttpRequest, finess: str) -> Establishment:
    return establishment_or_404(scope_of(request), finess, Act.SET_PERIMETER)


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)


def _form(
    request: HttpRequest, establishment: Establishment, form: Any, template: str
) -> HttpResponse:
    context = {"establishment": establishment, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)


def _assets(row: Perimeter | None, page: str | None) -> dict[str, Any]:
    rows = Asset.objects.filter(perimeter=row.pk if row else None)
    every = rows.select_related("decided_by").order_by("kind", "value", "pk")
    refused = every.filter(state=Asset.State.REFUSED)
    return {
        "declared": Paginator(every.accepted(), PER_PAGE).get_page(page),
        "proposed": every.proposed()[: discovering.MOST],
        "refused": refused[:PER_PAGE],
        "refused_count": refused.count(),
    }
