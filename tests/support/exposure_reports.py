"""Reports of exposure audits as the renderers meet them: a hospital on a bad day, a clean one, a hostile one."""

from typing import Any

import msgspec

from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.engines.exposure.report import (
    CheckResult,
    Claim,
    Dispute,
    EndpointLine,
    ExposureReport,
    Finding,
    FixText,
    Gap,
    Outside,
    Reference,
)
from rempart.engines.exposure.score import score
from rempart.kernel.outcome import Outcome
from support.exposure import catalogue, content

HOSTILE = "‮gpj.exe\x00<script>alert(1)</script>=cmd|'/c'!A1 " + "x" * 400 + "漢字"

TITLES = {
    "service_rdp": ("critical", "Un bureau à distance (RDP) est ouvert sur internet"),
    "hole_exploited": ("critical", "Un produit a une faille que des attaquants exploitent"),
    "mail_dmarc": ("high", "Le domaine laisse n’importe qui écrire en son nom"),
    "tls_old": ("high", "Le chiffrement TLS 1.0 ou 1.1 est encore accepté"),
    "tls_expires": ("medium", "Un certificat expire dans moins de 30 jours"),
    "http_csp": ("low", "Le site ne limite pas d’où viennent ses scripts"),
    "dns_caa": ("low", "Rien ne dit quelle autorité peut émettre un certificat"),
    "tls_hybrid": ("info", "L’échange de clés ne résiste pas à un ordinateur quantique"),
}
FIXES = {
    "nginx": FixText("nginx", "Dans nginx.conf, écrire :\nssl_protocols TLSv1.2 TLSv1.3;", "nginx -t && systemctl reload nginx", "Remettre l’ancienne ligne.", "Les postes de plus de dix ans ne se connectent plus.", 20),
    "any": FixText("any", "Fermer le port sur le pare-feu.", "", "", "", 45),
}  # fmt: skip


def packaged() -> ExposureCatalogue:
    """A catalogue of the checks of these reports."""
    return catalogue(
        *(content(i, severity, title=title) for i, (severity, title) in TITLES.items())
    )


def finding(check: str, target: str, *, fix: str = "any", **changes: Any) -> Finding:
    """A finding of one of these checks."""
    severity, title = TITLES[check]
    told: dict[str, Any] = {
        "key": f"{check}|{target}",
        "check": check,
        "theme": check.partition("_")[0],
        "target": target,
        "title": title,
        "severity": severity,
        "confidence": "confirmed",
        "detail": "Le service a répondu à une négociation sans effet.",
        "evidence": "03 00 00 13",
        "why": "Un attaquant qui entre par là bloque le dossier patient, l’imagerie et les rendez-vous.",
        "fix": FIXES[fix],
        "references": [
            Reference("ANSSI, recommandations de sécurité relatives à TLS", "1.2", "R4")
        ],
        "objectives": ["care_d1.exposition.correction"],
        "seen_at": "2026-11-22T02:12:00+00:00",
        "sources": ["rempart"],
    }
    return Finding(**(told | changes))


def _findings() -> list[Finding]:
    sites = [f"site{k}.ch-exemple.example:443" for k in range(1, 61)]
    nmap = Claim("nmap", "3389/tcp open", "ouvert", True, "2026-11-20")
    testssl = Claim("testssl", "TLS1", "non proposé", False, "2026-11-19")
    return [
        finding("service_rdp", "tse.ch-exemple.example:3389", claims=[nmap]),
        finding("hole_exploited", "vpn.ch-exemple.example:443", confidence="probable", is_exploited=True, cves=["CVE-2024-21762", "CVE-2023-27997"], epss=0.93, product="fortigate", data_as_of="2026-11-02", detail="FortiOS 7.0.13, corrigé en 7.0.14."),
        finding("mail_dmarc", "ch-exemple.example", detail="La politique DMARC est « none »."),
        finding("tls_old", "www.ch-exemple.example:443", fix="nginx", product="nginx", claims=[testssl], detail="TLS 1.0 et TLS 1.1 acceptés."),
        finding("tls_old", "rdv.ch-exemple.example:443", detail="TLS 1.1 accepté."),
        finding("tls_expires", "portail.ch-exemple.example:443", fix="nginx", detail="Expire le 2 décembre 2026."),
        *(finding("http_csp", site, fix="nginx", detail="Pas d’en-tête Content-Security-Policy.", evidence="") for site in sites),
        finding("dns_caa", "ch-exemple.example", detail="Pas d’enregistrement CAA."),
        finding("tls_hybrid", "www.ch-exemple.example:443", detail="X25519MLKEM768 n’est pas proposé."),
    ]  # fmt: skip


