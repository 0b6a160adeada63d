"""What must come before what, between the actions of a plan: never in a circle."""

from collections.abc import Collection

from rempart.engines.allocation.problem import Candidate, Impossible, ordered
from rempart.web.apps.remediation.models import Action, Prerequisite
from rempart.web.core.errors import Refused


def require(action: Action, required: Collection[Action]) -> None:
    """Write what an action requires, in the place of what it did; refused with the titles when it makes a circle."""
    if any(other.establishment_id != action.establishment_id for other in required):
        raise Refused("Une de ces actions est d’un autre établissement.")
    mine = Prerequisite.objects.filter(action__establishment=action.establishment_id)
    needs: dict[int, list[str]] = {}
    for row in mine.exclude(action=action):
        needs.setdefault(row.action_id, []).append(str(row.required_id))
    needs[action.pk] = [str(other.pk) for other in required]
    titles = dict(
        Action.objects.filter(establishment=action.establishment_id).values_list("pk", "title")
    )
    graph = [
        Candidate(str(pk), title, requires=tuple(needs.get(pk, ()))) for pk, title in titles.items()
    ]
    try:
        ordered(graph)
    except Impossible as fault:
        raise Refused(fault.found, todo="Retirez l’un de ces préalables.") from fault
    kept = [other.pk for other in required]
    action.needs.exclude(required__in=kept).delete()
    Prerequisite.objects.bulk_create(
        [Prerequisite(action=action, required_id=pk) for pk in kept], ignore_conflicts=True
    )
