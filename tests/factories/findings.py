"""Measures, findings and actions."""

from datetime import date
from typing import Any

from django.utils import timezone

from factories.establishments import an_establishment
from rempart.content.severity import Severity
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment, Grouping
from rempart.web.apps.remediation import actions, budgeting, sharing
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.planning import Budget, SharedAction
from rempart.web.apps.remediation.recording import Observation, Recorded
from rempart.web.apps.remediation.rules import Look

SEEN_ON = date(2026, 3, 1)


def an_observation(key: str, look: Look = Look.SEEN, **fields: Any) -> Observation:
    """What a measure says of one thing."""
    values: dict[str, Any] = {"title": f"Constat {key}", "severity": Severity.HIGH} | fields
    return Observation(key, look, **values)


def a_measure(
    establishment: Establishment,
    *observations: Observation,
    on: date = SEEN_ON,
    source: str = "",
    subject: str = "S-1",
) -> Recorded:
    """A measure of a directory, recorded."""
    return actions.record_findings(
        establishment=establishment,
        source_kind="directory",
        source_id=source or on.isoformat(),
        source_label=f"Audit du {on.isoformat()}",
        measured_on=on,
        findings=observations,
        by=None,
        subject=subject,
    )


def a_finding(establishment: Establishment, key: str = "a") -> Finding:
    """A finding that a measure saw."""
    a_measure(establishment, an_observation(key), source=f"seen-{key}", subject=key)
    return Finding.objects.get(establishment=establishment, key=key)


def an_action(
    establishment: Establishment, by: User, *findings: Finding, today: date = SEEN_ON, **values: Any
) -> Action:
    """A planned action of the plan."""
    values = {"title": "Changer le mot de passe de krbtgt"} | values
    return actions.add_action(
        establishment=establishment,
        values=actions.Values(**values),
        findings=findings,
        today=today,
        by=by,
    )


def a_shared_action(by: User, code: str, *members: Establishment) -> SharedAction:
    """An action that a grouping shares between these members, in equal parts; one alone shares it with another site."""
    if len(members) == 1:
        members = (
            *members,
            an_establishment("220000038", name="Site partagé", operator=members[0].operator),
        )
    return sharing.share_action(
        grouping=Grouping.objects.get(pk=code),
        values=sharing.SharedValues("Acheter un service de sauvegarde", euros=9000, days=6),
        parts=dict.fromkeys(members, 100 / len(members)),
        today=SEEN_ON,
        by=by,
    )


def a_budget(
    establishment: Establishment, by: User, euros: int = 1000, days: float = 5, **more: Any
) -> Budget:
    """The same means each quarter, from the present one."""
    stated = budgeting.Stated([euros] * 12, [days] * 12, **more)
    today = timezone.localdate()
    return budgeting.set_budget(establishment=establishment, stated=stated, today=today, by=by)


def closed(action: Action, by: User, on: date) -> Action:
    """The action, declared done."""
    proof = actions.Proof("Fait, capture dans le dossier.")
    return actions.close_action(action=action, done_on=on, proof=proof, today=on, by=by)
