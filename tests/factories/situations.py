"""Audits and actions as bare rows, for the figures that the portfolio keeps."""

from datetime import date
from typing import Any

from rempart.web.apps.accounts.models import User
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation.models import Action
from rempart.web.core.models import StoredFile


def an_audited(establishment: Establishment, by: User, level: int = 2, **fields: Any) -> Audit:
    """The last audit of a directory, with no report behind it."""
    report, _ = StoredFile.objects.get_or_create(
        sha256="0" * 64, defaults={"size": 1, "kind": "report"}
    )
    values: dict[str, Any] = {
        "state": Audit.State.DONE,
        "source_name": "collecte.zip",
        "source_sha256": establishment.pk,
        "deposited_by": by,
        "report": report,
        "subject": "chu.test",
        "measured_on": date(2026, 3, 1),
        "level": level,
        "points_not_measured": 0,
        "exposed": 12,
        "is_newest": True,
        "is_latest": True,
    } | fields
    return Audit.objects.create(establishment=establishment, **values)


def an_action(establishment: Establishment, by: User | None = None, **fields: Any) -> Action:
    """An action of the plan."""
    values: dict[str, Any] = {
        "title": "Retirer une délégation",
        "state": "planned",
        "state_by": by,
        "state_on": date(2026, 3, 1),
    } | fields
    return Action.objects.create(establishment=establishment, **values)
