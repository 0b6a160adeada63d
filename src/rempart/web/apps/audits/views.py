"""The pages of audits."""

from collections.abc import Callable
from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from rempart.engines.directory.report import Report
from rempart.render.outputs import FORMATS
from rempart.web.apps.accounts.models import User
from rempart.web.apps.audits import actions, queries
from rempart.web.apps.audits.forms import DepositForm
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.audits.recording import report_of
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.core import access_log, files, following
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 50
TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@needs(Act.DEPOSIT_AUDIT)
def deposit(request: HttpRequest, finess: str) -> HttpResponse:
    """Give files, and follow their analysis."""
    establishment = establishment_or_404(scope_of(request), finess, Act.DEPOSIT_AUDIT)
    form = DepositForm(request.POST, request.FILES) if request.method == "POST" else DepositForm()
    if form.is_valid():
        try:
            made = actions.deposit(
                establishment=establishment,
                files=form.cleaned_data["uploads"],
                is_kept=not form.cleaned_data["is_not_kept"],
                by=cast(User, request.user),
            )
        except Refused as fault:
            form.add_error("uploads", str(fault))
        else:
            if made.is_known:
                messages.info(request, "Ces fichiers ont déjà été déposés ici : voici leur audit.")
            return redirect("audit", made.audit.pk)
    context = {"form": form, "establishment": establishment}
    status = 422 if form.errors else 200
    return render(request, "audits/deposit.html", context, status=status)


@needs(Act.SEE_FINDINGS)
@require_safe
def audit_list(request: HttpRequest, finess: str = "") -> HttpResponse:
    """The audits of an establishment with the history of its level, or those of a whole scope."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.SEE_FINDINGS) if finess else None
    page = Paginator(queries.audits(scope, finess), PER_PAGE).get_page(request.GET.get("page"))
    access_log.listed(request, (row.establishment_id for row in page), words="Audits")
    latest = Audit.objects.filter(establishment=establishment, is_latest=True).first()
    chart = queries.history(list(Audit.objects.of_subject(latest))) if latest else None
    context = {"establishment": establishment, "page": page, "chart": chart}
    return render(request, "audits/audits.html", context)


@needs(Act.SEE_FINDINGS)
@require_safe
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    """One audit: its figures, or how far its analysis is, or why it could not be read."""
    found = queries.audit_or_404(scope_of(request), pk)
    _note(request, found, "Audit d’annuaire")
    if found.state == Audit.State.SAME and found.same_as_id:
        messages.info(request, "Ce rapport était déjà connu : voici son audit.")
        return redirect("audit", found.same_as_id)
    context: dict[str, Any] = {"audit": found, "establishment": found.establishment}
    if found.state in (Audit.State.DONE, Audit.State.WITHDRAWN):
        context["shown"] = queries.shown(found)
        context["may_deposit"] = queries.may_deposit(scope_of(request), found)
        return render(request, "audits/audit.html", context)
    return render(request, "audits/waiting.html", context | following.progress_of(found))


@needs(Act.SEE_FINDINGS)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an analysis is: a fragment, asked for every second; the page itself without scripts."""
    found = queries.audit_or_404(scope_of(request), pk)
    template, page = "audits/parts/progress.html", reverse("audit", args=[pk])
    return following.fragment(request, template, {"audit": found}, of=found, page=page)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an analysis."""
    found = queries.audit_or_404(scope_of(request), pk, Act.DEPOSIT_AUDIT)
    actions.cancel(audit=found, by=cast(User, request.user))
    return redirect("audit", pk)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete the files of a deposit, and keep its figures."""
    found = queries.audit_or_404(scope_of(request), pk, Act.DEPOSIT_AUDIT)
    actions.forget_collection(audit=found, by=cast(User, request.user))
    messages.success(
        request, "Les fichiers déposés sont effacés ; le rapport et les constats restent."
    )
    return redirect("audit", pk)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a deposit made by mistake."""
    found = queries.audit_or_404(scope_of(request), pk, Act.DEPOSIT_AUDIT)
    reason = request.POST.get("reason", "")
    actions.withdraw(audit=found, reason=reason, by=cast(User, request.user))
    messages.success(request, "L’audit est retiré : il ne compte plus.")
    return redirect("audit", pk)


@needs(Act.SEE_FINDINGS)
@require_GET
def download(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The report, made again from its data; never opened in the page of the platform."""
    found = queries.audit_or_404(scope_of(request), pk)
    if found.report_id is None or form not in {*TYPES, "json"}:
        raise Http404("Cet audit n’a pas de rapport de cette forme.")
    _note(request, found, f"Rapport d’audit ({form})")
    name = f"audit-annuaire-{found.establishment_id}-{found.measured_on}.{form}"
    if form == "json":
        return FileResponse(
            files.path_of(found.report_id).open("rb"),
            as_attachment=True,
            filename=name,
            content_type="application/json",
        )
    make: Callable[[Report], bytes] = FORMATS[form][1]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(make(report_of(found)), content_type=TYPES[form], headers=headers)


def _note(request: HttpRequest, found: Audit, words: str) -> None:
    access_log.shown(request, establishment=found.establishment_id, words=words)
