"""The calendar as a workbook: actions, quarters, loads, and what is left out."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from rempart.render.text import clip, visible
from rempart.render.xlsx_sheet import CELL_LIMIT, PLAIN_CELLS
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.scheduling import Calendar
from rempart.web.apps.remediation.states import State

Cell = str | int | float | None
WIDTHS: Final = (60, 40, 24, 14, 14, 14, 14, 14, 14, 60)


def workbook(found: Calendar) -> bytes:
    """Four sheets; no cell is ever a formula or a link, whatever it begins with."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, PLAIN_CELLS) as book:
        head = book.add_format({"bold": True, "bg_color": "#E1EEF0", "border": 1})
        for name, heads, rows in _sheets(found):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            for column, words in enumerate(heads):
                sheet.set_column(column, column, WIDTHS[min(column, len(WIDTHS) - 1)])
                sheet.write_string(0, column, words, head)
            for row, cells in enumerate(rows, 1):
                for column, cell in enumerate(cells):
                    if isinstance(cell, int | float):
                        sheet.write_number(row, column, cell)
                    elif cell:
                        sheet.write_string(row, column, clip(visible(cell), CELL_LIMIT))
    return target.getvalue()


def _sheets(
    found: Calendar,
) -> Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]:
    names = [quarter.words for quarter in found.quarters]
    yield (
        "Calendrier",
        (
            *(
                "Action",
                "Pour le spécialiste",
                "Responsable",
                "État",
                "Commence",
                "Finit",
                "Jours, bas",
                "Jours, haut",
            ),
            *("Points enlevés", "Coût"),
        ),
        (
            (
                *_named(found, line.action),
                *(line.action.owner_words, State(line.action.state).label),
                *(names[line.first], line.ends_in, line.costs.days.low, line.costs.days.high),
                *(round(line.points, 1), line.costs.words),
            )
            for line in found.lines
        ),
    )
    yield (
        "Trimestres",
        ("Trimestre", "Euros prévus", "Budget", "Jours prévus", "Jours disponibles", "Points ouverts à la fin"),
        (
            (q.words, round(q.euros), round(q.euros_had), q.days, q.days_had, round(q.open_points, 1))
            for q in found.quarters
        ),
    )  # fmt: skip
    yield (
        "Charge",
        ("Responsable", *names, "Total"),
        ((load.who, *load.days, load.total) for load in found.loads),
    )
    yield (
        "Écartées",
        ("Action", "Pour le spécialiste", "Coût", "Pourquoi"),
        (
            (*_named(found, left.action), left.costs.words, " ".join(left.why))
            for left in found.left_out
        ),
    )


def _named(found: Calendar, action: Action) -> tuple[str, str]:
    """The name of an action in plain words, and that of the audit where it is another."""
    words = found.plains[action.pk]
    return words.title, words.technical
