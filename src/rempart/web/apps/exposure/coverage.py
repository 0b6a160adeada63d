"""Who is covered by a recent sweep: never who is bad. The region sees days, and no finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from rempart.content.places import departments
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure.models import ExposureAudit, Perimeter
from rempart.web.apps.exposure.rules import COVERED_FOR
from rempart.web.core.scope import Act, Scope
from rempart.web.core.text import folded

STATES: Final[dict[str, str]] = {
    "couverts": "Couverts : balayage récent",
    "anciens": "Balayage trop ancien",
    "jamais": "Jamais balayés",
    "sans": "Sans périmètre consenti ici",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to."""

    department: str = ""
    state: str = ""
    words: str = ""


def asked_of(given: Mapping[str, str]) -> Asked:
    """The filters of an address; what is not one of their values is left out."""
    department, state = given.get("departement", ""), given.get("etat", "")
    return Asked(
        department if department in departments() else "",
        state if state in STATES else "",
        given.get("q", "")[:100].strip(),
    )


def rows(scope: Scope, asked: Asked, today: date) -> Any:
    """The open establishments of a portfolio, each with the day of its last sweep, and whether it consents."""
    found: Any = Establishment.objects.visible_to(scope, Act.SEE_PORTFOLIO).open()
    if asked.department:
        found = found.filter(department=asked.department)
    for word in folded(asked.words).split():
        found = found.filter(search__contains=word)
    last = ExposureAudit.objects.filter(establishment=OuterRef("pk"), is_latest=True)
    consented = Perimeter.objects.consented(today).filter(pk=OuterRef("pk"))
    found = found.annotate(
        swept_on=Subquery(last.values("swept_on")[:1]),
        is_partial=Exists(last.filter(is_partial=True)),
        is_consented=Exists(consented),
    )
    return _narrowed(found, asked.state, today)


def _narrowed(found: Any, state: str, today: date) -> Any:
    since = today - COVERED_FOR
    match state:
        case "couverts":
            return found.filter(swept_on__gte=since)
        case "anciens":
            return found.filter(swept_on__lt=since)
        case "jamais":
            return found.filter(swept_on__isnull=True)
        case "sans":
            return found.filter(is_consented=False)
    return found


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are covered, of how many: in all, and in each department."""

    covered: int
    consented: int
    total: int
    by_department: dict[str, tuple[int, int]]


def tally(scope: Scope, today: date) -> Tally:
    """Every count of the page in one query, whatever the filters."""
    every = rows(scope, Asked(), today).order_by()
    groups = every.values("department").annotate(
        total=Count("pk"),
        covered=Count("pk", filter=Q(swept_on__gte=today - COVERED_FOR)),
        consented=Count("pk", filter=Q(is_consented=True)),
    )
    found = list(groups.values_list("department", "covered", "consented", "total"))
    return Tally(
        sum(row[1] for row in found),
        sum(row[2] for row in found),
        sum(row[3] for row in found),
        {row[0]: (row[1], row[3]) for row in found if row[0] in departments()},
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What authorities see of the exposure of one establishment."""

    swept_on: date | None
    is_consented: bool
    is_searchable: bool


def shown_of(finess: str, today: date) -> Shown:
    """What the region sees of an establishment, and whether the national CERT may search it."""
    last = ExposureAudit.objects.filter(establishment=finess, is_latest=True)
    row = Perimeter.objects.filter(pk=finess).first()
    return Shown(
        last.values_list("swept_on", flat=True).first(),
        is_consented=row is not None and row.stopped_at is None and row.is_consented(today),
        is_searchable=row is not None and row.is_searchable,
    )
