"""A file in the words of its documents."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rempart.content.frameworks import Level, Programme
from rempart.render import french
from rempart.render.funding.words import Balance, Entity, Line, Objective, Piece, Whole
from rempart.web.apps.funding.forms import plain
from rempart.web.apps.funding.models import CareFile, Span
from rempart.web.apps.funding.queries import ExpenseLine, Ledger
from rempart.web.apps.funding.rules import named, shared_items
from rempart.web.apps.funding.standing import (
    Objective as Found,
    PieceLine,
    Standing,
    entities_of,
    percent,
    shares,
    window_words,
)
from rempart.web.apps.funding.states import State

Cell = str | float | None


def euros(value: Decimal | None) -> str:
    """12345.6 → 12 345,60 €; a dash when it is not known, which is not a zero."""
    if value is None:
        return "–"
    whole, _, cents = f"{value:.2f}".partition(".")
    return f"{french.number(int(whole))},{cents} €"


def totals_of(file: CareFile, ledger: Ledger) -> tuple[list[tuple[str, Cell]], list[str]]:
    """The totals of a ledger, as numbers, and what must be known of them."""
    found = ledger.balance
    if found is None:
        return [("Total compté", float(sum(x.counted for x in ledger.lines)))], [
            "La période d’éligibilité de ce programme n’est pas connue : rien n’est vérifié."
        ]
    totals: list[tuple[str, Cell]] = [
        ("Dépenses saisies, moins ce qui est déjà financé par ailleurs", float(found.engaged)),
        ("Dont engagées dans la période", float(found.eligible)),
        ("Dont avec une pièce jointe", float(found.proven)),
        ("Plafond", None if found.ceiling is None else float(found.ceiling)),
        ("Ce qui peut être demandé", None if found.payable is None else float(found.payable)),
    ]
    remarks = []
    if found.ceiling is None:
        remarks.append("Le plafond n’est pas indiqué : ce qui peut être demandé n’est pas calculé.")
    elif file.ceiling_source:
        remarks.append(f"Plafond : {file.ceiling_source}.")
    if found.over:
        remarks.append(
            f"{euros(found.over)} dépassent le plafond : cette part reste à votre charge."
        )
    outside = [line for line in found.lines if not line.is_eligible]
    if outside:
        counted = french.counted(
            len(outside), "dépense n’est pas comptée", "dépenses ne sont pas comptées"
        )
        remarks.append(f"{counted} : hors de la période, ou sans date d’engagement.")
    if ledger.unproven:
        counted = french.counted(ledger.unproven, "dépense", "dépenses")
        remarks.append(f"{counted} sans pièce : joignez la facture.")
    return totals, remarks


def balance_rows(ledger: Ledger) -> list[Sequence[Cell]]:
    """The ledger as a workbook has it."""
    return [
        (
            row.expense.label,
            row.expense.kind,
            row.expense.supplier,
            row.expense.invoice_number,
            _iso(row.expense.engaged_on),
            _iso(row.expense.invoiced_on),
            float(row.expense.euros),
            float(row.expense.financed_elsewhere),
            float(row.counted),
            row.words,
            " ; ".join(document.title for document in row.documents),
        )
        for row in ledger.lines
    ]


def whole_of(found: Standing, ledger: Ledger, today: date, *, is_whole: bool = True) -> Whole:
    """All that the document says; `is_whole`: with the objectives, the pieces and the activity."""
    file = found.file
    met = french.counted(
        sum(1 for o in found.objectives if o.words == "atteint"),
        "objectif atteint",
        "objectifs atteints",
    )
    place = file.grouping.name if file.grouping else str(file.operator or file.establishment)
    holder = f"{place}, dossier porté par {file.establishment} (FINESS {file.establishment_id})"
    return Whole(
        title=found.programme.title if is_whole else f"Bilan financier. {found.programme.title}",
        establishment=str(file.establishment) if file.span == Span.ESTABLISHMENT else holder,
        span=f"Dossier pour {Span(file.span).label}",
        made=french.day(today.isoformat()),
        state=State(file.state).label,
        statement=found.framework.statement if is_whole else "",
        summary=f"{met} sur {found.asked_count}." if is_whole else "",
        dates=[(due.title, french.day(due.on.isoformat())) for due in found.dues]
        if is_whole
        else [],
        objectives=[_objective(o) for o in found.objectives] if is_whole else [],
        shares=_share_words(found) if is_whole else [],
        entities=_entities(found) if is_whole and shared_items(found.framework) else [],
        balance=_balance(found.programme, file, ledger),
        note=found.programme.note,
    )


def _objective(found: Found) -> Objective:
    share = ""
    if found.share is not None:
        value = found.share.value
        known = "inconnue" if value is None else percent(value)
        share = f"{known}, pour {percent(found.share.required)} demandés"
    source = found.item.source
    return Objective(
        ref=found.item.ref,
        title=found.item.title,
        state=found.words,
        basis=found.basis[0],
        declared=found.declared,
        documented=_shown(found, found.documented_level),
        measured=_shown(found, found.measured_level),
        share=share,
        source=source.document + ("" if source.is_certain else " (non confirmé)"),
        pieces=[_piece(piece) for piece in found.pieces],
    )


def _shown(found: Found, level: Level | None) -> str:
    if level is None or found.fact is None:
        return ""
    return f"{level.text} ({found.fact.label}, {french.day(found.fact.measured_on.isoformat())})"


def objective_rows(found: Standing) -> list[Sequence[str]]:
    """Each objective on a line, what is declared apart from what a document says and from what a measure shows."""
    return [
        (
            *(said.ref, said.title, said.state, said.basis),
            *(said.declared, said.documented, said.measured, said.share),
            " ; ".join(piece.document for piece in said.pieces if piece.document),
            " ; ".join(
                piece.title for piece in said.pieces if not piece.is_right and not piece.is_optional
            ),
        )
        for said in map(_objective, found.objectives)
    ]


def _piece(line: PieceLine) -> Piece:
    document = line.document
    return Piece(
        title=line.title,
        document=document.title if document else "",
        dated=_iso(document.dated_on) if document else "",
        state=line.words,
        is_right=line.is_right,
        is_optional=line.is_optional,
        sha256=document.file_id if document else "",
    )


def _share_words(found: Standing) -> list[str]:
    words = []
    for item, share in shares(found.file, found.framework):
        known = "part inconnue" if share.value is None else f"{percent(share.value)} couverts"
        words.append(
            f"{item.ref or item.title} : {known}, pour {percent(share.required)} demandés."
        )
    return words


def _entities(found: Standing) -> list[Entity]:
    refs = {item.id: item.ref or item.title for item in shared_items(found.framework)}
    return [
        Entity(
            name=row.name,
            finess=row.finess,
            weight="inconnue" if row.weight is None else plain(row.weight),
            source=" ".join(filter(None, [row.source, str(row.year or "")])),
            covered=", ".join(refs[i] for i in row.covers if i in refs),
        )
        for row in entities_of(found.file)
    ]


def _balance(programme: Programme, file: CareFile, ledger: Ledger) -> Balance:
    days = named(programme, file.dates)
    period = window_words(programme.expenses_since, programme.expenses_until, days)
    totals, remarks = totals_of(file, ledger)
    kinds = ledger.balance.by_kind if ledger.balance else {}
    return Balance(
        period=period.removeprefix("datée "),
        lines=[_line(row) for row in ledger.lines],
        totals=[(words, euros(_decimal(value))) for words, value in totals],
        kinds=[(kind, euros(value)) for kind, value in kinds.items()],
        remarks=remarks,
    )


def _line(row: ExpenseLine) -> Line:
    expense = row.expense
    return Line(
        label=expense.label,
        kind=expense.kind,
        supplier=expense.supplier,
        invoice=expense.invoice_number,
        engaged=_iso(expense.engaged_on),
        invoiced=_iso(expense.invoiced_on),
        euros=euros(expense.euros),
        elsewhere=euros(expense.financed_elsewhere),
        counted=euros(row.counted),
        state=row.words,
        proof=" ; ".join(document.title for document in row.documents) or "à joindre",
    )


def _decimal(value: Cell) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, float) else None


def _iso(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
