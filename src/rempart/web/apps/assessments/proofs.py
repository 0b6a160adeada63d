"""What documents prove of assessments: how the vault says it, and what it offers to choose from."""

from collections.abc import Collection, Iterable

from django.urls import reverse

from rempart.content.frameworks import Framework
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import asked
from rempart.web.apps.evidence.subjects import Said
from rempart.web.apps.frameworks import catalogue

ARCHIVED = "archived"


def _last(finess: str) -> list[tuple[Assessment, Framework]]:
    rows = Assessment.objects.filter(establishment=finess).exclude(state=ARCHIVED).order_by("pk")
    latest = {row.framework_id: row for row in rows}
    return [(row, catalogue.of_digest(row.digest)) for row in latest.values()]


def described(finess: str, subjects: Collection[str]) -> dict[str, Said]:
    """Items and pieces of the establishment's own assessments, each with the page of its question."""
    wanted, found = set(subjects), dict[str, Said]()
    for row, framework in _last(finess):
        for item in asked(framework, row.groups):
            href = reverse("assessment_question", args=[row.pk, item.id])
            words = {f"item:{item.id}": item.title}
            words |= {
                f"piece:{item.id}/{p.id}": f"{p.title} ({item.ref or item.title})"
                for p in item.pieces
            }
            found |= {s: Said(w, href) for s, w in words.items() if s in wanted}
    return found


def offered(finess: str) -> Iterable[tuple[str, str]]:
    """The pieces of the establishment's own assessments."""
    for row, framework in _last(finess):
        for item in asked(framework, row.groups):
            for piece in item.pieces:
                yield (
                    f"piece:{item.id}/{piece.id}",
                    f"{framework.short_title} {item.ref} : {piece.title}",
                )
