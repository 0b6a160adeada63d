"""The report of an exposure audit as a PDF/UA-1 document: two pages for a board, then the annexes."""

from collections.abc import Sequence
from typing import Any, Final

from rempart.content.exposure_rules import score_rules
from rempart.engines.exposure.report import ExposureReport, is_partial
from rempart.render.exposure import view, words
from rempart.render.exposure.pictures import span
from rempart.render.french import counted, day, duration, number, sentence
from rempart.render.pdf.typeset import typeset
from rempart.render.severity import severity_legend, severity_word
from rempart.render.text import abridge, clip, excerpt, name

TARGETS: Final = 12
"""Targets named for one check; the workbook has them all."""
ENDPOINTS: Final = 150
CERTIFICATES: Final = 12
DISPUTES: Final = 60
OUTSIDE: Final = 60
GAPS: Final = 40
PAGE: Final = "report.html"
WHY_LIMIT: Final = 320
DETAIL_LIMIT: Final = 400
CELL_LIMIT: Final = 240  # of a cell of a table


def compiled(report: ExposureReport) -> bytes:
    """The PDF, the same bytes for the same report: its date is that of the audit."""
    return typeset(
        "rempart.render.exposure", "report.typ", document(report), made_on=report.audited_on
    )


def document(report: ExposureReport) -> dict[str, Any]:
    """Every text of the document, ready to be laid out."""
    return {
        "headline": view.headline(report),
        "lead": view.lead(report),
        "short": _short(report),
        "date": day(report.audited_on),
        "meta": _meta(report),
        "foot": f"Rempart {report.tool_version} · document non officiel",
        "tiles": [
            {"label": t.label, "value": t.value, "unit": t.unit, "note": clip(t.note, 120)}
            for t in view.tiles(report)
        ],
        "first_title": "À faire d’abord",
        "priorities": [
            {"title": clip(p.title, 120), "why": abridge(p.why, WHY_LIMIT), "gain": p.gain}
            for p in view.priorities(report)
        ],
        "steps": _steps(report),
        "best": view.best_words(report),
        "bars": _bars(report),
        "themes": _themes(report),
        "unknown": _unknown(report),
        "decisions": _decisions(report),
        "severities": severity_legend(),
        "findings": [_group(group) for _, groups in view.by_severity(report) for group in groups],
        "gaps": [_gap(gap) for gap in view.gaps(report)[:GAPS]],
        "gaps_note": _rest(len(view.gaps(report)), GAPS, "premières", "toutes"),
        "whole": view.no_gap_words(report),
        "disputed": [
            [name(x.target), f"{sentence(x.title)} {_cell(x.ours)}", f"{name(x.claim.tool)} : {_cell(x.claim.says)}"]
            for x in view.disagreements(report)[:DISPUTES]
        ],
        "outside": [
            [name(x.host), _cell(x.why), f"{name(', '.join(x.tools))} : {_cell(' ; '.join(x.says))}"]
            for x in report.outside[:OUTSIDE]
        ],
        "outside_note": _rest(len(report.outside), OUTSIDE),
        "certificates": _certificates(view.expiries(report)),
        "endpoints": [
            [name(x.target), name(x.address), name(x.service), name(f"{x.product} {x.version}".strip()), name(x.tls)]
            for x in report.endpoints[:ENDPOINTS]
        ],
        "endpoints_note": _rest(len(report.endpoints), ENDPOINTS),
        "method": method(report),
    }  # fmt: skip


def _cell(text: str) -> str:
    return excerpt(text, CELL_LIMIT, PAGE)


def _short(report: ExposureReport) -> str:
    said = f" ({view.PARTIAL.lower()})" if is_partial(report) else ""
    return f"Audit d’exposition{said} : {clip(name(report.perimeter), 60)}"


def _meta(report: ExposureReport) -> str:
    parts = ["Audit d’exposition sur internet", day(report.audited_on)]
    if report.finess:
        parts.append(f"FINESS {name(report.finess)}")
    if report.data_as_of:
        parts.append(f"données de failles au {day(report.data_as_of)}")
    return " · ".join(parts)


def _steps(report: ExposureReport) -> list[list[str]]:
    return [
        [step.grade, number(len(step.findings)), duration(step.minutes)]
        for step in view.steps(report)
    ]


def _bars(report: ExposureReport) -> dict[str, Any] | None:
    rows = sorted(report.score.themes, key=lambda t: (-t.lost, -t.lost_at_most, t.theme))
    most = max((row.lost_at_most for row in rows), default=0.0)
    if not most:
        return None
    said = ", ".join(f"{words.theme(t.theme)} {span(t)}" for t in rows)
    return {
        "title": "Points perdus, par thème.",
        "see": "Plein : ce que le thème fait perdre. Cadre : au pire, si ce qui n’a pas été évalué était mauvais.",
        "alt": f"Points perdus par thème : {said}.",
        "rows": [
            {
                "label": words.theme(t.theme),
                "share": round(100 * t.lost / most, 1),
                "most": round(100 * t.lost_at_most / most, 1),
                "note": span(t),
            }
            for t in rows
        ],
    }


def _themes(report: ExposureReport) -> list[list[str]]:
    rows = sorted(report.score.themes, key=lambda t: (-t.lost, t.theme))
    return [
        [words.theme(t.theme), number(t.lost), number(t.lost_at_most), number(t.findings), number(t.gaps)]
        for t in rows
    ]  # fmt: skip


