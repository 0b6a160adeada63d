"""Documents of the vault: what there is, deposit one, take its content."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import FileResponse
from django.utils.datastructures import MultiValueDict
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT, Page, Paging, page
from rempart.web.apps.establishments.access import establishment_or_404
from rempart.web.apps.evidence import actions, keeping, queries
from rempart.web.apps.evidence.forms import DepositForm
from rempart.web.apps.evidence.models import Document
from rempart.web.core import access_log, files
from rempart.web.core.scope import Act

router = Router(tags=["Preuves"])


class DocumentFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS.")
    subject: str = Field(
        "", max_length=160, description="Ce qu’il prouve : item:…, piece:…, action:…, expense:…."
    )
    is_present: bool = Field(True, description="Sans ceux qui ont été retirés ou remplacés.")


class DocumentItem(Schema):
    """A document, without its content."""

    id: int
    establishment: str
    title: str
    kind: str = Field(description="policy, plan, record, restore_test, exercise_report…")
    file_name: str
    sha256: str
    size: int = Field(description="Octets.")
    author: str
    dated_on: date | None
    valid_until: date | None
    deposited_at: datetime
    scan: Literal["not_scanned", "clean"] = Field(description="Ce que l’antivirus en a dit.")
    state: Literal["present", "replaced", "withdrawn"]
    proves: list[str]


class DocumentBody(Schema):
    """What is said of a document."""

    title: str = Field(max_length=200)
    kind: str = Field("other", max_length=20)
    author: str = Field("", max_length=200, description="Qui l’a écrit ou signé.")
    dated_on: date | None = Field(None, description="La date qui y est écrite.")
    valid_until: date | None = Field(
        None, description="Sans elle, la durée habituelle de la pièce qu’il prouve."
    )
    proves: list[str] = Field([], description="Sujets : piece:…, item:…, action:….")


@router.get("/documents", response=Page[DocumentItem], summary="Lister les preuves")
@needs(Act.SEE_FINDINGS)
def list_documents(request: ApiRequest, filters: Query[DocumentFilters]) -> dict[str, Any]:
    """Les documents du périmètre, du plus récemment déposé au plus ancien."""
    rows = Document.objects.visible_to(request.scope).select_related("file")
    if filters.establishment:
        rows = rows.filter(establishment_id=filters.establishment)
    if filters.subject:
        rows = rows.filter(proofs__subject=filters.subject)
    if filters.is_present:
        rows = rows.present()
    return page(request, rows.prefetch_related("proofs"), filters, _item, newest_first=True)


@router.post(
    "/establishments/{finess}/documents", response={201: DocumentItem}, summary="Déposer une preuve"
)
@needs(Act.ANSWER)
def deposit_document(
    request: ApiRequest, finess: str, file: File[UploadedFile], payload: Form[DocumentBody]
) -> Status[dict[str, Any]]:
    """PDF, PNG, JPEG, bureautique sans macro, texte ou CSV ; le même contenu au même titre est le même document."""
    establishment = establishment_or_404(request.scope, finess, Act.ANSWER)
    form = DepositForm(_said(payload), MultiValueDict({"file": [file]}), finess=finess)
    if not form.is_valid():
        raise HttpError(422, _first(list(form.errors.values())))
    made = keeping.keep(establishment=establishment, form=form, former=None, by=request.user)
    return Status(201, _item(made))


@router.get("/documents/{document_id}/content", summary="Le contenu d’une preuve")
@needs(Act.SEE_FINDINGS)
def get_document_content(request: ApiRequest, document_id: int) -> FileResponse:
    """Le fichier, tel qu’il a été déposé ; le journal garde qui l’a pris."""
    found = queries.document_or_404(request.scope, document_id)
    access_log.shown(request, establishment=found.establishment_id, words=BY_SCRIPT)
    actions.note_download(document=found, by=request.user)
    return FileResponse(
        files.path_of(found.file_id).open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type="application/octet-stream",
    )


def _said(payload: DocumentBody) -> MultiValueDict[str, Any]:
    return MultiValueDict(
        {
            "title": [payload.title],
            "kind": [payload.kind],
            "author_words": [payload.author],
            "dated_on": [payload.dated_on],
            "valid_until": [payload.valid_until],
            "proves": payload.proves,
        }
    )


def _first(errors: Sequence[Any]) -> str:
    """The first thing that is wrong, as the page would say it."""
    return str(errors[0][0])


def _item(row: Document) -> dict[str, Any]:
    state = "withdrawn" if row.withdrawn_at else "replaced" if row.replaced_by_id else "present"
    return {
        "id": row.pk,
        "establishment": row.establishment_id,
        "title": row.title,
        "kind": row.kind,
        "file_name": row.file_name,
        "sha256": row.file.sha256,
        "size": row.file.size,
        "author": row.author_words,
        "dated_on": row.dated_on,
        "valid_until": row.valid_until,
        "deposited_at": row.deposited_at,
        "scan": row.scan,
        "state": state,
        "proves": sorted(proof.subject for proof in row.proofs.all()),
    }
