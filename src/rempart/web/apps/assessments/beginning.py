"""What to do now, on the page of an establishment: one thing."""

from typing import Any

from django.urls import reverse

from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.queries import FOR_HOMES, is_home, titles
from rempart.web.apps.assessments.rules import asked, next_item
from rempart.web.apps.assessments.states import State
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import DECIDED
from rempart.web.core.scope import Scope


def panel(finess: str, scope: Scope) -> dict[str, Any] | None:
    """The main action: go on with what is begun, else begin, else choose actions, else follow them.

    A home goes through the themes written for it before anything else that it has begun.
    """
    home = Establishment.objects.filter(pk=finess, closed_on__isnull=True).first()
    if home is None:
        return None
    mine = Assessment.objects.filter(establishment=finess).exclude(state=State.ARCHIVED)
    found = list(mine.order_by("-last_answer_at", "-pk")[:20])
    own_way = [row for row in found if row.framework_id == FOR_HOMES]
    begun = next((row for row in (*own_way, *found) if row.is_open), None)
    if begun is not None and (own_way or not _owes_its_own(home)):
        return _going_on(begun)
    last = next((row for row in found if row.submitted_at), None)
    if begun is not None or last is None:
        words = "Une demi-heure pour savoir où vous en êtes, et trois choses à faire."
        return _said("Commencer l’auto-évaluation", reverse("assessments_of", args=[finess]), words)
    if not Action.objects.filter(establishment=finess, state__in=DECIDED).exists():
        words = "Votre auto-évaluation est terminée. Elle propose trois choses à faire d’abord."
        return _said("Choisir vos actions", reverse("assessment_result", args=[last.pk]), words)
    words = "Où en est ce que vous avez décidé, avec ses dates et ceux qui s’en chargent."
    return _said("Suivre mon plan", reverse("plan_of", args=[finess]), words)


def _owes_its_own(home: Establishment) -> bool:
    """Whether there is a questionnaire for establishments of its kind, short enough to come before the others."""
    return (
        is_home(home) and StoredFramework.objects.present().filter(framework_id=FOR_HOMES).exists()
    )


def _going_on(begun: Assessment) -> dict[str, Any]:
    framework = catalogue.of_digest(begun.digest)
    item = next_item(asked(framework, begun.groups), begun.given)
    title = titles().get(begun.digest, begun.framework_id)
    words = f"« {title} » : {begun.done} réponses sur {begun.total}."
    if item is None:
        return _said(
            "Terminer et voir le résultat", reverse("assessment_end", args=[begun.pk]), words
        )
    if not begun.done:
        return _said("Commencer", reverse("assessment", args=[begun.pk]), words)
    return _said("Reprendre", reverse("assessment_question", args=[begun.pk, item.id]), words)


def _said(label: str, href: str, words: str) -> dict[str, Any]:
    return {"label": label, "href": href, "words": words}
