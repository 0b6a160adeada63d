"""What changes files and their expenses: each act is one transaction, with its entry in the journal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from rempart.content.knowledge import programmes
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment, Grouping, GroupingMember
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.funding import rules
from rempart.web.apps.funding.models import CareEntity, CareFile, Expense, Span
from rempart.web.apps.funding.states import Event, after
from rempart.web.core import journal
from rempart.web.core.errors import Refused

STALE = "Quelqu’un a changé ce dossier pendant que vous le remplissiez."
RELOAD = "Rechargez la page pour voir ce qui a changé, puis recommencez."


@dataclass(frozen=True, slots=True)
class Settings:
    """The dates that the candidate states, and the ceiling that it was told."""

    dates: Mapping[str, date | None]
    ceiling: Decimal | None = None
    ceiling_source: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What is said of an expense."""

    label: str
    kind: str
    euros: Decimal
    engaged_on: date | None = None
    invoiced_on: date | None = None
    supplier: str = ""
    invoice_number: str = ""
    financed_elsewhere: Decimal = Decimal(0)


@transaction.atomic
def open_file(
    *,
    establishment: Establishment,
    programme: str,
    span: str,
    grouping: Grouping | None = None,
    by: User,
) -> CareFile:
    """Open the file of a programme, with the entities that the registry knows: their activity is still to be stated."""
    known = programmes().get(programme)
    if known is None:
        raise Refused("Ce programme n’existe pas.", todo="Rechargez la page.")
    if establishment.closed_on is not None:
        raise Refused("Cet établissement n’est plus au registre : il n’ouvre plus de dossier.")
    if CareFile.objects.filter(establishment=establishment, programme=programme).exists():
        raise Refused("Cet établissement a déjà un dossier pour ce programme.")
    if span == Span.OPERATOR and establishment.operator_id is None:
        raise Refused("Le registre ne connaît pas l’entité juridique de cet établissement.")
    if span == Span.GROUPING and grouping is None:
        raise Refused("Choisissez le groupement.")
    found = CareFile.objects.create(
        programme=programme,
        establishment=establishment,
        span=span,
        operator=establishment.operator if span == Span.OPERATOR else None,
        grouping=grouping if span == Span.GROUPING else None,
        opened_by=by,
    )
    CareEntity.objects.bulk_create(
        CareEntity(file=found, finess=finess, name=name[:200])
        for finess, name in _known_entities(found)
    )
    _record("open_care_file", found, by, span=span)
    return found


def _known_entities(file: CareFile) -> list[tuple[str, str]]:
    """Of a grouping, its operators; of an operator, its sites; else the establishment itself."""
    if file.grouping_id is not None:
        rows = GroupingMember.objects.present().filter(grouping=file.grouping_id)
        members = rows.select_related("operator", "establishment").order_by("pk")
        whole = [row.operator or row.establishment for row in members]
        return [(one.pk, str(one)) for one in whole if one is not None][: rules.MOST_ENTITIES]
    if file.operator_id is not None:
        sites = Establishment.objects.open().filter(operator_id=file.operator_id).order_by("pk")
        return [(one.pk, str(one)) for one in sites[: rules.MOST_ENTITIES]]
    return [(file.establishment_id, str(file.establishment))]


@transaction.atomic
def settle(*, file: CareFile, settings: Settings, seen: int, by: User) -> CareFile:
    """State one’s own dates and the ceiling; a date left empty is not stated any more."""
    held = _held(file, seen)
    dates = rules.checked_dates(programmes()[held.programme], settings.dates)
    if settings.ceiling is not None and settings.ceiling < 0:
        raise Refused("Un plafond n’est pas négatif.")
    before = {"dates": held.dates, "ceiling": _text(held.ceiling)}
    held.dates, held.ceiling = dates, settings.ceiling
    held.ceiling_source = settings.ceiling_source.strip()[:200]
    _save(held)
    _record("settle_care_file", held, by, before=before, dates=dates, ceiling=_text(held.ceiling))
    return held


@transaction.atomic
def set_activities(
    *, file: CareFile, activities: Sequence[rules.Activity], seen: int, by: User
) -> CareFile:
    """Put these entities in the place of those known."""
    held = _held(file, seen)
    found = rules.checked_activities(activities)
    held.entities.all().delete()
    CareEntity.objects.bulk_create(
        CareEntity(
            file=held,
            finess=one.finess,
            name=one.name,
            weight=one.weight,
            source=one.source,
            year=one.year,
            covers=sorted(one.covers),
        )
        for one in found
    )
    _save(held)
    _record("set_care_activities", held, by, entities=len(found))
    return held


