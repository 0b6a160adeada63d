"""The lines of the list: what each cell says, in words. No datum is said as such, and never in a tone that blames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rempart.content.places import departments
from rempart.render.french import number
from rempart.web.apps.assessments.rules import as_range, range_words
from rempart.web.apps.steering.models import NEVER, UNKNOWN_LEVEL, Progress, Situation
from rempart.web.apps.steering.rules import COLUMN_OF, COLUMNS

NO_DATUM: Final = "pas de donnée"
LEVEL_TONES: Final = {1: "warn", 2: "warn", 3: "seen", 4: "ok", 5: "ok"}


@dataclass(frozen=True, slots=True)
class LineCell:
    """A cell: its words, its tone when it is a tag, whether it is a figure."""

    words: str
    tone: str = ""
    is_numeric: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An establishment: its number, its name, what it is in a few words, and the cells that were chosen."""

    finess: str
    name: str
    under: str
    cells: list[LineCell]


@dataclass(frozen=True, slots=True)
class _Around:
    """What a line needs that its row does not have."""

    categories: Mapping[str, str]
    late: Mapping[str, int]
    titles: Mapping[str, str]
    today: date


def lines_of(
    rows: Sequence[Situation],
    columns: Sequence[str],
    *,
    categories: Mapping[str, str],
    late: Mapping[str, int],
    titles: Mapping[str, str],
    today: date,
) -> list[Line]:
    """A line for each row, with the chosen columns in their own order; `titles`: framework → its short title."""
    around = _Around(categories, late, titles, today)
    chosen = [column.key for column in COLUMNS if column.key in columns]
    return [
        Line(
            finess=row.finess,
            name=row.name,
            under=_under(row, columns, categories),
            cells=[CELLS[key](row, around) for key in chosen],
        )
        for row in rows
    ]


def _under(row: Situation, columns: Sequence[str], categories: Mapping[str, str]) -> str:
    """What is said under the name: what no column says."""
    category = "" if "categorie" in columns else categories.get(row.category, row.category)
    town = "" if "commune" in columns else row.municipality
    return " · ".join(words for words in (category, town) if words)


def _place(row: Situation, _: _Around) -> LineCell:
    found = departments().get(row.department)
    return LineCell(f"{row.department} {found.name}" if found else row.department)


def _level(row: Situation, _: _Around) -> LineCell:
    level = row.directory_level
    if level == UNKNOWN_LEVEL:
        return LineCell(NO_DATUM, "none")
    words = f"≤ {level}" if row.directory_at_most and level < 5 else str(level)
    return LineCell(words, LEVEL_TONES[level])


def _overdue(row: Situation, around: _Around) -> LineCell:
    count = around.late.get(row.finess, 0)
    if count:
        return LineCell(number(count), "warn", is_numeric=True)
    return _figure(0 if row.actions_open else None, "retard")


def _sign(row: Situation, _: _Around) -> LineCell:
    if row.last_sign_on == NEVER:
        return LineCell(NO_DATUM, "none")
    return LineCell(_day(row.last_sign_on))


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "–"


def _figure(value: int | None, key: str) -> LineCell:
    words = "–" if value is None else number(value)
    return LineCell(words, is_numeric=COLUMN_OF[key].is_numeric)


def _assessed(row: Situation, _: _Around) -> LineCell:
    if row.assessment_progress == Progress.FINISHED:
        return LineCell(f"terminée le {_day(row.assessed_on)}", "ok")
    is_begun = row.assessment_progress == Progress.BEGUN
    return LineCell(Progress(row.assessment_progress).label, "seen" if is_begun else "none")


def _framework(row: Situation, around: _Around) -> LineCell:
    name = row.assessed_framework
    return LineCell(around.titles.get(name, name) or "–")


def _result(row: Situation, _: _Around) -> LineCell:
    return LineCell(range_words(as_range(row.assessed_low, row.assessed_high)))


def _findings(row: Situation, _: _Around) -> LineCell:
    known = row.directory_level != UNKNOWN_LEVEL or row.findings_open
    return _figure(row.findings_open if known else None, "constats")


CELLS: Final[dict[str, Callable[[Situation, _Around], LineCell]]] = {
    "commune": lambda row, _: LineCell(row.municipality),
    "departement": _place,
    "categorie": lambda row, around: LineCell(around.categories.get(row.category, row.category)),
    "gestionnaire": lambda row, _: LineCell(str(row.operator) if row.operator else "–"),
    "ght": lambda row, _: LineCell(row.ght.name if row.ght else "–"),
    "annuaire": _level,
    "mesure": lambda row, _: LineCell(_day(row.directory_on)),
    "exposes": lambda row, _: _figure(row.directory_exposed, "exposes"),
    "constats": _findings,
    "actions": lambda row, _: _figure(row.actions_open, "actions"),
    "retard": _overdue,
    "signe": _sign,
    "evaluation": _assessed,
    "referentiel": _framework,
    "resultat": _result,
}
"""Column → its cell."""
