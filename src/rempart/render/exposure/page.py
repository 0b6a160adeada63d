"""The report of an exposure audit as one HTML page."""

from typing import Final

from rempart.content.exposure_rules import ScoreRules, score_rules
from rempart.engines.exposure.report import ExposureReport, ThemeScore, has_measured, is_partial
from rempart.kernel.outcome import Outcome
from rempart.render.exposure import pictures, view, words
from rempart.render.html.page import render
from rempart.render.text import excerpt

SHOWN_TARGETS: Final = 50
"""Targets listed in the page for one check; the workbook and the JSON report have all of them."""
SHOWN_ENDPOINTS: Final = 300
SHOWN_GAP_TARGETS: Final = 12
SHOWN_GAPS: Final = 60


def page(report: ExposureReport) -> str:
    """The whole report as a self-contained HTML document: no network, readable without script."""
    expiries = view.expiries(report)
    return render(
        "internet.html.j2",
        report=report,
        words=words,
        excerpt=excerpt,
        view=view,
        headline=view.headline(report),
        lead=view.lead(report),
        tiles=view.tiles(report),
        graded=has_measured(report),
        partial=is_partial(report),
        priorities=view.priorities(report),
        steps=view.steps(report),
        severities=view.by_severity(report),
        themes=themes(report),
        gaps=view.gaps(report),
        passed=view.with_outcome(report, Outcome.PASSED),
        moot=view.with_outcome(report, Outcome.NOT_APPLICABLE),
        disputed=view.disagreements(report),
        known={finding.check for finding in report.findings},
        expiries=expiries,
        chart_themes=pictures.by_theme(report),
        chart_certificates=pictures.certificates(expiries),
        rules=rules_of(report),
        shown=SHOWN_TARGETS,
        shown_endpoints=SHOWN_ENDPOINTS,
        shown_gaps=SHOWN_GAP_TARGETS,
        shown_reasons=SHOWN_GAPS,
        fingerprint=f"{report.snapshot_sha256[:8]}…{report.snapshot_sha256[-4:]}"
        if report.snapshot_sha256
        else "",
    )


def themes(report: ExposureReport) -> list[ThemeScore]:
    """The themes, the most costly first."""
    return sorted(report.score.themes, key=lambda t: (-t.lost, t.theme))


def rules_of(_: ExposureReport) -> ScoreRules:
    """The rules that the score was made with, as packaged."""
    return score_rules()
