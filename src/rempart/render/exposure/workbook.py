"""Every finding, gap and endpoint of an exposure audit, as a workbook: no formula, no link, no limit but the format's."""

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from rempart.engines.exposure.report import ExposureReport, Finding
from rempart.render.exposure import view, words
from rempart.render.exposure.words import OUTCOMES
from rempart.render.french import day
from rempart.render.severity import severity_legend, severity_word
from rempart.render.text import NAME_LIMIT, clip, visible
from rempart.render.xlsx import Sheets, created
from rempart.render.xlsx_sheet import PLAIN_CELLS, Row

SUMMARY: Final = {"Rubrique": 34, "Valeur": 100}
FINDINGS: Final = {
    "Gravité": 12, "Certitude": 12, "Thème": 24, "Constat": 50, "Cible": 34, "Détail": 60, "Vu": 40, "Produit": 22,
    "Failles": 30, "Exploitée": 10, "EPSS": 8, "Données au": 12, "Minutes": 9, "Corriger": 60, "Commandes": 50,
    "Retour arrière": 40, "Effet sur les services": 40, "Référence": 50, "Objectifs": 30, "Sources": 18,
    "Autres outils": 50, "Vu le": 22, "Identifiant": 34, "Clé": 60,
}  # fmt: skip
STEPS: Final = {
    "Note": 8,
    "Minutes en tout": 14,
    "Constat": 50,
    "Cible": 34,
    "Minutes": 9,
    "Gravité": 12,
}
CHECKS: Final = {
    "Identifiant": 34, "Thème": 24, "Constat": 60, "Gravité": 12, "Résultat": 14, "Conformes": 10, "À corriger": 10,
    "Non évalués": 12, "Sans objet": 10, "Raison": 60,
}  # fmt: skip
GAPS: Final = {"Identifiant": 34, "Cible": 34, "Raison": 80}
ENDPOINTS: Final = {
    "Cible": 34, "Adresse": 24, "Port": 8, "Service": 16, "Produit": 28, "Version": 16, "TLS": 24, "Certificat expire le": 18,
    "Vu le": 22,
}  # fmt: skip
DISPUTES: Final = {
    "Cible": 34, "Constat": 50, "Rempart dit": 50, "Outil": 14, "Sa règle": 24, "Il dit": 50, "Vu": 40, "Le": 12,
    "Identifiant": 34,
}  # fmt: skip
OUTSIDE: Final = {
    "Nom ou adresse": 34, "Pourquoi à part": 60, "Outils": 18, "Résultats": 10, "Au pire": 12, "Ce qui en est dit": 80,
    "Cibles": 50,
}  # fmt: skip


def workbook(report: ExposureReport) -> bytes:
    """The workbook, the same bytes for the same report."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, PLAIN_CELLS) as book:
        book.set_properties(
            {
                "title": clip(visible(view.headline(report)), NAME_LIMIT),
                "created": created(report.audited_on),
            }
        )
        sheets = Sheets(book)
        for title, columns, rows in SHEETS:
            sheets.add(title, columns, rows(report))
    return target.getvalue()


def _summary(report: ExposureReport) -> Iterable[Row]:
    yield "Résultat", view.headline(report)
    yield "En une phrase", view.lead(report)
    for tile in view.tiles(report):
        yield tile.label, f"{tile.value} {tile.unit} : {tile.note}"
    for theme in report.score.themes:
        text = f"{theme.lost:g} points perdus, {theme.lost_at_most:g} au pire, {theme.findings} constats"
        yield words.theme(theme.theme), text
    yield "Gravités", severity_legend()
    yield "Date de l’audit", day(report.audited_on)
    yield "Balayage", f"{report.started_at} – {report.ended_at}"
    yield "Accord", report.consent
    yield "Données de failles au", report.data_as_of or "aucune"
    yield "Catalogue", f"{day(report.catalogue_version)}, SHA-256 {report.catalogue_sha256}"
    yield "Observations", f"SHA-256 {report.snapshot_sha256}"
    yield "Outil", f"Rempart {report.tool_version}, {report.schema}"
    for note in report.notes:
        yield "À savoir", note


def _findings(report: ExposureReport) -> Iterable[Row]:
    for f in report.findings:
        fix = f.fix
        yield (
            *(severity_word(f.severity), words.confidence(f.confidence), words.theme(f.theme)),
            *(
                f.title,
                f.target,
                f.detail,
                f.evidence,
                words.product(f.product) if f.product else "",
            ),
            *(
                ", ".join(f.cves),
                "oui" if f.is_exploited else "",
                f.epss if f.epss is not None else "",
            ),
            *(f.data_as_of, fix.minutes if fix else "", fix.steps if fix else ""),
            *((fix.commands, fix.rollback, fix.service_effect) if fix else ("", "", "")),
            *(
                references(f),
                " ; ".join(map(words.objective, f.objectives)),
                ", ".join(f.sources),
                claims(f),
            ),
            *(f.seen_at, f.check, f.key),
        )


def references(finding: Finding) -> str:
    """The rules that a finding rests on, on one line."""
    said = (" ".join(x for x in (r.document, r.version, r.anchor) if x) for r in finding.references)
    return " ; ".join(said)


def claims(finding: Finding) -> str:
    """What other tools say of a finding, on one line."""
    return " ; ".join(
        f"{c.tool} {'le voit aussi' if c.agrees else 'dit le contraire'} ({c.rule})"
        for c in finding.claims
    )


def _steps(report: ExposureReport) -> Iterable[Row]:
    for step in view.steps(report):
        for f in step.findings:
            minutes = f.fix.minutes if f.fix else 0
            severity = severity_word(f.severity)
            yield step.grade, step.minutes, f.title, f.target, minutes, severity


def _checks(report: ExposureReport) -> Iterable[Row]:
    for c in report.checks:
        yield (
            *(c.id, words.theme(c.theme), c.title, severity_word(c.severity), OUTCOMES[c.outcome]),
            *(c.passed, c.failed, c.not_measured, c.not_applicable, c.reason),
        )


def _gaps(report: ExposureReport) -> Iterable[Row]:
    for gap in report.gaps:
        yield gap.check, gap.target, gap.reason


def _endpoints(report: ExposureReport) -> Iterable[Row]:
    for x in report.endpoints:
        yield (
            *(x.target, x.address, x.port, x.service, x.product, x.version, x.tls, x.expires_on),
            x.seen_at,
        )


def _disputes(report: ExposureReport) -> Iterable[Row]:
    for x in view.disagreements(report):
        c = x.claim
        yield x.target, x.title, x.ours, c.tool, c.rule, c.says, c.evidence, c.seen_on, x.check


def _outside(report: ExposureReport) -> Iterable[Row]:
    for x in report.outside:
        severity = severity_word(x.severity) if x.severity else ""
        said = " ; ".join(x.says), ", ".join(x.targets)
        yield x.host, x.why, ", ".join(x.tools), x.count, severity, *said


Rows = Callable[[ExposureReport], Iterable[Row]]
SHEETS: Final[tuple[tuple[str, Mapping[str, int], Rows], ...]] = (
    ("Synthèse", SUMMARY, _summary),
    ("À corriger", FINDINGS, _findings),
    ("Coût des notes", STEPS, _steps),
    ("Contrôles", CHECKS, _checks),
    ("Non évalué", GAPS, _gaps),
    ("Ce qui répond", ENDPOINTS, _endpoints),
    ("Désaccords", DISPUTES, _disputes),
    ("Hors périmètre", OUTSIDE, _outside),
)
