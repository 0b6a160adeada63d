"""What one downloads of a file."""

from collections.abc import Callable
from datetime import date
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.web.apps.funding import exports
from rempart.web.apps.funding.models import CareFile
from rempart.web.apps.funding.views.common import file_of
from rempart.web.core.downloads import XLSX, attachment, pieces_of
from rempart.web.core.policy import needs
from rempart.web.core.scope import Act

PDF: Final = "application/pdf"
FORMS: Final[dict[str, tuple[str, str, str, Callable[[CareFile, date], bytes]]]] = {
    "dossier": ("dossier", "pdf", PDF, exports.whole_pdf),
    "bilan": ("bilan-financier", "pdf", PDF, exports.balance_pdf),
    "tableur": ("bilan-financier", "xlsx", XLSX, exports.balance_workbook),
}


@needs(Act.SEE_FINDINGS)
@require_safe
def export(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The file, its balance as a document or a workbook, or everything with its pieces."""
    file = file_of(request, pk)
    today = timezone.localdate()
    stem = f"{file.programme.replace('_', '-')}-{file.establishment_id}-{today.isoformat()}"
    if form == "pieces":
        content = pieces_of(exports.bundle(file, today))
        return attachment(request, content, filename=f"{stem}.zip", content_type="application/zip")
    if form not in FORMS:
        raise Http404("Ce document n’existe pas.")
    words, end, kind, make = FORMS[form]
    name = f"{words}-{stem}.{end}"
    return attachment(request, [make(file, today)], filename=name, content_type=kind)


@needs(Act.SEE_FINDINGS)
@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The dates of a file, for a calendar."""
    file = file_of(request, pk)
    content = exports.calendar(file, timezone.localdate(), request.get_host())
    headers = {"Content-Disposition": f'attachment; filename="dates-{file.programme}.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
