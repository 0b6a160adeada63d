"""Audits of exposure: their deposit, their progress, their downloads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import allows, establishment_or_404
from rempart.web.apps.exposure import actions, ending, holding, joining, pages, queries, sweeping
from rempart.web.apps.exposure.forms import DepositForm
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.apps.exposure.recording import report_of
from rempart.web.core import access_log, files, following
from rempart.web.core.downloads import CSV, XLSX, attachment, pieces_of
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

TYPES: Final = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "xlsx": XLSX,
    "csv": CSV,
    "json": "application/json",
}
WORDS: Final = {
    "pdf": "Rapport PDF",
    "html": "Rapport HTML",
    "xlsx": "Tous les constats (classeur)",
    "csv": "Tous les constats (CSV)",
    "json": "Données (JSON)",
}


@needs(Act.DEPOSIT_AUDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def deposit(request: HttpRequest, finess: str) -> HttpResponse:
    """Give a report or a snapshot, and follow its reading."""
    establishment = establishment_or_404(scope_of(request), finess, Act.DEPOSIT_AUDIT)
    form = DepositForm(request.POST, request.FILES) if request.method == "POST" else DepositForm()
    if form.is_valid():
        try:
            made = actions.deposit(
                establishment=establishment,
                file=form.cleaned_data["upload"],
                by=cast(User, request.user),
            )
        except Refused as fault:
            form.add_error("upload", str(fault))
        else:
            return deposited(request, made)
    context = {"form": form, "establishment": establishment}
    return render(request, "exposure/deposit.html", context, status=422 if form.errors else 200)


def deposited(request: HttpRequest, made: actions.Deposit) -> HttpResponse:
    """On to the audit of a file that was given, said to be known when it was."""
    if made.is_known:
        messages.info(request, "Ce fichier a déjà été déposé ici : voici son audit.")
    return redirect("exposure_audit", made.audit.pk)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def sweep(request: HttpRequest, finess: str) -> HttpResponse:
    """Sweep the perimeter now, or as soon as its hours allow it."""
    establishment = establishment_or_404(scope_of(request), finess, Act.DEPOSIT_AUDIT)
    made = sweeping.launch(establishment=establishment, by=cast(User, request.user))
    return redirect("exposure_audit", made.pk)


@needs(Act.SEE_FINDINGS)
@require_safe
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    """One audit: its figures, or how far it is, or why it has no result."""
    scope = scope_of(request)
    found = queries.audit_or_404(scope, pk)
    finess = found.establishment_id
    access_log.shown(request, establishment=finess, words="Audit d’exposition")
    if found.state == ExposureAudit.State.SAME and found.same_as_id:
        messages.info(request, "Ce rapport était déjà connu : voici son audit.")
        return redirect("exposure_audit", found.same_as_id)
    context: dict[str, Any] = {
        "audit": found,
        "establishment": found.establishment,
        "may_deposit": allows(scope, finess, Act.DEPOSIT_AUDIT),
        "may_set": allows(scope, finess, Act.SET_PERIMETER),
    }
    if found.report_id:
        page = pages.read_page(bytes(found.page or b""))
        changes = pages.read_changes(bytes(found.changes) if found.changes else None)
        context |= {"page": page, "themes": queries.themes_of(page), "changes": changes}
        context["joined"] = joining.joined_with(found)
        context["downloads"] = [(form, WORDS[form]) for form in TYPES]
        return render(request, "exposure/audit.html", context)
    context["awaits_columns"] = joining.awaits_columns(found)
    if "mapping" not in found.table and context["may_deposit"] and joining.awaits_columns(found):
        return redirect("exposure_columns", pk)
    return render(request, "exposure/waiting.html", context | following.progress_of(found))


@needs(Act.SEE_FINDINGS)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a sweep is: a fragment, asked for every second; the page itself without scripts."""
    found = queries.audit_or_404(scope_of(request), pk)
    template, page = "exposure/parts/progress.html", reverse("exposure_audit", args=[pk])
    return following.fragment(request, template, {"audit": found}, of=found, page=page)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a sweep or a reading."""
    found = queries.audit_or_404(scope_of(request), pk, Act.DEPOSIT_AUDIT)
    ending.cancel(audit=found, by=cast(User, request.user))
    return redirect("exposure_audit", pk)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an audit given by mistake."""
    found = queries.audit_or_404(scope_of(request), pk, Act.DEPOSIT_AUDIT)
    reason = request.POST.get("reason", "")
    actions.withdraw(audit=found, reason=reason, by=cast(User, request.user))
    messages.success(request, "L’audit est retiré : il ne compte plus.")
    return redirect("exposure_audit", pk)


@needs(Act.SEE_FINDINGS)
@require_GET
def download(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The report; never opened in the page of the platform."""
    found = queries.audit_or_404(scope_of(request), pk)
    if found.report_id is None or form not in TYPES:
        raise Http404("Cet audit n’a pas de rapport de cette forme.")
    words = f"Rapport d’exposition ({form})"
    access_log.shown(request, establishment=found.establishment_id, words=words)
    name = f"exposition-{found.establishment_id}-{found.swept_on}.{form}"
    if form == "json":
        pieces = _content(files.path_of(found.report_id))
        return attachment(request, pieces, filename=name, content_type=TYPES[form])
    # Drawing a report is heavy: the process of the pages must not carry it before it is asked.
    from rempart.render.exposure.outputs import FORMATS  # noqa: PLC0415

    content = FORMATS[form][1](report_of(found))
    return attachment(request, iter([content]), filename=name, content_type=TYPES[form])


def _content(path: Path) -> Iterator[bytes]:
    """A file opened when its first piece is asked for: an answer that nobody reads leaves nothing open."""
    yield from pieces_of(path.open("rb"))


@needs(Act.SEE_FINDINGS)
@require_GET
def proof(request: HttpRequest, finess: str) -> HttpResponseBase:
    """The file that proves that the level is held, once it is."""
    establishment_or_404(scope_of(request), finess, Act.SEE_FINDINGS)
    content = holding.proof_file(finess, timezone.localdate())
    filename = f"niveau-tenu-{finess}.zip"
    return attachment(request, iter([content]), filename=filename, content_type="application/zip")


@needs(Act.ANSWER)
@require_POST
def attach_proof(request: HttpRequest, finess: str) -> HttpResponse:
    """Put that file in the CaRE file, as the pieces that it proves."""
    establishment = establishment_or_404(scope_of(request), finess, Act.ANSWER)
    made = holding.attach(
        establishment=establishment, by=cast(User, request.user), today=timezone.localdate()
    )
    messages.success(request, "Le dossier de preuve est joint au dossier CaRE.")
    return redirect("evidence_document", made.pk)
