"""The radar of a result, with its table."""

from django.utils.safestring import SafeString

from rempart.engines.maturity.score import Range
from rempart.render.svg import radar as svg
from rempart.web.apps.assessments.results import Result
from rempart.web.apps.assessments.rules import range_words
from rempart.web.core.charts.chart import Cell, Chart


def radar(result: Result) -> Chart | None:
    """An axis a theme; None when there are not three themes to compare."""
    axes = [
        svg.Axis(
            line.theme.title,
            line.score.low if line.score else None,
            line.score.high if line.score else None,
            _middle(line.before),
        )
        for line in result.themes
    ]
    has_before = result.before is not None
    if len(axes) < svg.LEAST_AXES:
        return None
    drawn = svg.radar(axes, f"Score par thème : {result.framework.short_title}")
    heads = ["Thème", "Score", *(["La fois d’avant"] if has_before else []), "Réponses"]
    counts = {theme.theme: theme.count for theme in result.score.themes}
    rows = [
        [
            Cell(f"{number}. {line.theme.title}"),
            Cell(range_words(line.score)),
            *([Cell(range_words(line.before))] if has_before else []),
            Cell(f"{counts[line.theme.id].done} sur {counts[line.theme.id].total}"),
        ]
        for number, line in enumerate(result.themes, 1)
    ]
    see = (
        "Plus la surface est grande, mieux c’est. La bande claire est ce que vous atteindriez au mieux, si tout ce "
        "que vous ne savez pas était bon. Les numéros sont ceux du tableau."
    )
    if has_before:
        see += " La ligne brisée est la fois d’avant."
    # Every text inside was escaped as it was drawn.
    return Chart("Score par thème", see, SafeString(drawn), heads, rows, numeric=frozenset({1, 2}))


def _middle(found: Range | None) -> float | None:
    return (found.low + found.high) / 2 if found else None
