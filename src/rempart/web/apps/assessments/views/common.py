"""What the views of assessments share."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from rempart.content.frameworks import Framework, Item
from rempart.web.apps.assessments import queries
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import as_range
from rempart.web.apps.frameworks import catalogue
from rempart.web.core import access_log
from rempart.web.core.policy import scope_of


def noted(request: HttpRequest, assessment: Assessment, words: str = "Auto-évaluation") -> None:
    """Say that the answer shows something of the establishment."""
    access_log.shown(request, establishment=assessment.establishment_id, words=words)


def base(request: HttpRequest, assessment: Assessment) -> dict[str, Any]:
    """What every page of an assessment needs."""
    noted(request, assessment)
    framework = catalogue.of_digest(assessment.digest)
    return {
        "assessment": assessment,
        "establishment": assessment.establishment,
        "framework": framework,
        "score": as_range(assessment.low, assessment.high),
        "may_answer": queries.may_answer(scope_of(request), assessment),
        "today": timezone.localdate(),
    }


def neighbours(framework: Framework, items: list[Item], item: Item) -> dict[str, Any]:
    """Where a question is among the others."""
    place = [found.id for found in items].index(item.id)
    return {
        "number": place + 1,
        "count": len(items),
        "before": items[place - 1] if place else None,
        "next": items[place + 1] if place + 1 < len(items) else None,
        "theme": next(t for t in framework.themes if item in t.items),
    }
