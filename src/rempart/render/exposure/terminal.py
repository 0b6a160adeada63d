"""The summary that `rempart audit exposure` prints: one screen, in characters that the console can write."""

from typing import Final

from rich.console import Console

from rempart.content.severity import risk_points
from rempart.engines.exposure.report import ExposureReport
from rempart.kernel.french import counted
from rempart.render.exposure import view
from rempart.render.exposure.words import theme
from rempart.render.french import number
from rempart.render.severity import severity_plural, severity_word
from rempart.render.terminal import Screen
from rempart.render.text import name, shorten

FIRST: Final = 5


def summary(report: ExposureReport, console: Console) -> None:
    """Grade, findings by theme and severity, what to mend first, and what could not be judged."""
    screen = Screen(console)
    screen.line(view.headline(report), "bold")
    screen.line(view.lead(report))
    screen.line()
    screen.grid(_themes(report), right=(1, 2, 3, 4, 5))
    screen.line()
    groups = [group for _, found in view.by_severity(report) for group in found]
    if groups:
        screen.line("À corriger d’abord :", "bold")
    width = max(console.width - 24, 30)
    for group in groups[:FIRST]:
        words = severity_word(group.severity)
        screen.line(
            f"  {shorten(name(group.title), width)} ({words}, {counted(len(group.findings), 'cible')})"
        )
    rest = len(groups) - FIRST
    if rest > 0:
        screen.line(f"  et {counted(rest, 'autre constat', 'autres constats')}, dans le rapport.")


def _themes(report: ExposureReport) -> list[tuple[str, ...]]:
    severe = [key for key, points in risk_points().items() if points]
    rows = [("", *(severity_plural(key) for key in severe), "non évalués")]
    for line in report.score.themes:
        found = [f for f in report.findings if f.theme == line.theme]
        counts = (number(sum(f.severity == key for f in found)) for key in severe)
        rows.append((f"  {theme(line.theme)}", *counts, number(line.gaps)))
    return rows
