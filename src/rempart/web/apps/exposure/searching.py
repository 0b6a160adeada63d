"""Who exposes a product, a known hole, or fails a check: for those whom the establishments allow to ask."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from rempart.web.apps.establishments.models import Establishment, covered
from rempart.web.apps.exposure.models import ExposedFinding, ExposedService
from rempart.web.core.scope import Act, Role, Scope
from rempart.web.core.text import folded

LEAST: Final = 2
MOST_LINES: Final = 2000
SHOWN: Final = 6


@dataclass(slots=True)
class Hit:
    """An establishment, and what of it was found."""

    establishment: Establishment
    findings: list[ExposedFinding] = field(default_factory=list)
    services: list[ExposedService] = field(default_factory=list)
    may_open: bool = False

    @property
    def more(self) -> int:
        """What is found and not shown."""
        return max(len(self.findings) - SHOWN, 0) + max(len(self.services) - SHOWN, 0)


def allowed(scope: Scope, prefix: str) -> Q:
    """What this scope may search: its own establishments and those that mandate it; for the national CERT, those that
    opened their perimeter to it."""
    grants = tuple(g for g in scope.grants if g.role is not Role.NATIONAL_CERT)
    own = covered(Scope(scope.user_id, grants), Act.SEARCH_EXPOSURE, prefix)
    if any(g.role is Role.NATIONAL_CERT and g.allows(Act.SEARCH_EXPOSURE) for g in scope.grants):
        return own | Q(**{f"{prefix}perimeter__is_searchable": True})
    return own


def searched(scope: Scope) -> int:
    """How many establishments an answer is about: those that may be searched and have been swept."""
    swept = Establishment.objects.filter(allowed(scope, ""), exposure_audits__is_latest=True)
    return swept.distinct().count()


def hits(scope: Scope, words: str) -> QuerySet[Establishment]:
    """The establishments where every word is found in one finding, or in one thing that answers.

    For a few establishments, the lines of each are looked at; for a nation, all the lines, once: no index serves words
    that are anywhere in a text, and the database would otherwise look at them establishment by establishment.
    """
    findings, services = _matching(words)
    rows = Establishment.objects.filter(allowed(scope, "")).order_by("region", "name", "finess")
    if scope.is_national(Act.SEARCH_EXPOSURE):
        owner = "audit__establishment"
        return rows.filter(pk__in=findings.values(owner).union(services.values(owner), all=True))
    here = OuterRef("pk")
    return rows.filter(
        Q(Exists(findings.filter(audit__establishment=here)))
        | Q(Exists(services.filter(audit__establishment=here)))
    )


def told(scope: Scope, found: Sequence[Establishment], words: str) -> list[Hit]:
    """What was found in each of these establishments: three queries."""
    numbers = [row.pk for row in found]
    readable = set(
        Establishment.objects.visible_to(scope, Act.SEE_FINDINGS)
        .filter(pk__in=numbers)
        .values_list("pk", flat=True)
    )
    by_finess = {row.pk: Hit(row, may_open=row.pk in readable) for row in found}
    findings, services = _matching(words)
    at = {"audit__establishment__in": numbers}
    for line in (
        findings.filter(**at).select_related("audit").order_by("rank", "place")[:MOST_LINES]
    ):
        by_finess[line.audit.establishment_id].findings.append(line)
    for service in services.filter(**at).select_related("audit").order_by("place")[:MOST_LINES]:
        by_finess[service.audit.establishment_id].services.append(service)
    return list(by_finess.values())


def _matching(words: str) -> tuple[Any, Any]:
    said = Q()
    for word in folded(words).split()[:8]:
        said &= Q(search__contains=word)
    return (
        ExposedFinding.objects.filter(said, audit__is_latest=True),
        ExposedService.objects.filter(said, audit__is_latest=True),
    )
