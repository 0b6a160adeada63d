"""What is declared, who consents, and the kill switch."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.exposure import declared, perimeters, queries
from rempart.web.apps.exposure.forms import AssetForm, ConsentForm, SettingsForm
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.apps.exposure.views.shared import form_page, mine, who
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 100
PROPOSED_SHOWN: Final = 10


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def perimeter(request: HttpRequest, finess: str) -> HttpResponse:
    """The perimeter; a form adds to it."""
    establishment = mine(request, finess)
    form = AssetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            asset = perimeters.add_asset(
                establishment=establishment, **form.cleaned_data, by=who(request)
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
    } | _assets(finess, request.GET.dict())
    status = 422 if form.errors else 200
    return render(request, "exposure/perimeter.html", context, status=status)


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, finess: str) -> HttpResponse:
    """Say who consents."""
    establishment = mine(request, finess)
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
                establishment=establishment, consent=form.consent(), today=today, by=who(request)
            )
        except Refused as fault:
            form.add_error(None, str(fault))
            _know_again(form, fault, initial)
        else:
            messages.success(request, "Le consentement est enregistré.")
            return redirect("exposure_perimeter", finess)
    return form_page(request, establishment, form, "exposure/consent.html")


@needs(Act.SET_PERIMETER)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, finess: str) -> HttpResponse:
    """Say what may be touched, how gently, and when."""
    establishment = mine(request, finess)
    row = queries.perimeter_of(finess) or Perimeter(establishment=establishment)
    names = ("touch", "connections_at_once", "connections_per_second", "blackouts", "rhythm")
    initial = {name: getattr(row, name) for name in (*names, "is_searchable")}
    initial["was"] = perimeters.settings_mark(row)
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            perimeters.settle(
                establishment=establishment, settings=form.settings(), by=who(request)
            )
        except perimeters.Changed as fault:
            form.add_error(None, str(fault))
            _know_again(form, fault, initial)
        except Refused as fault:
            form.add_error("blackouts", str(fault))
        else:
            messages.success(request, "Les réglages sont enregistrés.")
            return redirect("exposure_perimeter", finess)
    return form_page(request, establishment, form, "exposure/settings.html")


@needs(Act.SET_PERIMETER)
@require_POST
def withdraw(request: HttpRequest, finess: str) -> HttpResponse:
    """End the consent."""
    perimeters.withdraw_consent(establishment=mine(request, finess), by=who(request))
    messages.success(request, "Le consentement est retiré : plus rien n’est sondé.")
    return redirect("exposure_perimeter", finess)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def stop(request: HttpRequest, finess: str) -> HttpResponse:
    """Stop every sweep, at once: whoever may start one may stop them all."""
    establishment = establishment_or_404(scope_of(request), finess, Act.DEPOSIT_AUDIT)
    perimeters.stop(establishment=establishment, by=who(request))
    messages.success(request, "Tout est arrêté : plus rien n’est sondé.")
    return redirect("exposure_of", finess)


@needs(Act.SET_PERIMETER)
@require_POST
def resume(request: HttpRequest, finess: str) -> HttpResponse:
    """Let sweeps begin again."""
    perimeters.resume(establishment=mine(request, finess), by=who(request))
    messages.success(request, "Les balayages peuvent reprendre.")
    return redirect("exposure_of", finess)


@needs(Act.SET_PERIMETER)
@require_GET
def download(request: HttpRequest, finess: str) -> HttpResponse:
    """The perimeter as the file of the command line."""
    establishment = mine(request, finess)
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


def _assets(finess: str, asked: Mapping[str, str]) -> dict[str, Any]:
    rows = Asset.objects.filter(perimeter=finess)
    words = asked.get("q", "").strip().lower()[:253]
    every = rows.select_related("decided_by").order_by("kind", "place", "value", "pk")
    return {
        "words": words,
        "declared": Paginator(every.accepted().filter(value__contains=words), PER_PAGE).get_page(
            asked.get("page")
        ),
        "proposed": every.proposed()[:PROPOSED_SHOWN],
        "counts": queries.asset_counts(finess),
    }
