"""The documents of an assessment, and the public page that verifies the code of one."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rempart.web.apps.accounts.access import person
from rempart.web.apps.assessments import completing, documents, queries
from rempart.web.apps.assessments.views.common import noted
from rempart.web.core.downloads import attachment
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs, public, scope_of
from rempart.web.core.scope import Act

TOO_OFTEN: Final = 429


@needs(Act.SEE_FINDINGS)
@require_safe
def document(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """One of the forms of an assessment, always as an attachment."""
    found = queries.assessment_or_404(scope_of(request), pk)
    kind = documents.FORMS.get(form)
    if kind is None:
        raise Http404("Cette auto-évaluation n’a pas de document de cette forme.")
    noted(request, found, f"Auto-évaluation : {kind.words}")
    today = timezone.localdate()
    data = documents.made(found, form, today=today, by=person(request))
    name, _, end = form.rpartition(".")
    return attachment(
        request,
        [data],
        filename=f"{name}-{found.framework_id}-{found.establishment_id}-{today}.{end}",
        content_type=kind.content_type,
    )


@never_cache
@require_safe
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """What a code proves, for anybody: title, establishment, day. No answer, no score."""
    code = (code or request.GET.get("code", "")).strip()[:40]
    if not code:
        return render(request, "assessments/verification.html", {"is_bare": True})
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        found = completing.verified(code, address)
    except Refused as fault:
        return _page(request, TOO_OFTEN, code=code, fault=fault)
    if found is None:
        return _page(request, 404, code=code)
    return _page(request, 200, code=found.code, found=found, is_last=completing.is_last(found))


verify = public(verify)


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    context |= {"is_bare": True, "is_asked": True}
    return render(request, "assessments/verification.html", context, status=status)
