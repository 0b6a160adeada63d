"""What the region sees of an establishment by name: read from what its own pages are drawn from, so that both agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from rempart.web.apps.accounts.models import AccessRecord, Delegation
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.queries import titles
from rempart.web.apps.assessments.rules import as_range, range_words
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.queries import category_label
from rempart.web.apps.exposure.coverage import shown_of
from rempart.web.apps.steering.lines import lines_of
from rempart.web.apps.steering.models import Situation
from rempart.web.apps.steering.queries import late_actions, titles_of
from rempart.web.apps.steering.rules import COLUMNS
from rempart.web.core.scope import ACT_WORDS, Act, Role, Scope

PUBLIC: Final = ("commune", "departement", "categorie", "gestionnaire", "ght")
"""The columns that the public registry gives to anyone."""
REGIONAL: Final = (Role.REGIONAL_OFFICER, Role.ADVISER)
MANDATED: Final = (Delegation.To.OFFICERS, Delegation.To.ADVISERS)
RECENT: Final = timedelta(days=90)
LOOKS: Final = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of the portfolio, and what it says of the establishment."""

    words: str
    value: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A self-assessment as the region sees it; `result` is empty unless it is shared."""

    assessment: Assessment
    title: str
    state: str
    result: str


@dataclass(frozen=True, slots=True)
class Lent:
    """A mandate that the establishment gave to the people of its region."""

    to: str
    acts: list[str]
    until_on: date


def cells_of(establishment: Establishment, today: date) -> tuple[list[Cell], list[Cell]]:
    """What the list of the region says: from the public registry, then from the platform; nothing once closed."""
    rows = Situation.objects.filter(finess=establishment.pk).select_related("operator", "ght")
    found = list(rows.defer("search"))
    if not found:
        return [], []
    keys = [column.key for column in COLUMNS]
    (line,) = lines_of(
        found,
        keys,
        categories={establishment.category: category_label(establishment.category)},
        late=late_actions(found, today),
        titles=titles_of(keys),
        today=today,
    )
    cells = [
        (c.key in PUBLIC, Cell(c.words, cell.words))
        for c, cell in zip(COLUMNS, line.cells, strict=True)
    ]
    return [c for public, c in cells if public], [c for public, c in cells if not public]


def progress_of(establishment: Establishment) -> list[Progress]:
    """Every self-assessment, the last opened first."""
    rows = Assessment.objects.filter(establishment=establishment).defer("given", "themes")
    words = titles()
    return [
        Progress(
            row,
            words.get(row.digest, row.framework_id),
            _state(row),
            range_words(as_range(row.low, row.high)) if row.shared_with_region else "",
        )
        for row in rows.order_by("-opened_on", "-pk")
    ]


def _state(row: Assessment) -> str:
    if row.submitted_at is not None:
        return f"terminée le {timezone.localtime(row.submitted_at):%d/%m/%Y}"
    return "en cours" if row.last_answer_at is not None else "pas commencée"


def mandates_of(establishment: Establishment, today: date) -> list[Lent]:
    """The mandates in force that open more to the people of the region."""
    rows = Delegation.objects.filter(establishment=establishment, to__in=MANDATED)
    return [
        Lent(row.get_to_display(), [ACT_WORDS[Act(a)] for a in row.acts], row.until_on)
        for row in rows.in_force(today)
    ]


def looks_at(establishment: Establishment, scope: Scope) -> Sequence[AccessRecord] | None:
    """What the people of the region opened lately; None for those who may not know who looked."""
    rows = AccessRecord.objects.visible_to(scope, Act.SEE_ACCESS)
    mine = Establishment.objects.filter(pk=establishment.pk)
    if not scope.can(Act.SEE_ACCESS) or not mine.visible_to(scope, Act.SEE_ACCESS).exists():
        return None
    rows = rows.filter(establishment=establishment, seen_at__gte=timezone.now() - RECENT)
    regional = Q(role__in=REGIONAL) | Q(delegation__to__in=MANDATED)
    return list(rows.filter(regional).select_related("user")[:LOOKS])


def page_of(establishment: Establishment, scope: Scope, today: date) -> dict[str, Any]:
    """All that the page draws; always the same number of queries."""
    public, situation = cells_of(establishment, today)
    return {
        "establishment": establishment,
        "public": public,
        "situation": situation,
        "progress": progress_of(establishment),
        "exposure": shown_of(establishment.pk, today),
        "mandates": mandates_of(establishment, today),
        "looks": looks_at(establishment, scope),
    }


def panel(finess: str, scope: Scope) -> dict[str, Any]:
    """The way to the page."""
    return {"finess": finess}
