"""The pages of the vault."""

from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.access import allows, establishment_or_404
from rempart.web.apps.evidence import actions, keeping, queries
from rempart.web.apps.evidence.forms import DepositForm, WithdrawForm
from rempart.web.apps.evidence.models import Document
from rempart.web.core import access_log, files
from rempart.web.core.policy import needs, scope_of
from rempart.web.core.scope import Act

PER_PAGE: Final = 50


@needs(Act.SEE_FINDINGS)
@require_safe
def listing(request: HttpRequest, finess: str) -> HttpResponse:
    """The documents of an establishment."""
    establishment = establishment_or_404(scope_of(request), finess, Act.SEE_FINDINGS)
    state, today = request.GET.get("etat", ""), timezone.localdate()
    found = queries.documents(establishment, state, today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "establishment": establishment,
        "page": page,
        "rows": queries.rows(page, today),
        "states": queries.STATES,
        "state": state,
        "may_deposit": allows(scope_of(request), finess, Act.ANSWER),
    }
    return render(request, "evidence/documents.html", context)


@needs(Act.ANSWER)
def deposit(request: HttpRequest, finess: str) -> HttpResponse:
    """Give a document; `pour` names what it proves, `remplace` the one whose place it takes."""
    establishment = establishment_or_404(scope_of(request), finess, Act.ANSWER)
    former = _former(request, finess)
    initial: dict[str, Any] = {"proves": request.GET.getlist("pour")}
    if former is not None:
        initial |= {"title": former.title, "kind": former.kind, "author_words": former.author_words}
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DepositForm(*data, finess=finess, initial=initial)
    if form.is_valid():
        made = keeping.keep(
            establishment=establishment, form=form, former=former, by=cast(User, request.user)
        )
        messages.success(request, "Le document est gardé.")
        return redirect("evidence_document", made.pk)
    context = {"form": form, "establishment": establishment, "former": former}
    return render(request, "evidence/deposit.html", context, status=422 if form.errors else 200)


def _former(request: HttpRequest, finess: str) -> Document | None:
    number = request.GET.get("remplace", "")
    if not number.isdecimal():
        return None
    rows = Document.objects.visible_to(scope_of(request), Act.ANSWER).present()
    return rows.filter(pk=int(number), establishment=finess).first()


@needs(Act.SEE_FINDINGS)
@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: what it is, and what it proves."""
    found = queries.document_or_404(scope_of(request), pk)
    _note(request, found, "Document")
    today = timezone.localdate()
    end, tone = queries.end_of(found, today)
    context = {
        "document": found,
        "establishment": found.establishment,
        "proven": queries.proven(found, today),
        "end": end,
        "tone": tone,
        "is_present": not found.withdrawn_at and not found.replaced_by_id,
        "may_deposit": allows(scope_of(request), found.establishment_id, Act.ANSWER),
        "withdraw_form": WithdrawForm(),
    }
    return render(request, "evidence/document.html", context)


@needs(Act.SEE_FINDINGS)
@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The content, always as an attachment; the journal keeps who took it."""
    found = queries.document_or_404(scope_of(request), pk)
    _note(request, found, "Contenu d’un document")
    actions.note_download(document=found, by=cast(User, request.user))
    response = FileResponse(
        files.path_of(found.file_id).open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type="application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@needs(Act.ANSWER)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a document."""
    found = queries.document_or_404(scope_of(request), pk, Act.ANSWER)
    reason = request.POST.get("reason", "")
    actions.withdraw(document=found, reason=reason, by=cast(User, request.user))
    messages.success(
        request, "Le document est retiré : il ne prouve plus rien, et reste dans l’historique."
    )
    return redirect("evidence_document", pk)


@needs(Act.ANSWER)
@require_POST
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a document does not prove something."""
    found = queries.document_or_404(scope_of(request), pk, Act.ANSWER)
    subject = request.POST.get("subject", "")
    actions.detach(document=found, subject=subject, by=cast(User, request.user))
    return redirect("evidence_document", pk)


def _note(request: HttpRequest, found: Document, words: str) -> None:
    access_log.shown(request, establishment=found.establishment_id, words=words)
