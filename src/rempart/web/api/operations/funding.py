"""Files of programmes: where each stands, and its expenses."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from rempart.web.api.auth import ApiRequest, needs
from rempart.web.api.paging import BY_SCRIPT, Page, Paging, page
from rempart.web.apps.funding import actions, queries
from rempart.web.apps.funding.models import CareFile
from rempart.web.apps.funding.standing import Objective, standing
from rempart.web.core import access_log
from rempart.web.core.scope import Act

router = Router(tags=["Dossiers CaRE"])


class CareFileFilters(Paging):
    """What to keep."""

    establishment: str = Field("", max_length=9, description="Numéro FINESS du porteur.")
    programme: str = Field("", max_length=60, description="care_d1, care_d2 ou hospiconnect.")


class CareFileItem(Schema):
    """A file."""

    id: int
    programme: str
    establishment: str
    span: str = Field(description="establishment, operator ou grouping.")
    grouping: str | None
    state: str = Field(description="preparing ou declared.")
    declared_on: date | None
    dates: dict[str, date] = Field(description="Les dates propres au dossier.")
    ceiling: Decimal | None


class PieceItem(Schema):
    """A piece that is asked."""

    subject: str
    title: str
    is_optional: bool
    is_right: bool = Field(description="Donnée, datée dans sa fenêtre, encore valable.")
    document: int | None
    words: str
    due_on: date | None


class ObjectiveItem(Schema):
    """An objective: what is declared, what a document says and what is measured stay apart."""

    item: str
    ref: str
    title: str
    outcome: str = Field(description="passed, failed, not_measured ou not_applicable.")
    declared_level: int | None
    documented_level: int | None = Field(
        description="Ce que dit un document, qu’aucune mesure n’a vérifié."
    )
    measured_level: int | None = Field(description="Ce que montre une mesure.")
    share: Decimal | None = Field(description="Part de l’activité couverte, de 0 à 1.")
    pieces: list[PieceItem]


class CareFileWhole(CareFileItem):
    """A file and its objectives."""

    objectives: list[ObjectiveItem]


class ExpenseBody(Schema):
    """An expense."""

    label: str = Field(min_length=1, max_length=200)
    kind: str = Field(max_length=120, description="Une des natures du programme.")
    euros: Decimal = Field(ge=0, max_digits=12, decimal_places=2)
    engaged_on: date | None = None
    invoiced_on: date | None = None
    supplier: str = Field("", max_length=200)
    invoice_number: str = Field("", max_length=80)
    financed_elsewhere: Decimal = Field(Decimal(0), ge=0, max_digits=12, decimal_places=2)


class ExpenseItem(ExpenseBody):
    """An expense, and where its day is beside the period."""

    id: int
    place: str | None = Field(description="inside, too_early, too_late, undated, unknown_bound.")
    documents: list[int]


class LedgerItem(Schema):
    """The expenses and their totals, in euros."""

    eligible: Decimal | None
    proven: Decimal | None
    ceiling: Decimal | None
    payable: Decimal | None = Field(description="Vide tant que le plafond n’est pas indiqué.")
    over: Decimal | None
    expenses: list[ExpenseItem]


@router.get("/care-files", response=Page[CareFileItem], summary="Lister les dossiers CaRE")
@needs(Act.SEE_FINDINGS)
def list_care_files(request: ApiRequest, asked: Query[CareFileFilters]) -> dict[str, Any]:
    """Ceux que vous lisez en entier."""
    rows = queries.files(request.scope)
    if asked.establishment:
        rows = rows.filter(establishment_id=asked.establishment)
    if asked.programme:
        rows = rows.filter(programme=asked.programme)
    found = page(request, rows, asked, _item)
    shown = {item["establishment"] for item in found["items"]}
    access_log.listed(request, sorted(shown), words=BY_SCRIPT)
    return found


@router.get("/care-files/{care_file_id}", response=CareFileWhole, summary="Lire un dossier CaRE")
@needs(Act.SEE_FINDINGS)
def get_care_file(request: ApiRequest, care_file_id: int) -> dict[str, Any]:
    """Chaque objectif, avec ses pièces, ce qui est déclaré et ce qui est mesuré."""
    file = _file(request, care_file_id)
    found = standing(file, timezone.localdate())
    return _item(file) | {"objectives": [_objective(line) for line in found.objectives]}


@router.get("/care-files/{care_file_id}/expenses", response=LedgerItem, summary="Lire les dépenses")
@needs(Act.SEE_FINDINGS)
def list_expenses(request: ApiRequest, care_file_id: int) -> dict[str, Any]:
    """Chaque dépense à côté de sa période, et les totaux."""
    return _ledger(_file(request, care_file_id))


@router.post(
    "/care-files/{care_file_id}/expenses", response={201: LedgerItem}, summary="Ajouter une dépense"
)
@needs(Act.EDIT_CARE_FILE)
def add_expense(
    request: ApiRequest, care_file_id: int, payload: ExpenseBody
) -> Status[dict[str, Any]]:
    """Ajoute une dépense et rend le registre entier."""
    file = _file(request, care_file_id, Act.EDIT_CARE_FILE)
    actions.add_expense(file=file, spent=actions.Spent(**payload.dict()), by=request.user)
    return Status(201, _ledger(file))


def _file(request: ApiRequest, pk: int, act: Act = Act.SEE_FINDINGS) -> CareFile:
    found = queries.file_or_404(request.scope, pk, act)
    access_log.shown(request, establishment=found.establishment_id, words=BY_SCRIPT)
    return found


def _item(row: CareFile) -> dict[str, Any]:
    names = ("id", "programme", "span", "state", "declared_on", "dates", "ceiling")
    places = {"establishment": row.establishment_id, "grouping": row.grouping_id}
    return {name: getattr(row, name) for name in names} | places


def _objective(line: Objective) -> dict[str, Any]:
    return {
        "item": line.item.id,
        "ref": line.item.ref,
        "title": line.item.title,
        "outcome": line.outcome,
        "declared_level": line.declared_level.value if line.declared_level else None,
        "documented_level": line.documented_level.value if line.documented_level else None,
        "measured_level": line.measured_level.value if line.measured_level else None,
        "share": line.share.value if line.share else None,
        "pieces": [
            {
                "subject": piece.subject,
                "title": piece.title,
                "is_optional": piece.is_optional,
                "is_right": piece.is_right,
                "document": piece.document.pk if piece.document else None,
                "words": piece.words,
                "due_on": piece.due_on,
            }
            for piece in line.pieces
        ],
    }


def _ledger(file: CareFile) -> dict[str, Any]:
    found = queries.ledger_of(file, timezone.localdate())
    totals = ("eligible", "proven", "ceiling", "payable", "over")
    names = tuple(ExpenseBody.model_fields)
    return {name: getattr(found.balance, name, None) for name in totals} | {
        "expenses": [
            {name: getattr(row.expense, name) for name in ("id", *names)}
            | {
                "place": row.line.place if row.line else None,
                "documents": [document.pk for document in row.documents],
            }
            for row in found.lines
        ]
    }
