"""The answers of the members of a grouping to one framework, item by item: those that the reader sees, or that share them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rempart.content.frameworks import Framework, Item, Theme
from rempart.engines.maturity.answers import Given, Kind, level_of
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import answers_of
from rempart.web.apps.assessments.states import State
from rempart.web.apps.establishments.models import Establishment, Grouping, covered
from rempart.web.core.scope import Act, Grant, Level, Role, Scope


@dataclass(frozen=True, slots=True)
class Column:
    """An establishment, with its last assessment."""

    establishment: Establishment
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Cell:
    """What one establishment answered to one item."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """An item, and what each establishment answered."""

    item: Item
    cells: Sequence[Cell]

    @property
    def differs(self) -> bool:
        """Whether they do not all say the same."""
        return len({cell.words for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Table:
    """The whole: the establishments that show their answers, how many members do not, and the items by theme."""

    columns: Sequence[Column]
    hidden: int
    themes: Sequence[tuple[Theme, Sequence[Line]]]


def table(scope: Scope, grouping: Grouping, framework: Framework) -> Table:
    """Answers side by side, in a fixed number of queries."""
    members = Scope(grants=(Grant(Role.NATIONAL_CERT, Level.GROUPING, grouping.pk),))
    inside = covered(members, Act.SEE_ESTABLISHMENT, "establishment__")
    rows = (
        Assessment.objects.filter(inside, framework_id=framework.id)
        .exclude(state=State.ARCHIVED)
        .select_related("establishment")
        .order_by("establishment__name", "establishment_id", "opened_on", "pk")
    )
    seen = set(
        Assessment.objects.visible_to(scope).filter(pk__in=rows).values_list("pk", flat=True)
    )
    last = {row.establishment_id: row for row in rows}
    shown = [row for row in last.values() if row.pk in seen or row.shared_with_grouping]
    columns = [Column(row.establishment, row) for row in shown]
    answers = [answers_of(row.given) for row in shown]
    themes = [
        (
            theme,
            [
                Line(item, [cell(item, given.get(item.id)) for given in answers])
                for item in theme.items
            ],
        )
        for theme in framework.themes
    ]
    return Table(columns, len(last) - len(shown), themes)


def cell(item: Item, given: Given | None) -> Cell:
    """An answer in a word."""
    level = level_of(item, given)
    if level is not None:
        return Cell(f"niveau {level}", "ok" if level >= item.target else "warn")
    if given is not None and given.kind is Kind.UNKNOWN:
        return Cell("ne sait pas", "none")
    if given is not None and given.kind is Kind.NOT_APPLICABLE:
        return Cell("sans objet", "none")
    return Cell("–", "none")
