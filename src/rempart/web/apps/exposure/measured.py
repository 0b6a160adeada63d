"""The measured facts that exposure audits give to self-assessments."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core.facts import Fact


def facts_of(finess: str, today: date) -> Iterator[Fact]:
    """What the last sweep of an establishment shows. That nothing critical was seen is not given where the sweep could
    not judge everything: it would prove nothing."""
    audit = ExposureAudit.objects.filter(establishment_id=finess, is_latest=True).first()
    if audit is None or audit.swept_on is None or audit.swept_on > today:
        return
    day, label, href = audit.swept_on, str(audit), reverse("exposure_audit", args=[audit.pk])
    yield Fact("exposure.age_days", float((today - day).days), day, label, href)
    if audit.critical_open is not None and (audit.critical_open or not audit.gaps_count):
        yield Fact("exposure.critical_open", float(audit.critical_open), day, label, href)
