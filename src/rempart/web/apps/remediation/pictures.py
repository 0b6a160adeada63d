"""The pictures of a calendar: its bars, and the risk that is left."""

from collections.abc import Sequence

from django.urls import reverse

from rempart.render.french import counted, number
from rempart.web.apps.remediation.scheduling import Calendar, source_of_points
from rempart.web.core.charts import curve, gantt as bars
from rempart.web.core.charts.chart import Chart


def gantt(found: Calendar, quarters: Sequence[str]) -> Chart:
    """When one works on each action."""
    rows = [
        bars.Bar(
            found.plains[line.action.pk].title,
            reverse("action", args=[line.action.pk]),
            line.first,
            line.last,
            line.costs.words,
        )
        for line in found.lines
    ]
    ends = quarters[max((line.last for line in found.lines), default=0)]
    return bars.chart(
        title="Le calendrier",
        see=f"{counted(len(rows), 'action')} ; la dernière s’achève au {ends}." if rows else "",
        columns=quarters,
        bars=rows,
        source="Un trait va du trimestre où l’on commence à celui où l’on finit.",
    )


def risk(found: Calendar) -> Chart:
    """The points that are still open, twice a year: the table of the quarters has them all."""
    points = [("début", round(found.points))]
    points += [(quarter.words, round(quarter.open_points)) for quarter in found.quarters[1::2]]
    return curve.chart(
        title="Le risque qui reste",
        see=f"De {number(round(found.points))} à {number(points[-1][1])} points, soit {found.removed} % de moins.",
        unit="points",
        points=points[:1],
        foreseen=points[1:],
        when="Fin de",
        column="Points de risque ouverts",
        source=source_of_points(),
    )
