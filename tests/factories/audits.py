"""Reports and audits, without reading a collection."""

from datetime import date
from typing import Any

import msgspec
from django.core.files.uploadedfile import SimpleUploadedFile

from rempart.content.loader import directory_checks
from rempart.engines.directory.report import (
    ControlResult,
    DomainRef,
    Exposure,
    Plan,
    PointResult,
    Report,
    SourceRef,
)
from rempart.engines.directory.score import level_of
from rempart.kernel.outcome import Outcome
from rempart.render.outputs import encoded
from rempart.web.apps.accounts.models import User
from rempart.web.apps.audits import actions
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import Establishment
from rempart.web.core import jobs
from support import reports

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def a_control(id: str, outcome: Outcome = Outcome.FAILED, *, level: int = 2) -> ControlResult:
    """A control of one point."""
    known = directory_checks().get(id)
    title = known.title if known else f"Le point {id} est en échec"
    base = reports.control(id, title, [level], outcome)
    points = [
        PointResult(level, outcome, "Non collecté." if outcome is Outcome.NOT_MEASURED else "")
    ]
    return msgspec.structs.replace(
        base,
        id=id,
        points=points,
        failed_levels=[level] if outcome is Outcome.FAILED else [],
        objects=[reports.DUPONT, reports.BACKUP] if outcome is Outcome.FAILED else [],
    )


def a_report(
    *controls: ControlResult, on: date = MARCH, domain: str = reports.DOMAIN, **fields: Any
) -> Report:
    """A report of these controls alone; nobody exposed, nothing to plan."""
    base = reports.sample()
    source = SourceRef("SharpHound", "SharpHound", on.isoformat(), base.sources[0].files)
    values: dict[str, Any] = {
        "audited_on": on.isoformat(),
        "sources": [source],
        "domains": [DomainRef(domain, "chu.test")],
        "controls": list(controls),
        "unscored": [],
        "level": level_of(controls),
        "exposure": Exposure(100, 0, {}),
        "plan": Plan([], 0, 0.0, 0, minimal=True),
        "accepted": [],
    } | fields
    return msgspec.structs.replace(base, **values)


def an_upload(content: bytes | Report, name: str = "report.json") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    data = content if isinstance(content, bytes) else encoded(content)
    return SimpleUploadedFile(name, data)


def a_deposit(
    establishment: Establishment,
    by: User,
    *files: bytes | Report | SimpleUploadedFile,
    is_kept: bool = True,
) -> Audit:
    """A deposit, analysed."""
    given = [f if isinstance(f, SimpleUploadedFile) else an_upload(f) for f in files]
    audit = actions.deposit(establishment=establishment, files=given, is_kept=is_kept, by=by).audit
    if audit.job_id:
        jobs.perform(audit.job_id)
    audit.refresh_from_db()
    return audit
