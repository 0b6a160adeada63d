"""What the pages of files show, already scoped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from rempart.content.frameworks import Programme
from rempart.content.knowledge import frameworks, programmes
from rempart.engines.eligibility.ledger import Line
from rempart.kernel.outcome import Outcome
from rempart.kernel.period import Place
from rempart.web.apps.establishments.models import Establishment, Grouping
from rempart.web.apps.establishments.queries import groupings_of
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.evidence.queries import of_subjects
from rempart.web.apps.funding.models import CareFile, Expense
from rempart.web.apps.funding.standing import Standing, ledger, standing
from rempart.web.apps.funding.states import State
from rempart.web.core.scope import Act, Scope

PLACES = {
    Place.INSIDE: ("dans la période", "ok"),
    Place.TOO_EARLY: ("avant la période", "bad"),
    Place.TOO_LATE: ("après la période", "bad"),
    Place.UNDATED: ("sans date d’engagement", "warn"),
    Place.UNKNOWN_BOUND: ("période à préciser", "warn"),
}
"""Place → its words and its tone."""


def file_or_404(scope: Scope, pk: int, act: Act = Act.SEE_FINDINGS) -> CareFile:
    """A file, if the scope allows `act` on the establishment that holds it; otherwise it does not exist."""
    rows = CareFile.objects.visible_to(scope, act)
    found = rows.select_related("establishment", "operator", "grouping").filter(pk=pk).first()
    if found is None:
        raise Http404("Ce dossier n’existe pas, ou n’est pas de votre périmètre.")
    return found


def expense_or_404(file: CareFile, pk: int) -> Expense:
    """An expense of a file."""
    found = Expense.objects.present().select_related("file").filter(file=file, pk=pk).first()
    if found is None:
        raise Http404("Cette dépense n’existe pas dans ce dossier.")
    return found


def files(scope: Scope) -> QuerySet[CareFile]:
    """The files that the scope reads whole."""
    rows = CareFile.objects.visible_to(scope).select_related("establishment", "grouping")
    return rows.order_by("programme", "establishment__name", "pk")


def places(scope: Scope) -> list[Establishment]:
    """Some establishments for which one may open a file, one more than are shown."""
    rows = Establishment.objects.visible_to(scope, Act.EDIT_CARE_FILE).open()
    return list(rows.order_by("name", "pk")[:13])


@dataclass(frozen=True, slots=True)
class Row:
    """A file in a list."""

    file: CareFile
    programme: Programme
    state_words: str


def rows(found: Sequence[CareFile]) -> list[Row]:
    """Files with the words of their programme."""
    return [Row(f, programmes()[f.programme], State(f.state).label) for f in found]


def programmes_left(establishment: Establishment) -> list[Programme]:
    """The programmes for which an establishment has no file yet."""
    taken = set(
        CareFile.objects.filter(establishment=establishment).values_list("programme", flat=True)
    )
    return [found for found in programmes().values() if found.id not in taken]


def groupings_for(establishment: Establishment) -> list[Grouping]:
    """The groupings of which an establishment may hold the file."""
    return list(groupings_of(establishment))


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    """An expense, where its day is beside the period, and its documents."""

    expense: Expense
    line: Line | None
    words: str
    tone: str
    documents: Sequence[Document]

    @property
    def counted(self) -> Decimal:
        """The part that the programme may pay: nothing of what is outside its period."""
        if self.line is not None and not self.line.is_eligible:
            return Decimal(0)
        return self.expense.euros - self.expense.financed_elsewhere


@dataclass(frozen=True, slots=True)
class Ledger:
    """The expenses of a file and their balance."""

    lines: Sequence[ExpenseLine]
    balance: Any

    @property
    def unproven(self) -> int:
        """How many expenses have no document."""
        return sum(1 for line in self.lines if not line.documents)


def ledger_of(file: CareFile, today: date) -> Ledger:
    """The ledger; a fixed number of queries."""
    expenses = list(Expense.objects.present().filter(file=file))
    found = ledger(file, expenses, today)
    proofs = of_subjects(file.establishment_id, [row.subject for row in expenses])
    lines = {line.expense.id: line for line in found.lines} if found else {}
    shown = []
    for row in expenses:
        line = lines.get(str(row.pk))
        words, tone = PLACES[line.place] if line else ("période inconnue", "none")
        shown.append(ExpenseLine(row, line, words, tone, proofs[row.subject]))
    return Ledger(shown, found)


def declared(scope: Scope) -> QuerySet[CareFile]:
    """The files whose declaration is told to whoever follows the establishment: nothing of those in preparation."""
    rows = CareFile.objects.visible_to(scope, Act.SEE_PORTFOLIO).filter(state=State.DECLARED)
    return rows.select_related("establishment").order_by("-declared_on", "pk")


@dataclass(frozen=True, slots=True)
class Told:
    """What the region reads of a file: the programme, the day, the objectives declared. Nothing else."""

    file: CareFile
    programme: Programme
    titles: Sequence[str]
    asked: int


def told(file: CareFile) -> Told:
    """What is told of a declared file."""
    programme = programmes()[file.programme]
    framework = frameworks()[programme.framework]
    titles = {item.id: f"{item.ref} {item.title}".strip() for item in framework.items}
    return Told(
        file, programme, [titles[i] for i in file.declared if i in titles], len(framework.items)
    )


def panel(finess: str, scope: Scope) -> dict[str, Any] | None:
    """The files of an establishment, each with what is met and the next date."""
    rows = CareFile.objects.filter(establishment=finess).select_related("establishment")
    today = timezone.localdate()
    found = [_short(standing(row, today)) for row in rows]
    return {"finess": finess, "files": found} if found else None


def _short(found: Standing) -> dict[str, Any]:
    return {
        "file": found.file,
        "title": found.programme.title,
        "met": found.counts[Outcome.PASSED],
        "asked": found.asked_count,
        "next": found.next_due,
    }
