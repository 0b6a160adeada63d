"""The pictures of exposure: the curve of the score, and the map of who is covered."""

from collections.abc import Mapping, Sequence
from typing import Final

from rempart.render.french import number
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core.charts import curve, france
from rempart.web.core.charts.chart import Chart

POINTS: Final = 24
FIFTHS: Final = (20.0, 40.0, 60.0, 80.0)


def history(rows: Sequence[ExposureAudit]) -> Chart | None:
    """The score through the audits, the oldest first; None below two."""
    points = [
        (audit.swept_on.strftime("%d/%m/%y"), float(int(audit.score)))
        for audit in rows[-POINTS:]
        if audit.swept_on and audit.score is not None
    ]
    if len(points) < 2:
        return None
    first, last = points[0][1], points[-1][1]
    move = "reste à" if first == last else f"passe de {number(first)} à"
    return curve.chart(
        title="La note, balayage après balayage",
        see=f"La note {move} {number(last)} sur 100 en {len(points)} audits.",
        unit="sur 100",
        points=points,
        most=100,
        when="Balayage du",
        column="Note",
    )


def coverage(covered: Mapping[str, tuple[int, int]]) -> Chart:
    """Department → how many are covered, of how many: who is looked after, never who is bad."""
    values = {
        code: round(100 * part / whole, 1) if whole else None
        for code, (part, whole) in covered.items()
    }
    known = {code: value for code, value in values.items() if value is not None}
    see = ""
    if len(known) > 1:
        most, least = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
        see = (
            f"De {number(known[least])} % ({france.name_of(least)})"
            f" à {number(known[most])} % ({france.name_of(most)})."
        )
    return france.chart(
        title="Établissements couverts par un balayage récent",
        see=see,
        unit="%",
        values=values,
        details={
            code: f"{number(part)} sur {number(whole)}" if whole else "–"
            for code, (part, whole) in covered.items()
        },
        links={code: f"?departement={code}" for code, (_, whole) in covered.items() if whole},
        breaks=FIFTHS,
        column="Part",
        detail="Établissements",
    )
