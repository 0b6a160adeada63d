"""The lines of a report, as the rows that pages filter and searches look into. Nothing is written here."""

from rempart.content.severity import RANKS
from rempart.engines.exposure.names import sortable
from rempart.engines.exposure.report import EndpointLine, ExposureReport, Finding
from rempart.engines.exposure.seen.claims import OURS
from rempart.render.text import name
from rempart.web.apps.exposure.models import ExposedFinding, ExposedService
from rempart.web.apps.exposure.reading import key_of
from rempart.web.core.text import folded


def findings(report: ExposureReport) -> list[ExposedFinding]:
    """A row for each finding, without its audit."""
    return [_finding(k, found) for k, found in enumerate(report.findings)]


def services(report: ExposureReport) -> list[ExposedService]:
    """A row for each thing that answers, without its audit."""
    return [_service(line) for line in report.endpoints]


def _finding(position: int, found: Finding) -> ExposedFinding:
    target = name(found.target, 250)[:280]
    cves = [name(cve, 30)[:30] for cve in found.cves[:200]]
    return ExposedFinding(
        key=key_of(found.check, found.target),
        check_id=name(found.check, 100)[:100],
        theme=name(found.theme, 20)[:20],
        target=target,
        place=sortable(target),
        title=name(found.title, 280)[:300],
        severity=found.severity,
        rank=RANKS[found.severity],
        confidence=name(found.confidence, 12)[:12],
        product=name(found.product, 80)[:100],
        is_exploited=found.is_exploited,
        sources=sources_of(found),
        cves=cves,
        position=position,
        search=folded(" ".join((found.check, found.product, found.title, *cves)))[:4000],
    )


def sources_of(found: Finding) -> str:
    """Who saw a finding, our own measure first."""
    ordered = sorted(set(found.sources), key=lambda source: (source != OURS, source))
    return ",".join(name(source, 40).replace(",", " ") for source in ordered)[:200]


def _service(line: EndpointLine) -> ExposedService:
    product = name(line.product, 160)[:200]
    version = name(line.version, 60)[:100]
    target = name(line.target, 250)[:280]
    return ExposedService(
        target=target,
        place=sortable(target),
        service=name(line.service, 40)[:60],
        product=product,
        version=version,
        tls=name(line.tls, 60)[:100],
        expires_on=name(line.expires_on, 10)[:10],
        search=folded(f"{line.service} {product} {version}"),
    )
