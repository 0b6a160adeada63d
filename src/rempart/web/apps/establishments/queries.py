"""What the pages of the registry show."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Window

from rempart.content.places import departments, regions
from rempart.engines.registry.formats import TITLES, Kind
from rempart.web.apps.establishments.models import (
    Category,
    Establishment,
    EstablishmentQuerySet,
    Grouping,
    GroupingMember,
    LegalStatus,
    Operator,
    RegistryChange,
    RegistryImport,
    RegistryPart,
)
from rempart.web.apps.establishments.search import search
from rempart.web.core import board
from rempart.web.core.models import Job
from rempart.web.core.scope import Scope
from rempart.web.core.text import folded

FIGURES: Final = (
    ("added", "nouveaux"),
    ("changed", "modifiés"),
    ("closed", "fermés"),
    ("reopened", "rouverts"),
    ("unreadable", "lignes illisibles"),
    ("unchanged", "inchangés"),
    ("touched", "inchangés pour nous (une autre colonne a changé)"),
    ("positions", "positions mises à jour"),
    ("joined", "membres entrés"),
    ("left", "membres sortis"),
)
"""Figure of a part → its words; those that are nil are not shown, but for the first five."""

ALWAYS: Final = 5
PRECISE: Final = 3
"""Letters of the longest word from which a search is not for nearly everything."""

CHANGES: Final[dict[str, str]] = {
    "renamed": "nom",
    "recategorised": "catégorie",
    "operator": "entité juridique",
    "moved": "adresse",
    "status": "statut juridique",
    "described": "description",
    "reopened": "réouverture",
    "closed": "fermeture",
    "members": "membres sortis, puis entrés",
}
"""Sort of change → its words."""

SIBLINGS: Final = 12

OPEN_FIRST: Final = (F("closed_on").asc(nulls_first=True), "name", "finess")
"""The order of lists: PostgreSQL would put the open ones, which have no day of closing, after the others."""


@dataclass(frozen=True, slots=True)
class Place:
    """Names of a department and of its region."""

    department: str
    region: str


def place(row: Establishment | Operator) -> Place:
    """Where a row is, in words."""
    department = departments().get(row.department)
    region = regions().get(row.region)
    return Place(department.name if department else "", region.name if region else "")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registry says of an establishment."""

    establishment: Establishment
    place: Place
    category: str
    groupings: list[Grouping]
    siblings: list[Establishment]
    siblings_count: int
    former_names: list[str]
    changes: list[dict[str, Any]]


def standing(establishment: Establishment, scope: Scope) -> Standing:
    """The facts of the page of an establishment."""
    siblings = Establishment.objects.none()
    if establishment.operator_id:
        siblings = (
            Establishment.objects.visible_to(scope)
            .open()
            .filter(operator_id=establishment.operator_id)
            .exclude(pk=establishment.pk)
        )
    shown = list(siblings.order_by("name")[: SIBLINGS + 1])
    more = len(shown) > SIBLINGS
    history = list(RegistryChange.objects.filter(finess=establishment.pk))
    return Standing(
        establishment=establishment,
        place=place(establishment),
        category=category_label(establishment.category),
        groupings=list(groupings_of(establishment)),
        siblings=shown[:SIBLINGS],
        siblings_count=siblings.count() if more else len(shown),
        former_names=former_names(history, str(establishment)),
        changes=readable(history),
    )


def category_label(code: str) -> str:
    """The label of a category, or its bare code when no nomenclature gives one."""
    row = Category.objects.filter(pk=code).first()
    return f"{row.label} ({code})" if row else code


def status_label(code: str) -> str:
    """The label of a legal status, or its bare code."""
    row = LegalStatus.objects.filter(pk=code).first()
    return f"{row.label} ({code})" if row else code


def groupings_of(establishment: Establishment) -> QuerySet[Grouping]:
    """The groupings that it belongs to, by itself or through its operator."""
    members = GroupingMember.objects.present().filter(
        Q(establishment=establishment) | Q(operator=establishment.operator_id)
    )
    return Grouping.objects.filter(pk__in=members.values("grouping_id")).order_by("kind", "name")


def former_names(history: list[RegistryChange], now: str) -> list[str]:
    """The names that it had, the latest first, each once."""
    found = [c.before for c in history if c.what == RegistryChange.What.RENAMED and c.before]
    return [name for name in dict.fromkeys(found) if name != now]


def history(finess: str) -> list[dict[str, Any]]:
    """The changes of an operator or establishment, the latest first."""
    return readable(list(RegistryChange.objects.filter(finess=finess)))


def sites_of(code: str) -> EstablishmentQuerySet:
    """The establishments of a grouping: its members, and the sites of its members."""
    members = GroupingMember.objects.present().filter(grouping_id=code)
    return Establishment.objects.filter(
        Q(pk__in=members.filter(establishment__isnull=False).values("establishment_id"))
        | Q(operator_id__in=members.filter(operator__isnull=False).values("operator_id"))
    )


def readable(history: list[RegistryChange]) -> list[dict[str, Any]]:
    """Changes with the words of what changed; category codes with their labels."""
    codes = {
        code
        for c in history
        if c.what == RegistryChange.What.RECATEGORISED
        for code in (c.before, c.after)
    }
    labels = dict(Category.objects.filter(pk__in=codes).values_list("pk", "label"))

    def words(change: RegistryChange, value: str) -> str:
        if change.what == RegistryChange.What.RECATEGORISED and value in labels:
            return f"{labels[value]} ({value})"
        return value

    return [
        {
            "on": c.changed_on,
            "what": CHANGES.get(c.what, c.what),
            "before": words(c, c.before),
            "after": words(c, c.after),
        }
        for c in history
    ]