def _unknown(report: ExposureReport) -> list[str]:
    if not report.gaps:
        return [view.no_gap_words(report)]
    score = report.score
    said = [
        f"{counted(len(report.gaps), 'mesure n’a pas pu être faite', 'mesures n’ont pas pu être faites')}. Un délai "
        "dépassé n’est ni une réussite ni un échec. Si tout cela était mauvais, la note serait "
        f"{words.grade_words(score.grade_low, score.low)}."
    ]
    shown = view.gaps(report)[:3]
    return said + [f"{sentence(gap.reason)} ({counted(gap.count, 'mesure')})" for gap in shown]


def _decisions(report: ExposureReport) -> list[str]:
    found = []
    steps = view.steps(report)
    if is_partial(report):
        found.append("Faire terminer ce balayage avant de décider sur sa note : il est incomplet.")
    if steps:
        step = steps[0]
        found.append(
            f"Donner {duration(step.minutes)} d’un administrateur pour atteindre la note {step.grade} "
            f"({counted(len(step.findings), 'constat')} à corriger, annexe A)."
        )
    if any(f.severity == "critical" for f in report.findings):
        found.append(
            "Faire fermer sans attendre ce qui est critique, et se faire confirmer que c’est fermé."
        )
    if report.gaps:
        found.append("Faire refaire les mesures qui n’ont pas abouti (annexe B).")
    found.append(
        "Faire refaire ce balayage régulièrement : ce qui s’ouvre par erreur se voit ainsi le jour même."
    )
    return found


def _group(group: view.Group) -> dict[str, Any]:
    count = len(group.findings)
    shown = ", ".join(name(f.target) for f in group.findings[:TARGETS])
    return {
        "title": sentence(group.title),
        "facts": " · ".join(
            [
                severity_word(group.severity),
                words.theme(group.theme),
                counted(count, "cible"),
                duration(group.minutes),
                *(" ".join(x for x in (r.document, r.anchor) if x) for r in group.references[:2]),
            ]
        ),
        "why": abridge(group.why, WHY_LIMIT),
        "where": shown + (f" et {number(count - TARGETS)} autres" if count > TARGETS else ""),
        "detail": excerpt(group.findings[0].detail, DETAIL_LIMIT, PAGE),
        "cves": ", ".join(group.findings[0].cves[:8]),
        "fixes": [{"product": product, "steps": fix.steps} for product, fix, _ in group.fixes],
    }


def _gap(gap: view.GapGroup) -> dict[str, str]:
    shown = " ; ".join(
        f"{sentence(title).rstrip('.')} ({', '.join(name(t) for t in targets[:4])}{'…' if len(targets) > 4 else ''})"
        for title, targets in gap.checks[:6]
    )
    more = len(gap.checks) - 6
    return {
        "reason": sentence(gap.reason),
        "count": counted(gap.count, "mesure"),
        "checks": shown
        + (f" ; et {counted(more, 'autre contrôle', 'autres contrôles')}" if more > 0 else ""),
    }


def _certificates(expiries: Sequence[view.Expiry]) -> list[list[str]]:
    return [[name(e.target), day(e.on), view.days_left(e.days)] for e in expiries[:CERTIFICATES]]


def _rest(count: int, shown: int, first: str = "premiers", everything: str = "tous") -> str:
    if count <= shown:
        return ""
    return f"Les {shown} {first} sur {number(count)} ; {everything} sont dans le classeur."


def method(report: ExposureReport) -> list[str]:
    """How the report was made, and what it does not see."""
    rules = score_rules()
    ceilings = " ; ".join(f"{c.at_most:g} tant que {c.why}" for c in rules.ceilings)
    return [
        "La note. Chaque constat coûte les points de sa gravité, multipliés par sa certitude. Le même constat sur une "
        f"cible de plus pèse {rules.repeat * 100:g} % du précédent, le constat suivant d’un thème "
        f"{rules.next_check * 100:g} %. La note vaut 50 quand {rules.half_points:g} points sont perdus. Elle ne dépasse "
        f"pas : {ceilings}. Ce barème est un choix de Rempart, révisé le {day(rules.revised_on)} ; il n’est pas officiel.",
        "Non évalué. Une mesure qui n’aboutit pas n’est ni bonne ni mauvaise ; la note « au pire » la compte comme mauvaise.",
        "Les limites. Le rapport vaut pour ce qui était visible d’où le balayage a été fait, à ce moment-là. Les sondes "
        "n’ouvrent pas de session, n’écrivent rien et n’exploitent aucune faille.",
        f"Le balayage. {_consent(report)}Observations : SHA-256 {report.snapshot_sha256}.",
        f"Les données de failles. {f'Au {day(report.data_as_of)}.' if report.data_as_of else 'Aucune : les failles connues et les fins de vie n’ont pas pu être cherchées.'}",
        f"Le catalogue. {counted(len(report.checks), 'contrôle')}, révisé le {day(report.catalogue_version)}, SHA-256 "
        f"{report.catalogue_sha256}.",
    ]


def _consent(report: ExposureReport) -> str:
    return f"Fait avec l’accord de {name(report.consent)}. " if report.consent else ""
