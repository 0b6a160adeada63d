"""The pictures of an exposure report: what each theme costs, and when certificates end. Each has its table beside."""

from collections.abc import Sequence
from typing import Final

from rempart.engines.exposure.report import ExposureReport, ThemeScore
from rempart.render.exposure.view import Expiry, days_left
from rempart.render.exposure.words import theme
from rempart.render.french import counted, day
from rempart.render.svg.draw import label
from rempart.render.text import shorten

ROW: Final = 40
YEAR: Final = 365
SOON: Final = 30
SHOWN_CERTIFICATES: Final = 12


def by_theme(report: ExposureReport) -> str:
    """Points lost in each theme, the most costly first, in a frame that goes to what may be lost; nothing when none is."""
    rows = sorted(report.score.themes, key=lambda t: (-t.lost, -t.lost_at_most, t.theme))
    most = max((row.lost_at_most for row in rows), default=0.0)
    if not most:
        return ""
    body = "".join(_theme(row, k * ROW, most) for k, row in enumerate(rows))
    said = ", ".join(f"{theme(row.theme)} {span(row)}" for row in rows)
    return (
        f'<svg class="fluid" width="100%" height="{len(rows) * ROW}" role="img"'
        f' aria-label="{label(f"Points perdus, par thème : {said}.")}">{body}</svg>'
    )


def span(row: ThemeScore) -> str:
    """« 62 points », « de 62 à 80 points » when some of it was not measured."""
    low, high = round(row.lost), round(row.lost_at_most)
    return counted(high, "point") if low == high else f"de {low} à {counted(high, 'point')}"


def _theme(row: ThemeScore, y: int, most: float) -> str:
    framed = (
        f'<rect class="box" x="0" y="{y + 19}" width="{100 * row.lost_at_most / most:.1f}%" height="10" rx="3"/>'
        if row.lost_at_most > row.lost
        else ""
    )
    full = (
        f'<rect class="bar" x="0" y="{y + 19}" width="{max(100 * row.lost / most, 0.6):.1f}%" height="10" rx="3"/>'
        if row.lost
        else ""
    )
    return (
        f'<text x="0" y="{y + 13}">{label(theme(row.theme))}</text>'
        f'<text class="strong" x="100%" y="{y + 13}" text-anchor="end">{label(span(row))}</text>'
        f'<rect class="track" x="0" y="{y + 19}" width="100%" height="10" rx="3"/>{framed}{full}'
    )


def certificates(expiries: Sequence[Expiry]) -> str:
    """When certificates end, on a line of one year from the audit; the soonest first. Nothing without certificates."""
    shown = expiries[:SHOWN_CERTIFICATES]
    if not shown:
        return ""
    body = "".join(_line(expiry, k * ROW) for k, expiry in enumerate(shown))
    soon = 100 * SOON / YEAR
    height = len(shown) * ROW
    mark = f'<line class="axis" x1="{soon:.1f}%" x2="{soon:.1f}%" y1="0" y2="{height}" stroke-dasharray="3 4"/>'
    title = "Jours qui restent à chaque certificat, sur un an ; le trait marque 30 jours."
    return (
        f'<svg class="fluid" width="100%" height="{height}" role="img" aria-label="{label(title)}">'
        f"{mark}{body}</svg>"
    )


def _line(expiry: Expiry, y: int) -> str:
    share = 100 * min(max(expiry.days, 0), YEAR) / YEAR
    css = "cut-head" if expiry.days < SOON else "bar"
    note = f"{day(expiry.on)} ({days_left(expiry.days)})"
    return (
        f'<text x="0" y="{y + 13}">{label(shorten(expiry.target, 28))}</text>'
        f'<text class="strong" x="100%" y="{y + 13}" text-anchor="end">{label(note)}</text>'
        f'<rect class="track" x="0" y="{y + 19}" width="100%" height="10" rx="3"/>'
        f'<rect class="{css}" x="0" y="{y + 19}" width="{max(share, 0.8):.1f}%" height="10" rx="3"/>'
    )