@transaction.atomic
def declare(
    *, file: CareFile, items: Collection[str], on: date, today: date, seen: int, by: User
) -> CareFile:
    """Note that the objectives were declared to the programme, and which: what the region reads from then on."""
    held = _held(file, seen)
    state = after(held.state, Event.DECLARE)
    if on > today:
        raise Refused("La déclaration ne peut pas être datée de demain : notez-la une fois faite.")
    order = [item.id for item in catalogue.get(programmes()[held.programme].framework).items]
    if set(items) - set(order) or not items:
        raise Refused("Cochez au moins un objectif de ce programme.")
    held.state, held.declared_on, held.declared_by = state, on, by
    held.declared = [item for item in order if item in set(items)]
    _save(held)
    _record("declare_care_file", held, by, on=on.isoformat(), items=held.declared)
    return held


@transaction.atomic
def take_back(*, file: CareFile, seen: int, by: User) -> CareFile:
    """Note that the declaration is to be made again: the region does not see it any more."""
    held = _held(file, seen)
    held.state = after(held.state, Event.TAKE_BACK)
    held.declared, held.declared_on, held.declared_by = [], None, None
    _save(held)
    _record("take_back_care_file", held, by)
    return held


@transaction.atomic
def add_expense(*, file: CareFile, spent: Spent, by: User) -> Expense:
    """Enter an expense in the ledger."""
    _check(file, spent)
    found = Expense.objects.create(file=file, entered_by=by, **_fields(spent))
    _record("add_expense", file, by, expense=found.pk, euros=str(spent.euros))
    return found


@transaction.atomic
def change_expense(*, expense: Expense, spent: Spent, seen: int, by: User) -> Expense:
    """Correct an expense."""
    held = Expense.objects.select_for_update(of=("self",), no_key=True).get(pk=expense.pk)
    if held.removed_at is not None:
        raise Refused("Cette dépense a été retirée du dossier.")
    if held.version != seen:
        raise Refused(STALE, todo=RELOAD)
    _check(expense.file, spent)
    before = _text(held.euros)
    for name, value in _fields(spent).items():
        setattr(held, name, value)
    held.version += 1
    held.save()
    _record(
        "change_expense", expense.file, by, expense=held.pk, before=before, euros=str(held.euros)
    )
    return held


@transaction.atomic
def remove_expense(*, expense: Expense, reason: str, by: User) -> None:
    """Take an expense out of the ledger; it stays in the history."""
    held = Expense.objects.select_for_update(of=("self",), no_key=True).get(pk=expense.pk)
    if held.removed_at is not None:
        raise Refused("Cette dépense a déjà été retirée.")
    if not reason.strip():
        raise Refused("Dites en quelques mots pourquoi cette dépense est retirée.")
    held.removed_at, held.removed_reason = timezone.now(), reason.strip()[:200]
    held.save(update_fields=["removed_at", "removed_reason"])
    _record("remove_expense", expense.file, by, expense=held.pk, reason=held.removed_reason)


def _check(file: CareFile, spent: Spent) -> None:
    kinds = programmes()[file.programme].expense_kinds
    if kinds and spent.kind not in kinds:
        raise Refused("Cette nature de dépense n’est pas de ce programme.")
    if spent.euros < 0 or not 0 <= spent.financed_elsewhere <= spent.euros:
        raise Refused("La part payée par ailleurs ne peut pas dépasser la dépense.")
    if spent.engaged_on and spent.invoiced_on and spent.invoiced_on < spent.engaged_on:
        raise Refused(
            "La facture est datée d’avant l’engagement de la dépense : corrigez l’une des deux dates."
        )


def _fields(spent: Spent) -> dict[str, Any]:
    return {
        "label": spent.label.strip()[:200],
        "kind": spent.kind[:120],
        "supplier": spent.supplier.strip()[:200],
        "invoice_number": spent.invoice_number.strip()[:80],
        "euros": spent.euros,
        "financed_elsewhere": spent.financed_elsewhere,
        "engaged_on": spent.engaged_on,
        "invoiced_on": spent.invoiced_on,
    }


def _held(file: CareFile, seen: int) -> CareFile:
    """The file, its row locked; refused when it is not the version that the form saw."""
    rows = CareFile.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("establishment").get(pk=file.pk)
    if held.version != seen:
        raise Refused(STALE, todo=RELOAD)
    return held


def _save(held: CareFile) -> None:
    held.version += 1
    held.save()


def _text(value: Decimal | None) -> str:
    return "" if value is None else str(value)


def _record(act: str, file: CareFile, by: User, **details: Any) -> None:
    journal.record(
        act,
        by=by,
        object_kind="care_file",
        object_id=file.pk,
        object_label=programmes()[file.programme].title,
        establishment=file.establishment_id,
        details=details,
    )
