"""The measured facts that audits give to self-assessments."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from rempart.web.apps.audits.models import Audit
from rempart.web.core.facts import Fact


def facts_of(finess: str, today: date) -> Iterator[Fact]:
    """What the audit by which an establishment is judged shows of its directory.

    A level that is only a ceiling, for want of measuring some points, is not given: it would prove nothing.
    """
    audit = Audit.objects.filter(
        establishment_id=finess, kind=Audit.Kind.DIRECTORY, is_latest=True
    ).first()
    if audit is None or audit.measured_on is None or audit.measured_on > today:
        return
    day, label, href = audit.measured_on, str(audit), reverse("audit", args=[audit.pk])
    yield Fact("directory.age_days", float((today - day).days), day, label, href)
    if audit.level is not None and not audit.at_most:
        yield Fact("directory.level", float(audit.level), day, label, href)
    if audit.low_privileged and audit.exposed is not None:
        share = audit.exposed / audit.low_privileged
        yield Fact("directory.exposed_share", share, day, label, href)
