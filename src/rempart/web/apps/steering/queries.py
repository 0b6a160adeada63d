"""What the portfolio shows: always the same number of queries, whatever the number of establishments."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, Q

from rempart.content.places import departments
from rempart.web.apps.establishments.models import Category, Grouping
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import OPEN
from rempart.web.apps.steering.lines import Line, lines_of
from rempart.web.apps.steering.models import (
    UNKNOWN_LEVEL,
    Progress,
    SavedView,
    Situation,
    SituationQuerySet,
)
from rempart.web.apps.steering.paging import page_of
from rempart.web.apps.steering.rules import (
    COLUMNS,
    DEFAULT_SILENCE,
    Asked,
    Assessed,
    Audit,
    Column,
    months_before,
)
from rempart.web.core.scope import Act, Level, Scope

LEVELS: Final = range(1, 6)


@dataclass(slots=True)
class Figures:
    """How many establishments, and among them: with an audit, silent, late; and by level."""

    total: int = 0
    audited: int = 0
    silent: int = 0
    overdue: int = 0
    levels: dict[int, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))

    def add(self, level: int, total: int, silent: int, overdue: int) -> None:
        """Count `total` more, of one level."""
        self.total += total
        self.silent += silent
        self.overdue += overdue
        if level != UNKNOWN_LEVEL:
            self.audited += total
            self.levels[level] += total


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of all that was asked, and of each department."""

    whole: Figures
    by_department: dict[str, Figures]


def selected(scope: Scope, asked: Asked, today: date) -> SituationQuerySet:
    """The situations that the scope allows and that were asked for."""
    found = Situation.objects.visible_to(scope, Act.SEE_PORTFOLIO)
    if asked.words:
        found = found.matching(asked.words)
    if asked.department:
        found = found.filter(department=asked.department)
    if asked.category:
        found = found.filter(category=asked.category)
    if asked.operator:
        found = found.run_by(asked.operator)
    if asked.grouping:
        found = found.grouped_in(asked.grouping)
    if asked.silence:
        found = found.silent_since(months_before(today, asked.silence))
    if asked.is_overdue:
        found = found.overdue(today)
    return _audited(_assessed(found, asked.assessed), asked.audit)


def _assessed(found: SituationQuerySet, assessed: Assessed | None) -> SituationQuerySet:
    match assessed:
        case None:
            return found
        case Assessed.NONE:
            return found.filter(assessment_progress=Progress.NONE)
        case Assessed.BEGUN:
            return found.filter(assessment_progress=Progress.BEGUN)
        case Assessed.FINISHED:
            return found.filter(assessment_progress=Progress.FINISHED)
        case Assessed.SHARED:
            return found.filter(assessed_low__isnull=False)


def _audited(found: SituationQuerySet, audit: Audit | None) -> SituationQuerySet:
    match audit:
        case None:
            return found
        case Audit.NONE:
            return found.filter(directory_level=UNKNOWN_LEVEL)
        case Audit.ANY:
            return found.filter(directory_level__gt=UNKNOWN_LEVEL)
        case Audit.INCOMPLETE:
            return found.filter(directory_not_measured__gt=0)
        case _:
            return found.filter(directory_level=int(audit))


def tally(rows: SituationQuerySet, asked: Asked, today: date) -> Tally:
    """Every count of the page in one query: a row for each department and level."""
    quiet = months_before(today, asked.silence or DEFAULT_SILENCE)
    groups = (
        rows.order_by()
        .values("region", "department", "directory_level")
        .annotate(
            total=Count("*"),
            silent=Count("last_sign_on", filter=Q(last_sign_on__lt=quiet)),
            late=Count("next_due_on", filter=Q(next_due_on__lt=today)),
        )
        .values_list("department", "directory_level", "total", "silent", "late")
    )
    whole, places = Figures(), defaultdict[str, Figures](Figures)
    for department, level, total, silent, late in groups:
        whole.add(level, total, silent, late)
        places[department].add(level, total, silent, late)
    return Tally(whole, dict(places))


def late_actions(rows: Iterable[Situation], today: date) -> dict[str, int]:
    """How many actions are late, for those of these rows that have some."""
    numbers = [row.finess for row in rows if row.next_due_on < today]
    late = Action.objects.filter(
        establishment__in=numbers, state__in=OPEN, due_on__lt=today
    ).order_by()
    return dict(late.values_list("establishment").annotate(late=Count("pk")))


def titles_of(columns: Collection[str]) -> dict[str, str]:
    """Framework → its short title, when a column says it."""
    if "referentiel" not in columns:
        return {}
    rows = StoredFramework.objects.present()
    return dict(rows.values_list("framework_id", "short_title"))


def places_of(scope: Scope) -> list[str]:
    """The departments that can be asked: those of the regions of the scope, or all."""
    act = Act.SEE_PORTFOLIO
    others = any(
        scope.codes(act, level) for level in (Level.OPERATOR, Level.GROUPING, Level.ESTABLISHMENT)
    )
    known = departments().values()
    if others or scope.is_national(act):
        return [d.code for d in known]
    regions = scope.codes(act, Level.REGION)
    return [d.code for d in known if d.region in regions]


def categories_of(scope: Scope) -> list[tuple[str, str]]:
    """The categories that the scope has, by their words."""
    present = Situation.objects.visible_to(scope, Act.SEE_PORTFOLIO).order_by()
    if scope.is_national(Act.SEE_PORTFOLIO):
        # One look-up for each category, where the list of all that there are would read every row.
        named = Category.objects.filter(Exists(present.filter(category=OuterRef("pk"))))
    else:
        named = Category.objects.filter(pk__in=present.values("category").distinct())
    pairs = named.order_by("label").values_list("pk", "short_label", "label")
    return [(code, short or label) for code, short, label in pairs]


def groupings_of(scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """The groupings that can be asked, by kind: those of the regions of the scope, its own, or all."""
    act = Act.SEE_PORTFOLIO
    found = Grouping.objects.order_by("kind", "name")
    if not scope.is_national(act):
        regions, own = scope.codes(act, Level.REGION), scope.codes(act, Level.GROUPING)
        found = found.filter(Q(region__in=sorted(regions)) | Q(pk__in=sorted(own)))
    kinds = defaultdict(list)
    for grouping in found:
        kinds[grouping.get_kind_display()].append((grouping.pk, grouping.name))
    return list(kinds.items())


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One page of the portfolio, ready to be drawn."""

    asked: Asked
    tally: Tally
    page: Page[Any]
    lines: list[Line]
    heads: list[Column]


def portfolio(
    scope: Scope,
    asked: Asked,
    *,
    today: date,
    page: str | None,
    categories: Mapping[str, str],
) -> Portfolio:
    """What was asked, counted by department and level, and one page of it."""
    rows = selected(scope, asked, today)
    counted = tally(rows, asked, today)
    shown = page_of(rows, asked, counted.whole.total, page)
    found = list(shown.object_list)
    drawn = lines_of(
        found,
        asked.columns,
        categories=categories,
        late=late_actions(found, today),
        titles=titles_of(asked.columns),
        today=today,
    )
    heads = [column for column in COLUMNS if column.key in asked.columns]
    return Portfolio(asked, counted, shown, drawn, heads)


def views_of(scope: Scope) -> list[SavedView]:
    """The saved views that a person can open, her own first."""
    found = SavedView.objects.visible_to(scope).select_related("owner").order_by("name")
    return sorted(found, key=lambda view: view.owner_id != scope.user_id)
