"""Snapshots, checks and reports of the exposure audit made up for tests: no probe, no packaged content."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from rempart.content.exposure import ExposureCheck
from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.content.exposure_rules import score_rules
from rempart.content.severity import risk_points
from rempart.engines.exposure.registry import (
    Check,
    Confidence,
    Context,
    Verdict,
    failed,
    passed,
    unmeasured,
)
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.run import run
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from rempart.engines.exposure.snapshot import AnySeen, Snapshot

TODAY = date(2026, 6, 1)
AT = 1_780_000_000.0


def content(identifier: str, severity: str = "high", **changes: Any) -> ExposureCheck:
    """The content of a made-up check."""
    told: dict[str, Any] = {
        "id": identifier,
        "theme": identifier.partition("_")[0],
        "title": f"Le constat {identifier}",
        "why": "Un robot l’essaie tous les jours.",
        "severity": severity,
        "fixes": [
            {"product": "nginx", "steps": "Modifier nginx.conf.", "minutes": 20},
            {"product": "any", "steps": "Fermer le service.", "minutes": 45},
        ],
        "source": {"document": "Guide", "version": "1", "anchor": "R4"},
        "status": "draft",
        "revised_on": "2026-06-01",
        "objectives": ["care_d1.exposition.correction"],
    }
    return msgspec.convert(told | changes, ExposureCheck)


def catalogue(*checks: ExposureCheck) -> ExposureCatalogue:
    """A catalogue of these checks, with the packaged rules of the score."""
    return ExposureCatalogue(
        checks={c.id: c for c in checks},
        points=risk_points(),
        score=score_rules(),
        version="2026-06-01",
        sha256="0" * 64,
    )


def service(
    port: int,
    name: str = "",
    *,
    host: str = "www.hopital.example",
    reach: Reach = Reach.ANSWERED,
    products: Sequence[str] = (),
    **more: Any,
) -> ServiceSeen:
    """What answers on a port."""
    return ServiceSeen(
        reach=reach,
        endpoint=Endpoint(more.pop("address", "127.0.0.9"), port, host),
        service=name,
        products=[Product(id=p, name=p.capitalize()) for p in products],
        at=more.pop("at", AT),
        **more,
    )


def zone(domain: str, reach: Reach = Reach.ANSWERED, **more: Any) -> ZoneSeen:
    """A zone."""
    return ZoneSeen(domain=domain, reach=reach, at=AT, **more)


def snapshot(*seen: AnySeen, **more: Any) -> Snapshot:
    """A sweep that saw these."""
    told: dict[str, Any] = {"perimeter": "CH de l’Exemple", "started_at": AT, "ended_at": AT + 60}
    return Snapshot(tool_version="0.1.0", seen=list(seen), **(told | more))


def rdp(seen: ServiceSeen, _: Context) -> Iterable[Verdict]:
    """A check: RDP answers."""
    if seen.service == "rdp":
        yield failed("Le bureau à distance répond.", "X.224", product="windows")
    else:
        yield passed(seen.service)


def banner(seen: ServiceSeen, _: Context) -> Iterable[Verdict]:
    """A check: the service says its version; one that says nothing cannot be judged."""
    if not seen.banner:
        yield unmeasured("Le service ne dit rien de lui.")
    elif "/" in seen.banner:
        yield failed("La version est dite.", seen.banner, confidence=Confidence.PROBABLE)
    else:
        yield passed()


def zones(seen: ZoneSeen, _: Context) -> Iterable[Verdict]:
    """A check: no domain of « bad » may exist."""
    yield failed("Zone mauvaise.") if seen.domain.startswith("bad") else passed()


FUNCTIONS = {
    "service_rdp": Check("service_rdp", ServiceSeen, rdp, frozenset({Reach.ANSWERED})),
    "http_banner": Check("http_banner", ServiceSeen, banner, frozenset({Reach.ANSWERED})),
    "dns_bad": Check("dns_bad", ZoneSeen, zones, frozenset({Reach.ANSWERED})),
}
CONTENTS = catalogue(
    content("service_rdp", "critical"), content("http_banner", "low"), content("dns_bad", "medium")
)


def report(*seen: AnySeen, today: date = TODAY, **more: Any) -> ExposureReport:
    """The report of the made-up checks on these observations."""
    return run(
        snapshot(*seen, **more),
        catalogue=CONTENTS,
        today=today,
        tool_version="0.1.0",
        checks=FUNCTIONS,
    )
