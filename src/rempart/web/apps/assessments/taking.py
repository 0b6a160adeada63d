"""A measure named first, taken into the plan by somebody."""

from datetime import date

from django.db import transaction

from rempart.content.measures import Measure
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments.actions import SOURCE_KIND
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.remediation.actions import add_action
from rempart.web.apps.remediation.deciding import Decision, put_in_plan
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.proposing import FAMILY, how
from rempart.web.apps.remediation.states import OPEN, State
from rempart.web.apps.remediation.writing import Values
from rempart.web.core.errors import Refused


def in_plan(finess: str, measures: list[Measure]) -> dict[str, Action]:
    """Measure → the action of the plan that does it, when somebody has taken it; one query."""
    rows = Action.objects.filter(
        establishment=finess, origin__in=[f"{FAMILY}{m.id}" for m in measures]
    ).exclude(state__in=(State.PROPOSED, State.ABANDONED))
    return {row.origin.removeprefix(FAMILY): row for row in rows}


def days_of(measure: Measure) -> float:
    """The work that a measure asks for, in days: the middle of what the content foresees."""
    return (measure.cost.days.low + measure.cost.days.high) / 2


@transaction.atomic
def take_measure(
    *, assessment: Assessment, measure: Measure, decision: Decision, today: date, by: User
) -> Action:
    """Plan the action that the plan already proposes for this measure, or write it, with who does it and when."""
    finess = assessment.establishment_id
    mine = Action.objects.filter(establishment=finess, origin=f"{FAMILY}{measure.id}").first()
    if mine is not None and mine.state in (State.PROPOSED, State.ABANDONED):
        return put_in_plan(action=mine, decision=decision, today=today, by=by)
    if mine is not None and mine.state in OPEN:
        raise Refused("Cette action est déjà dans le plan.", todo="Ouvrez-la pour la suivre.")
    keys = [mended.item for mended in measure.mends if mended.item]
    findings = Finding.objects.filter(
        establishment=finess, source_kind=SOURCE_KIND, key__in=keys
    ).open()
    return add_action(
        establishment=assessment.establishment,
        values=Values(
            title=measure.title[:300],
            how=how(measure),
            owner=decision.owner,
            owner_function=decision.owner_function,
            due_on=decision.due_on,
            half_days=max(1, round(days_of(measure) * 2)),
        ),
        findings=findings,
        today=today,
        by=by,
    )
