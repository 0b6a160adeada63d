"""Every object concerned, as a workbook: no formula, no link, no limit but those of the format."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from rempart.engines.directory.report import ControlResult, ObjectRef, Report
from rempart.render import view
from rempart.render.french import day
from rempart.render.text import NAME_LIMIT, clip, visible
from rempart.render.words import CATEGORIES, OUTCOMES, kind

CELL_LIMIT: Final = 32_000  # Excel refuses more than 32 767 characters in a cell
ROW_LIMIT: Final = 1_048_000  # rows of a sheet, one million and some

Cell = str | int | float
Row = Sequence[Cell]


def workbook(report: Report) -> bytes:
    """The workbook, the same bytes for the same report."""
    target = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties(
            {
                "title": clip(visible(report.title), NAME_LIMIT),
                "created": _created(report.audited_on),
            }
        )
        sheets = _Sheets(book)
        sheets.add("Synthèse", ("Rubrique", "Valeur"), (34, 100), _summary(report))
        sheets.add("Points de contrôle", CONTROL_COLUMNS, CONTROL_WIDTHS, _controls(report))
        sheets.add("Objets", OBJECT_COLUMNS, (44, 12, 40, 20, 50, 60, 48), _objects(report))
        sheets.add("Chemins", PATH_COLUMNS, (8, 6, 40, 34, 24, 40, 12, 10, 12, 60), _paths(report))
        sheets.add(
            "Plan", PLAN_COLUMNS, (6, 70, 8, 10, 10, 14, 14, 44, 40, 60, 60, 60, 60), _plan(report)
        )
        sheets.add("Exposition", EXPOSURE_COLUMNS, (44, 16, 8, 12, 44, 60, 48), _exposed(report))
        sheets.add(
            "Répartition", ("Par", "Valeur", "Exposés", "Sur"), (22, 60, 12, 12), _spread(report)
        )
        sheets.add(
            "Risques acceptés",
            ACCEPTED_COLUMNS,
            (34, 40, 16, 50, 24, 14, 14, 20),
            _accepted(report),
        )
    return target.getvalue()  # fmt: skip


CONTROL_COLUMNS: Final = (
    *("Identifiant", "Nature", "Thème", "Constat", "Niveaux", "Niveaux en échec", "Résultat"),
    *("Raison", "Objets", "Pourquoi", "Console", "PowerShell", "Retour arrière"),
    *("Effet sur les services", "Minutes par objet", "Lien"),
)
CONTROL_WIDTHS: Final = (44, 18, 24, 60, 9, 9, 12, 50, 9, 60, 60, 60, 50, 40, 10, 60)
OBJECT_COLUMNS: Final = (
    "Point",
    "Niveaux",
    "Objet",
    "Nature",
    "Constat",
    "Nom distinctif",
    "Identifiant",
)
PATH_COLUMNS: Final = (
    *("Chemin", "Pas", "De", "Peut", "Relation", "Vers", "Difficulté", "Geste", "Comptes"),
    "Explication",
)  # fmt: skip
PLAN_COLUMNS: Final = (
    *("Rang", "Geste", "Coût", "Minutes", "Relations", "Exposés après", "Coût restant", "Ferme"),
    *("Objets", "Console", "PowerShell", "Retour arrière", "Effet sur les services"),
)
EXPOSURE_COLUMNS: Final = (
    *("Compte", "Nature", "Pas", "Difficulté", "Passe d’abord par", "Nom distinctif", "Identifiant"),
)  # fmt: skip
ACCEPTED_COLUMNS: Final = (
    "Point",
    "Objet",
    "Nature",
    "Raison",
    "Par",
    "Accepté le",
    "Jusqu’au",
    "État",
)
STATES: Final = {
    "active": "en cours",
    "expired": "expiré",
    "unmatched": "ne correspond plus à rien",
}


class _Sheets:
    """Sheets with a frozen heading and a filter; a sheet that is full goes on in a second one."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format(
            {"bold": True, "bg_color": "#E1EEF0", "border": 1, "text_wrap": True, "valign": "top"}
        )

    def add(
        self, title: str, columns: Sequence[str], widths: Sequence[int], rows: Iterable[Row]
    ) -> None:
        sheet, number, at = self._begin(title, columns, widths), 1, 0
        for row in rows:
            if at == ROW_LIMIT:
                number += 1
                sheet.autofilter(0, 0, at, len(columns) - 1)
                sheet, at = self._begin(f"{title} {number}", columns, widths), 0
            at += 1
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        sheet.write_string(at, column, clip(visible(cell), CELL_LIMIT))
                else:
                    sheet.write_number(at, column, cell)
        sheet.autofilter(0, 0, max(at, 1), len(columns) - 1)

    def _begin(self, title: str, columns: Sequence[str], widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for column, text in enumerate(columns):
            sheet.write_string(0, column, text, self.head)
        return sheet


def _created(audited_on: str) -> datetime:
    try:
        return datetime.fromisoformat(audited_on[:10]).replace(tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)


def _summary(report: Report) -> Iterable[Row]:
    yield "Résultat", view.headline(report)
    yield "En une phrase", view.lead(report)
    for tile in view.tiles(report):
        yield tile.label, f"{tile.value} {tile.unit} : {tile.note}"
    for row in view.level_rows(report.level):
        c = row.count
        text = f"{c.failed} en échec, {c.passed} réussis, {c.not_measured} non évalués, {c.not_applicable} sans objet"
        yield f"Niveau {c.level} ({row.meaning})", text
    yield "Date de l’audit", day(report.audited_on)
    yield "Catalogue", f"{day(report.catalogue_version)}, SHA-256 {report.catalogue_sha256}"
    yield "Outil", f"Rempart {report.tool_version}, {report.schema}"
    for source in report.sources:
        for file in source.files:
            yield "Collecte lue", f"{file.name} ({source.format}), SHA-256 {file.sha256}"
    for note in report.notes:
        yield "À savoir", note
    for fact in report.facts_missing:
        yield "Absent de la collecte", fact


def _every(report: Report) -> list[ControlResult]:
    return [*report.controls, *report.unscored]


def _controls(report: Report) -> Iterable[Row]:
    for c in _every(report):
        fix = c.fix
        yield (
            *(c.id, CATEGORIES.get(c.kind, c.kind), c.theme, c.title),
            *(", ".join(map(str, c.levels)), ", ".join(map(str, c.failed_levels))),
            *(OUTCOMES[c.outcome], c.reason, len(c.objects), c.why),
            *((fix.console, fix.powershell, fix.rollback, fix.service_effect, fix.minutes) if fix else ("", "", "", "", "")),
            c.link,
        )  # fmt: skip


def _label(ref: ObjectRef) -> str:
    return ref.name or ref.dn or ref.id


def _objects(report: Report) -> Iterable[Row]:
    for c in _every(report):
        for ref in c.objects:
            levels = ", ".join(map(str, ref.levels or c.failed_levels))
            yield c.id, levels, _label(ref), kind(ref.kind), ref.detail, ref.dn, ref.id


def _paths(report: Report) -> Iterable[Row]:
    numbers = view.ranks(report.plan)
    for k, path in enumerate([*report.exposure.paths, *report.plan.uncuttable], 1):
        for rank, s in enumerate(path.steps, 1):
            rank_of_cut: Cell = numbers.get(s.cut_by, "")
            yield (
                *(k, rank, _label(s.source), s.label, s.relation, _label(s.target)),
                *(s.difficulty, rank_of_cut, path.stands_for, s.explanation),
            )


def _plan(report: Report) -> Iterable[Row]:
    for k, a in enumerate(report.plan.actions, 1):
        fix = a.fix
        objects = ", ".join(_label(r) for r in a.objects[:200])
        yield (
            *(k, a.title, a.cost, a.minutes, a.cuts, a.exposed_after, a.remaining_cost),
            *(", ".join(a.closes), objects),
            *((fix.console, fix.powershell, fix.rollback, fix.service_effect) if fix else ()),
        )


def _exposed(report: Report) -> Iterable[Row]:
    for p in report.exposure.principals:
        ref = p.object
        yield _label(ref), kind(ref.kind), p.distance, p.difficulty, p.via, ref.dn, ref.id


def _spread(report: Report) -> Iterable[Row]:
    exposure = report.exposure
    for heading, buckets in (
        ("Nature", view.by_kind(exposure)),
        ("Pas jusqu’au cœur", exposure.by_distance),
        ("Unité d’organisation", exposure.by_ou),
        ("Site", exposure.by_site),
    ):
        for b in buckets:
            yield heading, b.label, b.exposed, b.total


def _accepted(report: Report) -> Iterable[Row]:
    for r in report.accepted:
        by = r.by or "reconnu par la mesure"
        state = STATES.get(r.state, r.state)
        yield (
            r.control,
            _label(r.object),
            kind(r.object.kind),
            r.reason,
            by,
            r.accepted_on,
            r.expires_on,
            state,
        )
