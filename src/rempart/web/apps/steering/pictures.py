"""The pictures of the portfolio: a map by department, and how the measured levels are spread."""

from collections.abc import Callable, Sequence
from typing import Final

from rempart.render.french import counted, number, percent
from rempart.web.apps.steering.queries import Figures, Tally
from rempart.web.apps.steering.rules import SHADE_WORDS, Shade
from rempart.web.core.charts import bars, france
from rempart.web.core.charts.chart import Chart

COUNTS: Final[dict[Shade, Callable[[Figures], int]]] = {
    Shade.AUDITED: lambda f: f.audited,
    Shade.SILENT: lambda f: f.silent,
    Shade.OVERDUE: lambda f: f.overdue,
}
FIFTHS: Final = (20.0, 40.0, 60.0, 80.0)


def map_of(
    tally: Tally, *, shade: Shade, places: Sequence[str], link: Callable[[str], str]
) -> Chart:
    """The share of establishments, department by department; where none was asked for, there is no datum."""
    count = COUNTS[shade]
    shown = {code: tally.by_department.get(code) for code in places}
    values = {
        code: round(100 * count(f) / f.total, 1) if f and f.total else None
        for code, f in shown.items()
    }
    details = {
        code: f"{number(count(f))} sur {number(f.total)}" if f else "–" for code, f in shown.items()
    }
    return france.chart(
        title=f"Établissements {SHADE_WORDS[shade]}",
        see=_seen(values),
        unit="%",
        values=values,
        details=details,
        links={code: link(code) for code, f in shown.items() if f},
        breaks=FIFTHS,
        column="Part",
        detail="Établissements",
    )


def _seen(values: dict[str, float | None]) -> str:
    known = {code: value for code, value in values.items() if value is not None}
    if len(known) < 2:
        return ""
    most, least = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
    if known[most] == known[least]:
        return f"La part est la même partout : {number(known[most])} %."
    return (
        f"De {number(known[least])} % ({france.name_of(least)})"
        f" à {number(known[most])} % ({france.name_of(most)})."
    )


def levels_of(tally: Tally, *, link: Callable[[str], str]) -> Chart:
    """How many establishments at each level, and how many without any datum, which is not a level."""
    whole = tally.whole
    rows = [
        (f"Niveau {level}", float(count), link(str(level))) for level, count in whole.levels.items()
    ]
    unknown = whole.total - whole.audited
    rows.append(("Pas de donnée", float(unknown), link("aucun")))
    return bars.chart(
        title="Niveau de l’annuaire au dernier audit",
        see=f"{counted(whole.audited, 'établissement mesuré', 'établissements mesurés')} : "
        f"{percent(whole.audited, whole.total)} de la sélection.",
        unit="",
        rows=rows,
        column="Établissements",
        muted={len(rows) - 1},
        source="Source : derniers audits déposés. Le niveau va de 1, le plus faible, à 5.",
    )
