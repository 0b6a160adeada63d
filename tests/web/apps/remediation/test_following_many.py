"""A plan that follows more findings than a database takes in one question."""

from datetime import date

from factories.findings import a_measure, an_observation
from rempart.web.apps.remediation.following import Mends, Proposal, propose
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.rules import Look
from web.conftest import Cast

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
MANY = 1100
"""SQLite refuses more than a thousand alternatives."""


def test_a_plan_of_more_than_a_thousand_findings_follows_the_next_measure(cast: Cast) -> None:
    keys = [f"cible-{k:04}" for k in range(MANY)]
    a_measure(cast.home, *map(an_observation, keys), on=MARCH)
    way = Proposal("tout", "Fermer tout", "", 30, tuple(map(Mends, keys)))
    propose(cast.home, "directory", "S-1", [way], MARCH)
    told = a_measure(cast.home, *(an_observation(key, Look.ABSENT) for key in keys), on=APRIL)
    assert len(told.mended) == MANY
    assert [action.state for action in Action.objects.all()] == ["abandoned"]
