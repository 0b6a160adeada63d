"""The file of another tool, joined to the last sweep; and what the columns of a table give."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.exposure import actions, joining, queries
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.apps.exposure.tables import ColumnsForm, JoinForm
from rempart.web.apps.exposure.views.audits import deposited
from rempart.web.apps.exposure.views.shared import who
from rempart.web.core import access_log
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act


@needs(Act.DEPOSIT_AUDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, finess: str) -> HttpResponse:
    """Give the file of another tool, and follow its reading."""
    establishment = establishment_or_404(scope_of(request), finess, Act.DEPOSIT_AUDIT)
    form = JoinForm(request.POST, request.FILES) if request.method == "POST" else JoinForm()
    if form.is_valid():
        try:
            made = actions.deposit(
                establishment=establishment,
                file=form.cleaned_data["upload"],
                by=who(request),
                form=ExposureAudit.Form.IMPORT,
                mapping=form.cleaned_data["mapping"],
            )
        except Refused as fault:
            form.add_error("upload", str(fault))
        else:
            return deposited(request, made)
    context: dict[str, Any] = {"form": form, "establishment": establishment}
    context |= joining.joinable(finess)
    return render(request, "exposure/join.html", context, status=422 if form.errors else 200)


@needs(Act.DEPOSIT_AUDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns of a table give, and have it read."""
    found = queries.audit_or_404(scope_of(request), pk, Act.DEPOSIT_AUDIT)
    if not joining.awaits_columns(found):
        return redirect("exposure_audit", pk)
    access_log.shown(
        request, establishment=found.establishment_id, words="Tableau d’un autre outil"
    )
    given = request.POST if request.method == "POST" else None
    form = ColumnsForm(given, table=found.table)
    if form.is_valid():
        actions.read_table(audit=found, mapping=form.mapping(), by=who(request))
        return redirect("exposure_audit", pk)
    context = {
        "form": form,
        "audit": found,
        "establishment": found.establishment,
        "header": found.table["header"],
    }
    return render(request, "exposure/columns.html", context, status=422 if form.errors else 200)
