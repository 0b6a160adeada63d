"""Perimeters, reports and audits of exposure, without touching any network."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from rempart.engines.exposure.report import (
    CheckResult,
    EndpointLine,
    ExposureReport,
    Finding,
    FixText,
    Gap,
    NextGrade,
    Score,
    ThemeScore,
)
from rempart.kernel.outcome import Outcome
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import actions, perimeters
from rempart.web.apps.exposure.models import ExposureAudit, Perimeter
from rempart.web.apps.exposure.perimeters import Consent, Settings
from rempart.web.core import jobs

MARCH, APRIL, MAY = (datetime(2026, month, 1, 3, 12, tzinfo=UTC) for month in (3, 4, 5))
FIX = FixText("nginx", "Éditez la configuration, puis rechargez.", minutes=20)
RDP = "service_rdp"
HSTS = "http_hsts"


def an_exposed(check: str = RDP, target: str = "bureau.chu.example:3389", **fields: Any) -> Finding:
    """A finding on a target."""
    values: dict[str, Any] = {
        "key": f"{check}|{target}",
        "check": check,
        "theme": check.partition("_")[0],
        "target": target,
        "title": f"Constat {check}",
        "severity": "high",
        "confidence": "confirmed",
        "detail": "Le service répond.",
        "evidence": "banner",
        "why": "Un attaquant entre par là.",
        "fix": FIX,
        "sources": ["rempart"],
    } | fields
    return Finding(**values)


def an_exposure(
    *findings: Finding,
    at: datetime = MARCH,
    cleared: dict[str, list[str]] | None = None,
    gaps: tuple[Gap, ...] = (),
    endpoints: tuple[EndpointLine, ...] = (),
    score: float | None = None,
    **fields: Any,
) -> ExposureReport:
    """A report of these findings; `cleared` names, by check, the targets that it looked at and found good."""
    value = max(0.0, 100.0 - 10 * len(findings)) if score is None else score
    grade = "ABCDEF"[min(int((100 - value) // 15), 5)]
    checks = [
        CheckResult(check, check.partition("_")[0], check, Outcome.PASSED, "high", cleared=targets)
        for check, targets in sorted((cleared or {}).items())
    ]
    values: dict[str, Any] = {
        "perimeter": "CH d’exemple",
        "audited_on": at.date().isoformat(),
        "started_at": (at - timedelta(minutes=3)).isoformat(),
        "ended_at": at.isoformat(),
        "tool_version": "1.0",
        "catalogue_version": "2026-11-22",
        "catalogue_sha256": "0" * 64,
        "score": Score(
            value,
            max(value - 5.0 * len(gaps), 0.0),
            grade,
            grade,
            [ThemeScore("service", 100 - value, 100 - value, len(findings), len(gaps))],
            [NextGrade("A", [f.key for f in findings], 40)],
        ),
        "checks": checks,
        "findings": list(findings),
        "gaps": list(gaps),
        "endpoints": list(endpoints),
        "zones": ["chu.example"],
    } | fields
    return ExposureReport(**values)


def an_exposure_file(content: bytes | ExposureReport) -> SimpleUploadedFile:
    """A report as a browser sends it."""
    data = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return SimpleUploadedFile("report.json", data)


def an_exposure_audit(
    establishment: Establishment, by: User, content: bytes | ExposureReport
) -> ExposureAudit:
    """A deposit, read."""
    file = an_exposure_file(content)
    audit = actions.deposit(establishment=establishment, file=file, by=by).audit
    if audit.job_id:
        jobs.perform(audit.job_id)
    audit.refresh_from_db()
    return audit


def a_perimeter(
    establishment: Establishment, by: User, *values: str, today: date | None = None, **fields: Any
) -> Perimeter:
    """A perimeter of domains, with a consent of a year from today."""
    day = today or timezone.localdate()
    consent = Consent("Camille Martin", "directrice", day, day + timedelta(days=300))
    perimeters.give_consent(establishment=establishment, consent=consent, today=day, by=by)
    for value in values or ("chu.example",):
        perimeters.add_asset(
            establishment=establishment, kind="domain", value=value, with_subdomains=True, by=by
        )
    settings: dict[str, Any] = {"touch": ["dns", "mail", "tls", "http", "services"]} | fields
    return perimeters.settle(establishment=establishment, settings=Settings(**settings), by=by)


def an_exposed_world(cast: Any) -> dict[str, dict[str, Any]]:
    """Route → arguments: the perimeter of Alice's home, its audit, and a finding of it."""
    perimeter = a_perimeter(cast.home, cast.alice)
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    table = {"header": {"columns": ["IP", "Point"], "delimiter": ";", "sample": []}}
    asked = ExposureAudit.objects.create(
        establishment=cast.home, form="import", state="refused", table=table
    )
    asset, line = perimeter.assets.first(), audit.exposed_findings.first()
    return {
        "exposure_": {"pk": audit.pk},
        "exposure_asset_remove": {"pk": asset.pk if asset else 0},
        "exposure_columns": {"pk": asked.pk},
        "exposure_download": {"pk": audit.pk, "form": "json"},
        "exposure_finding": {"pk": line.pk if line else 0},
        "exposure_retest": {"pk": line.pk if line else 0},
    }
