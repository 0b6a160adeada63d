"""What an establishment exposes: the pages of its figures and of its findings."""

from typing import Any, Final, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rempart.content.severity import severity_choices
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import allows, establishment_or_404
from rempart.web.apps.exposure import holding, queries, retesting
from rempart.web.apps.exposure.views.region import tabs
from rempart.web.core import access_log
from rempart.web.core.policy import needs, scope_of, signed_in
from rempart.web.core.scope import Act

PER_PAGE: Final = 50


@signed_in
@require_safe
def exposures(request: HttpRequest) -> HttpResponse:
    """The last audit of each establishment of a scope; whoever sees no finding is led to who is covered."""
    scope = scope_of(request)
    if not scope.can(Act.SEE_FINDINGS):
        if not scope.can(Act.SEE_PORTFOLIO):
            raise PermissionDenied("Votre rôle ne permet pas cette page.")
        return redirect("exposure_coverage")
    page = Paginator(queries.latest_of_scope(scope), PER_PAGE).get_page(request.GET.get("page"))
    access_log.listed(request, (row.establishment_id for row in page), words="Exposition")
    context = {"page": page, "part": "exposures"} | tabs(scope)
    return render(request, "exposure/exposures.html", context)


@needs(Act.SEE_FINDINGS)
@require_safe
def exposure(request: HttpRequest, finess: str) -> HttpResponse:
    """An establishment: its score, what changed, its findings, and what could not be judged."""
    scope = scope_of(request)
    establishment = establishment_or_404(scope, finess, Act.SEE_FINDINGS)
    found = queries.overview(finess, timezone.localdate())
    asked = queries.asked_of(request.GET.dict())
    context: dict[str, Any] = {
        "establishment": establishment,
        "found": found,
        "asked": asked,
        "severities": severity_choices(),
        "themes": queries.THEMES,
        "confidences": queries.CONFIDENCES,
        "seen_by": queries.SEEN_BY,
        "may_set": allows(scope, finess, Act.SET_PERIMETER),
        "may_deposit": allows(scope, finess, Act.DEPOSIT_AUDIT),
        "may_attach": allows(scope, finess, Act.ANSWER),
        "signer": holding.key_name(),
    }
    if found.audit:
        rows = queries.lines(found.audit, asked)
        context["page"] = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "exposure/exposure.html", context)


@needs(Act.DEPOSIT_AUDIT)
@require_POST
def retest(request: HttpRequest, pk: int) -> HttpResponse:
    """Look again at one finding."""
    line = queries.line_or_404(scope_of(request), pk, Act.DEPOSIT_AUDIT)
    job = retesting.ask(line=line, by=cast(User, request.user))
    return redirect("job", job.pk)


@needs(Act.SEE_FINDINGS)
@require_safe
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what was seen, why it matters, how it is mended."""
    line = queries.line_or_404(scope_of(request), pk)
    finess = line.audit.establishment_id
    access_log.shown(request, establishment=finess, words="Constat d’exposition")
    context = {
        "establishment": line.audit.establishment,
        "found": queries.detail(line),
        "theme": queries.THEMES.get(line.theme, line.theme),
        "confidence": queries.CONFIDENCES.get(line.confidence, line.confidence),
        "may_deposit": allows(scope_of(request), finess, Act.DEPOSIT_AUDIT),
        "may_search": scope_of(request).can(Act.SEARCH_EXPOSURE),
    }
    return render(request, "exposure/finding.html", context)
