"""What the invented establishments show on the internet: perimeters, and audits made without touching any network."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.checks.hole import NO_BUNDLE
from rempart.engines.exposure.judge import fix_for
from rempart.engines.exposure.report import (
    CheckResult,
    EndpointLine,
    ExposureReport,
    Finding,
    Gap,
)
from rempart.engines.exposure.score import score
from rempart.kernel.outcome import Outcome
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import perimeters, recording
from rempart.web.apps.exposure.models import ExposureAudit, Perimeter, Touch
from rempart.web.apps.exposure.perimeters import Candidate, Consent, Settings
from rempart.web.core.text import folded
from rempart.web.demo.people import FAR, HOME, SUPPORT

PASTS: Final = {HOME: ((64, 0), (12, 2)), SUPPORT: ((58, 1), (4, 3)), FAR: ((70, 2),)}
"""Establishment → its audits: how many days ago, and how many of the faults below were mended by then."""
REGION: Final = ((9, 2), (20, 3), (48, 1), (3, 4))
"""The one audit of one establishment in three of the region."""
FAULTS: Final = (
    ("mail_dmarc_absent", "{domain}", "Aucun enregistrement DMARC.", ""),
    ("tls_expires_soon", "www.{domain}:443", "Le certificat finit dans 12 jours.", "nginx"),
    (
        "service_remote_desktop",
        "bureau.{domain}:3389",
        "Un bureau à distance répond.",
        "microsoft_rdp",
    ),
    ("tls_10_11", "www.{domain}:443", "TLS 1.0 et 1.1 sont acceptés.", "nginx"),
    ("http_hsts", "www.{domain}:443", "L’en-tête Strict-Transport-Security manque.", "nginx"),
    ("mail_spf_open", "{domain}", "L’enregistrement SPF finit par +all.", ""),
)
"""Check, target, what was seen, product; the first are mended first."""
BLIND: Final = (
    "tls_untrusted",
    "imap.{domain}:993",
    "Le serveur n’a pas répondu avant la fin du délai.",
)
HOLES: Final = ("hole_known", "hole_known_exploited", "hole_end_of_life")
"""What no check could say of a product: the demonstration has no data on known holes."""
HOUR: Final = time(3, 12)


def expose(
    establishment: Establishment, past: Sequence[tuple[int, int]], *, today: date, by: User
) -> None:
    """A perimeter, its consent, and the audits of an establishment in their order."""
    domain = f"{folded(establishment.municipality).replace(' ', '-')}-{establishment.pk[-4:]}.invente.test"
    first = today - timedelta(days=past[0][0] + 5)
    consent = Consent("Camille Martin (inventée)", "directrice", first, first + timedelta(days=365))
    perimeters.give_consent(establishment=establishment, consent=consent, today=today, by=by)
    perimeters.add_asset(
        establishment=establishment,
        kind="domain",
        value=domain,
        with_subdomains=True,
        follows_addresses=True,
        by=by,
    )
    perimeters.settle(
        establishment=establishment,
        settings=Settings(
            touch=[Touch.DNS, Touch.MAIL, Touch.TLS, Touch.HTTP, Touch.SERVICES],
            blackouts="lun-ven 08:00-18:00",
            rhythm=Perimeter.Rhythm.NONE,
            is_searchable=True,
        ),
        by=by,
    )
    found = [Candidate("host", f"vpn.{domain}", f"Nom du certificat de www.{domain}")]
    perimeters.propose_assets(establishment=establishment, found=found, by=None)
    for days_ago, mended in past:
        _record(
            establishment,
            report(establishment, domain, today - timedelta(days=days_ago), mended),
            by,
        )


def report(establishment: Establishment, domain: str, day: date, mended: int) -> ExposureReport:
    """An audit of that day, after the first `mended` faults were corrected: the texts and the score are the real ones."""
    catalogue = exposure_catalogue()
    said = [(c, t.format(domain=domain), detail, p) for c, t, detail, p in FAULTS]
    findings = [_finding(*fault, day) for fault in said[mended:]]
    endpoints = _endpoints(domain, f"203.0.113.{int(establishment.pk[-2:]) + 10}", mended)
    products = [line.target for line in endpoints if line.product]
    gaps = [
        Gap(BLIND[0], BLIND[1].format(domain=domain), BLIND[2], "silent"),
        *(Gap(check, target, NO_BUNDLE, "answered") for check in HOLES for target in products),
    ]
    cleared = [CheckResult(c, catalogue.checks[c].theme, catalogue.checks[c].title, Outcome.PASSED,
                           str(catalogue.checks[c].severity), passed=1, cleared=[t])
               for c, t, _, _ in said[:mended]]  # fmt: skip
    at = datetime.combine(day, HOUR, UTC)
    return ExposureReport(
        perimeter=str(establishment),
        audited_on=day.isoformat(),
        started_at=(at - timedelta(minutes=2)).isoformat(),
        ended_at=at.isoformat(),
        tool_version="démonstration",
        catalogue_version=catalogue.version,
        catalogue_sha256=catalogue.sha256,
        score=score(findings, gaps, catalogue),
        checks=cleared,
        findings=findings,
        gaps=gaps,
        endpoints=endpoints,
        zones=[domain],
        finess=establishment.pk,
        consent="Camille Martin (inventée), directrice",
        notes=["Données inventées : rien n’a été sondé."],
    )


def _endpoints(domain: str, address: str, mended: int) -> list[EndpointLine]:
    """What answers: the site and the mail, and the remote desktop until it is mended."""
    www = EndpointLine(f"www.{domain}:443", address, 443, "https", "nginx", "1.22.1", "TLS 1.2")
    mail = EndpointLine(f"mail.{domain}:25", address, 25, "smtp", "Postfix")
    desktop = EndpointLine(f"bureau.{domain}:3389", address, 3389, "rdp")
    is_closed = mended > [check for check, *_ in FAULTS].index("service_remote_desktop")
    return [*([] if is_closed else [desktop]), *([mail] if mended else []), www]


def _finding(check: str, target: str, detail: str, product: str, day: date) -> Finding:
    content = exposure_catalogue().checks[check]
    return Finding(
        key=f"{check}|{target}",
        check=check,
        theme=str(content.theme),
        target=target,
        title=content.title,
        severity=str(content.severity),
        confidence="confirmed",
        detail=detail,
        why=content.why,
        fix=fix_for(content, [product]),
        objectives=list(content.objectives),
        product=product,
        seen_at=datetime.combine(day, HOUR, UTC).isoformat(),
        sources=["rempart"],
    )


def _record(establishment: Establishment, made: ExposureReport, by: User) -> None:
    audit = ExposureAudit(
        establishment=establishment,
        source_name="relevé inventé",
        asked_by=by,
    )
    audit.save()
    recording.record(audit, made, ExposureAudit.Form.REPORT, date.fromisoformat(made.audited_on))