def _checks(findings: list[Finding], gaps: list[Gap]) -> list[CheckResult]:
    rows = []
    for name, (severity, title) in TITLES.items():
        bad = sum(f.check == name for f in findings)
        missing = sum(g.check == name for g in gaps)
        outcome = Outcome.FAILED if bad else Outcome.NOT_MEASURED if missing else Outcome.PASSED
        rows.append(
            CheckResult(name, name.partition("_")[0], title, outcome, severity, 12, bad, missing)
        )
    moot = Outcome.NOT_APPLICABLE
    rows.append(CheckResult("service_modbus", "service", "Un automate répond en Modbus", moot, "critical", reason="Le périmètre ne permet pas cette sonde."))  # fmt: skip
    return rows


def _endpoints() -> list[EndpointLine]:
    lines = [
        EndpointLine("tse.ch-exemple.example:3389", "192.0.2.20", 3389, "rdp", "Windows Server"),
        EndpointLine("vpn.ch-exemple.example:443", "192.0.2.1", 443, "https", "FortiGate", "7.0.13", "TLS 1.2, TLS 1.3", "2027-03-01"),
        EndpointLine("portail.ch-exemple.example:443", "192.0.2.3", 443, "https", "nginx", "", "TLS 1.2", "2026-12-02"),
        EndpointLine("vieux.ch-exemple.example:443", "192.0.2.4", 443, "https", "", "", "TLS 1.2", "2026-11-19"),
        EndpointLine("www.ch-exemple.example:443", "192.0.2.5", 443, "https", "nginx", "", "TLS 1.0, TLS 1.1, TLS 1.2", "2028-01-01"),
    ]  # fmt: skip
    return lines


def _report(findings: list[Finding], gaps: list[Gap], **changes: Any) -> ExposureReport:
    told: dict[str, Any] = {
        "perimeter": "Centre hospitalier de l’Exemple",
        "audited_on": "2026-11-22",
        "started_at": "2026-11-22T02:10:00+00:00",
        "ended_at": "2026-11-22T02:14:00+00:00",
        "tool_version": "0.5.0",
        "catalogue_version": "2026-11-22",
        "catalogue_sha256": "c" * 64,
        "score": score(findings, gaps, packaged()),
        "checks": _checks(findings, gaps),
        "findings": findings,
        "gaps": gaps,
        "endpoints": [],
        "zones": [],
        "finess": "010000024",
        "consent": "Camille Martin, directrice générale",
        "data_as_of": "2026-11-02",
        "snapshot_sha256": "a1" * 32,
    }
    return ExposureReport(**(told | changes))


def sample() -> ExposureReport:
    """A hospital on a bad day."""
    silence = "Aucune réponse à la demande de connexion."
    gaps = [
        *(Gap("tls_old", f"imagerie{k}.ch-exemple.example:443", silence, "silent") for k in range(20)),
        Gap("mail_dmarc", "ght-exemple.example", "Le serveur de noms n’a pas répondu avant la fin du délai.", "silent"),
        Gap("service_rdp", "mx.fournisseur.example:25", "Cette adresse est hors du périmètre.", "outside"),
    ]  # fmt: skip
    notes = ["Balayage incomplet : 3 travaux sur 410 n’ont pas été faits. Ce qu’ils auraient vu n’est pas évalué."]  # fmt: skip
    zones = ["ch-exemple.example", "ght-exemple.example"]
    nessus = Claim("nessus", "42873", "3DES accepté", False, "2026-11-18")
    disputes = [Dispute("tls_old", "rendezvous.ch-exemple.example:443", TITLES["tls_old"][1], "Mesuré par Rempart : conforme, ou sans objet.", [nessus])]  # fmt: skip
    outside = [Outside("www.mutuelle.example", "www.mutuelle.example n’est pas dans le périmètre.", ["www.mutuelle.example:443"], ["nessus"], ["PHP 5.6 n’est plus maintenu"], 3, "critical")]  # fmt: skip
    return _report(
        _findings(), gaps, disputes=disputes, endpoints=_endpoints(), zones=zones, notes=notes, outside=outside,
    )  # fmt: skip


def clean() -> ExposureReport:
    """Nothing wrong, everything measured."""
    return _report([], [], endpoints=_endpoints()[1:2], data_as_of="", notes=[])


def empty() -> ExposureReport:
    """A sweep that saw nothing."""
    return _report([], [], checks=[], zones=[], finess="", consent="", snapshot_sha256="")


def hostile() -> ExposureReport:
    """Every text that a target chooses is hostile."""
    bad = finding("service_rdp", HOSTILE[:60], detail=HOSTILE, evidence=HOSTILE, product=HOSTILE)
    claim = Claim(HOSTILE, HOSTILE, HOSTILE, False)
    bad = msgspec.structs.replace(bad, claims=[claim], cves=[HOSTILE])
    line = EndpointLine(HOSTILE, HOSTILE, 1, HOSTILE, HOSTILE, HOSTILE, HOSTILE, "2026-12-31")
    gap = Gap("mail_dmarc", HOSTILE, HOSTILE, "broken")
    return _report(
        [bad],
        [gap],
        endpoints=[line],
        zones=[HOSTILE],
        perimeter=HOSTILE,
        notes=[HOSTILE],
        consent=HOSTILE,
    )
