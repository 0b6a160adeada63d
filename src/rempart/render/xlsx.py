"""Every object concerned, as a workbook: no formula, no link, no limit but those of the format."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from rempart.engines.directory.report import ControlResult, Convergence, ObjectRef, Report
from rempart.engines.directory.severity import severity_of
from rempart.kernel.french import counted
from rempart.kernel.outcome import Outcome
from rempart.render import view
from rempart.render.french import day
from rempart.render.severity import severity_legend, severity_word
from rempart.render.text import NAME_LIMIT, clip, visible
from rempart.render.words import CATEGORIES, OUTCOMES, kind
from rempart.render.xlsx_sheet import PLAIN_CELLS, Cell, Row, Sheet

ROW_LIMIT: Final = 1_048_000  # rows of a sheet, one million and some


def workbook(report: Report) -> bytes:
    """The workbook, the same bytes for the same report."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, PLAIN_CELLS) as book:
        book.set_properties(
            {
                "title": clip(visible(report.title), NAME_LIMIT),
                "created": created(report.audited_on),
            }
        )
        sheets = Sheets(book)
        for title, columns, rows in SHEETS:
            sheets.add(title, columns, rows(report))
        if report.convergence:
            sheets.add("Annuaires", DIRECTORIES, _directories(report.convergence))
            sheets.add("Doublons", DUPLICATES, _duplicates(report.convergence))
    return target.getvalue()


# Columns of each sheet: heading, then width in characters.
SUMMARY: Final = {"Rubrique": 34, "Valeur": 100}
CONTROLS: Final = {
    "Identifiant": 44, "Catégorie": 18, "Thème": 24, "Constat": 60, "Gravité": 16, "Niveaux": 9, "Niveaux en échec": 9,
    "Résultat": 12, "Raison": 50, "Objets": 9, "Pourquoi": 60, "Console": 60, "PowerShell": 60,
    "Retour arrière": 50, "Effet sur les services": 40, "Minutes par objet": 10, "Lien": 60,
}  # fmt: skip
OBJECTS: Final = {
    "Point": 44, "Niveaux": 12, "Objet": 40, "Nature": 20, "Constat": 50, "Nom distinctif": 60, "Identifiant": 48,
}  # fmt: skip
PATHS: Final = {
    "Chemin": 8, "Pas": 6, "De": 40, "Peut": 34, "Relation": 24, "Vers": 40, "Difficulté": 12, "Geste": 10,
    "Comptes": 12, "Explication": 60,
}  # fmt: skip
PLAN: Final = {
    "Rang": 6, "Geste": 70, "Coût": 8, "Minutes": 10, "Relations": 10, "Exposés après": 14, "Coût restant": 14,
    "Ferme": 44, "Objets": 40, "Console": 60, "PowerShell": 60, "Retour arrière": 60, "Effet sur les services": 60,
}  # fmt: skip
EXPOSED: Final = {
    "Compte": 44, "Nature": 16, "Pas": 8, "Difficulté": 12, "Passe d’abord par": 44, "Nom distinctif": 60,
    "Identifiant": 48,
}  # fmt: skip
SPREAD: Final = {"Par": 22, "Valeur": 60, "Exposés": 12, "Sur": 12}
ACCEPTED: Final = {
    "Point": 34, "Objet": 40, "Nature": 16, "Raison": 50, "Par": 24, "Accepté le": 14, "Jusqu’au": 14, "État": 20,
}  # fmt: skip
DIRECTORIES: Final = {
    "Annuaire": 40, "Niveau": 10, "Au plus": 8, "Non évalués": 14, "Exposés": 10, "Ordinaires": 12,
    "Utilisateurs": 12, "Ordinateurs": 12, "Collecté le": 14, "Approbations": 50,
}  # fmt: skip
DUPLICATES: Final = {"Clé": 30, "Objet": 44, "Nature": 16, "Raison": 40, "Identifiant": 48}
STATES: Final = {
    "active": "en cours",
    "expired": "expiré",
    "unmatched": "ne correspond plus à rien",
}


class Sheets:
    """Sheets with a frozen heading and a filter; a sheet that is full goes on in a second one."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.head = book.add_format(
            {"bold": True, "bg_color": "#E1EEF0", "border": 1, "text_wrap": True, "valign": "top"}
        )

    def add(self, title: str, columns: Mapping[str, int], rows: Iterable[Row]) -> None:
        """A sheet of these columns (heading → width in characters) and rows."""
        sheet, number, at = self._begin(title, columns), 1, 0
        for row in rows:
            if at == ROW_LIMIT:
                number += 1
                sheet.autofilter(0, 0, at, len(columns) - 1)
                sheet, at = self._begin(f"{title} {number}", columns), 0
            at += 1
            sheet.write_whole_row(at, row)
        sheet.autofilter(0, 0, max(at, 1), len(columns) - 1)

    def _begin(self, title: str, columns: Mapping[str, int]) -> Any:
        sheet = self.book.add_worksheet(title, worksheet_class=Sheet)
        sheet.freeze_panes(1, 0)
        for column, (heading, width) in enumerate(columns.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self.head)
        sheet.write_rows_from(1)
        return sheet


def created(audited_on: str) -> datetime:
    """The day of the audit, which the workbook gives for its own: the same report, the same bytes."""
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
        text = (
            f"{c.failed} en échec, {counted(c.passed, 'réussi')}, {counted(c.not_measured, 'non évalué', 'non évalués')}, "
            f"{c.not_applicable} sans objet"
        )
        yield f"Niveau {c.level} ({row.meaning})", text
    yield "Gravités", severity_legend()
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


def _severity(control: ControlResult) -> str:
    """The word of what failed; nothing for what did not."""
    failed = control.outcome is Outcome.FAILED
    return severity_word(severity_of(control)) if failed else ""


def _controls(report: Report) -> Iterable[Row]:
    for c in _every(report):
        fix = c.fix
        yield (
            *(c.id, CATEGORIES.get(c.kind, c.kind), c.theme, c.title, _severity(c)),
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


def _directories(group: Convergence) -> Iterable[Row]:
    for d in group.directories:
        trusts = sorted({t for x in d.domains for t in x.trusts})
        yield (
            *(d.name, d.level.value, "oui" if d.level.at_most else "", d.level.points_not_measured),
            *(d.exposed, d.low_privileged),
            *(sum(x.users for x in d.domains), sum(x.computers for x in d.domains)),
            *(d.collected_on, ", ".join(trusts)),
        )


def _duplicates(group: Convergence) -> Iterable[Row]:
    for item in group.duplicates:
        for ref in item.objects:
            yield item.key, _label(ref), kind(ref.kind), item.reason, ref.id


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


SHEETS: Final[tuple[tuple[str, Mapping[str, int], Callable[[Report], Iterable[Row]]], ...]] = (
    ("Synthèse", SUMMARY, _summary),
    ("Points de contrôle", CONTROLS, _controls),
    ("Objets", OBJECTS, _objects),
    ("Chemins", PATHS, _paths),
    ("Plan", PLAN, _plan),
    ("Exposition", EXPOSED, _exposed),
    ("Répartition", SPREAD, _spread),
    ("Risques acceptés", ACCEPTED, _accepted),
)
