"""The actions of the plan as a table that a ticketing tool or Excel opens: UTF-8 with BOM, semicolons."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

from rempart.engines.directory.report import Report
from rempart.render.text import visible

COLUMNS: Final = (
    *("rang", "identifiant", "geste", "cout", "minutes", "ferme", "exposes_apres", "cout_restant"),
    *("objets", "console", "powershell", "retour_arriere", "effet_sur_les_services"),
)
TRIGGERS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""First characters that make a spreadsheet run a cell (OWASP, CSV injection)."""


def neutral(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would take it for a formula."""
    shown = visible(text)
    first = text.lstrip(" \u00a0\u202f")[:1]
    return f"'{shown}" if first in TRIGGERS and first else shown


def actions(report: Report) -> bytes:
    """The plan, one action a line, in its order."""
    target = StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([neutral(c) if isinstance(c, str) else c for c in row])
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")


def _rows(report: Report) -> Iterable[list[str | int]]:
    for rank, a in enumerate(report.plan.actions, 1):
        fix = a.fix
        objects = ", ".join(r.name or r.dn or r.id for r in a.objects)
        yield [
            *(rank, a.id, a.title, a.cost, a.minutes, " ".join(a.closes)),
            *(a.exposed_after, a.remaining_cost, objects),
            *(
                (fix.console, fix.powershell, fix.rollback, fix.service_effect)
                if fix
                else ("",) * 4
            ),
        ]