class Found:
    """Establishments in an order, for a paginator: the database sorts numbers, and only those shown are read whole.

    The first page is read first, with how many there are in all: no index serves words that are anywhere in a text, and
    every row is looked at once rather than twice. Where nearly all are found, counting them apart costs less.
    """

    def __init__(self, rows: QuerySet[Establishment], page: int, *, is_precise: bool) -> None:
        self._rows, self._is_precise = rows, is_precise
        self._numbers = rows.values_list("pk", flat=True)
        self._first = slice(0, page)
        self._seen: list[str] = []
        self._total: int | None = None

    def count(self) -> int:
        """How many there are."""
        if self._total is None and self._is_precise:
            counted = self._rows.annotate(found=Window(Count("pk")))
            seen = list(counted.values_list("pk", "found")[self._first])
            self._seen = [number for number, _ in seen]
            self._total = seen[0][1] if seen else 0
        if self._total is None:
            self._seen = list(self._numbers[self._first])
            is_all = len(self._seen) < self._first.stop
            self._total = len(self._seen) if is_all else self._numbers.count()
        return self._total

    def __getitem__(self, some: slice) -> list[Establishment]:
        is_first = self.count() <= self._first.stop or some == self._first
        numbers = self._seen[some] if is_first else list(self._numbers[some])
        rows = Establishment.objects.filter(pk__in=numbers).select_related("operator")
        read = {row.pk: row for row in rows}
        return [read[number] for number in numbers]


def found_establishments(scope: Scope, text: str, page: int) -> Found | QuerySet[Establishment]:
    """Establishments of the scope that the words find, the open ones first; all of them by number when there is no word."""
    rows = Establishment.objects.visible_to(scope)
    if not folded(text):
        return rows.select_related("operator").order_by("finess")
    is_precise = max(map(len, folded(text).split())) >= PRECISE
    return Found(search(rows, text).order_by(*OPEN_FIRST), page, is_precise=is_precise)


@dataclass(frozen=True, slots=True)
class PartShown:
    """One file of an import, as the page shows it."""

    title: str
    name: str
    encoding: str
    dated_on: date | None
    main: list[int | None]
    others: list[tuple[str, int]]
    closes_too_many: bool
    sorts: list[dict[str, Any]]


_SORTS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("unreadable", "Lignes illisibles, laissées de côté", ("Ligne", "Raison", "Début de la ligne")),
    ("closed", "Fermés", ("Numéro", "Nom", "Commune")),
    ("reopened", "Rouverts", ("Numéro", "Nom", "Commune")),
    ("changed", "Modifiés", ("Numéro", "Nom", "Ce qui change", "Avant", "Après")),
    ("added", "Nouveaux", ()),
)
_SITES: Final = ("Numéro", "Nom", "Commune", "Catégorie")
_ENTRIES: Final = ("Code", "Libellé", "Validité", "Secteur")
_ADDED: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.OPERATORS: ("Numéro", "Nom", "Commune", "Statut"),
    Kind.ESTABLISHMENTS: _SITES,
    Kind.CATEGORIES: _ENTRIES,
    Kind.LEGAL_STATUSES: _ENTRIES,
    Kind.GROUPINGS: ("Code", "Nom", "Membres", "Type"),
}


def part_shown(part: RegistryPart) -> PartShown:
    """The figures of a part, and the first lines of each sort."""
    counts = part.counts
    main = [counts.get(name) for name, _ in FIGURES[:ALWAYS]]
    others = [(words, counts[name]) for name, words in FIGURES[ALWAYS:] if counts.get(name)]
    sorts = []
    for name, title, columns in _SORTS:
        rows = part.samples.get(name) or []
        if name == "changed":
            rows = [[*row[:2], CHANGES.get(row[2], row[2]), *row[3:]] for row in rows]
        if rows:
            total = counts.get(name, len(rows))
            if name == "added":
                columns = _ADDED[Kind(part.kind)]
            is_open = name in ("unreadable", "closed")
            sorts.append(
                {
                    "title": title,
                    "columns": columns,
                    "rows": rows,
                    "total": total,
                    "is_open": is_open,
                }
            )
    return PartShown(
        TITLES[Kind(part.kind)],
        part.name,
        part.encoding,
        part.dated_on,
        main,
        others,
        bool(counts.get("too_many_closures")),
        sorts,
    )


def imports() -> QuerySet[RegistryImport]:
    """All imports, the latest first."""
    return RegistryImport.objects.prefetch_related("uploads", "parts")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the registry holds now."""

    establishments: int
    operators: int
    groupings: int
    closed: int


def holdings() -> Holdings:
    """The four figures of the registry."""
    return Holdings(
        Establishment.objects.open().count(),
        Operator.objects.filter(closed_on__isnull=True).count(),
        Grouping.objects.count(),
        Establishment.objects.filter(closed_on__isnull=False).count(),
    )


def job_of(registry_import: RegistryImport) -> Job | None:
    """The work under way on an import, with its latest progress."""
    found = Job.objects.filter(pk=registry_import.job_id or 0).first()
    return board.refresh(found) if found else None
