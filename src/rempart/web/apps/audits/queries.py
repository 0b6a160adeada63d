"""What the pages of audits show, already scoped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404

from rempart.engines.directory.report import ControlResult, Path, Report
from rempart.render import view
from rempart.render.french import counted, day, number
from rempart.render.html.directory import by_level, drawn, overview
from rempart.render.words import CATEGORIES
from rempart.web.apps.audits.models import Audit, AuditPage, AuditSource
from rempart.web.apps.audits.pages import Change, Compared, read_compared, read_page
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.core.charts import curve
from rempart.web.core.charts.chart import Chart
from rempart.web.core.scope import Act, Scope

SHOWN_PATHS = 4
SHOWN_FILES = 20
CURVE_POINTS = 24


def audit_or_404(scope: Scope, pk: int, act: Act = Act.SEE_FINDINGS) -> Audit:
    """An audit, if the scope allows `act` on its establishment; otherwise it does not exist."""
    rows = Audit.objects.visible_to(scope, act)
    found = (
        rows.select_related("establishment", "deposited_by", "job", "same_as").filter(pk=pk).first()
    )
    if found is None:
        raise Http404("Cet audit n’existe pas, ou n’est pas de votre périmètre.")
    return found


def audits(scope: Scope, finess: str = "") -> QuerySet[Audit]:
    """The audits of a scope, or of one establishment, the last measure first."""
    hidden = (Audit.State.SAME, Audit.State.WITHDRAWN)
    rows = Audit.objects.visible_to(scope).exclude(state__in=hidden)
    if finess:
        rows = rows.filter(establishment_id=finess)
    return rows.select_related("establishment", "deposited_by").order_by(
        # What is being analysed comes first.
        F("measured_on").desc(nulls_first=True),
        "-deposited_at",
        "-pk",
    )


def history(rows: Sequence[Audit]) -> Chart | None:
    """The level of one directory through its audits, the oldest first; None below two."""
    rows = rows[-CURVE_POINTS:]
    points = [
        (audit.measured_on.strftime("%d/%m/%y"), float(audit.level))
        for audit in rows
        if audit.measured_on and audit.level
    ]
    if len(points) < 2:
        return None
    first, last = int(points[0][1]), int(points[-1][1])
    move = "reste à" if first == last else f"passe de {first} à"
    return curve.chart(
        title=f"Le niveau de {', '.join(rows[-1].domains)}, audit après audit",
        see=f"Le niveau {move} {last} sur 5 en {len(points)} audits.",
        unit="sur 5",
        points=points,
        most=5,
        when="Collecte du",
        column="Niveau",
    )


@dataclass(frozen=True, slots=True)
class Failed:
    """A failed control as the page shows it."""

    control: ControlResult
    category: str
    count: int
    actions: Sequence[Action]

    @property
    def left_out(self) -> int:
        """Objects that only the downloads list."""
        return self.count - len(self.control.objects)


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of the findings since the audit before."""

    before: Audit
    compared: Compared
    groups: Sequence[tuple[str, str, int, Sequence[Change]]]
    mended: Sequence[str]
    new: Sequence[str]
    lost: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """The page of an audit."""

    report: Report
    day: str
    headline: str
    lead: str
    tiles: Sequence[view.Tile]
    proof: str
    levels: Sequence[tuple[int, Sequence[Failed]]]
    unscored: Sequence[Failed]
    rows: Sequence[view.LevelRow]
    gaps: Sequence[view.Gap]
    numbers: Mapping[str, int]
    difference: Difference | None
    files: Sequence[AuditSource]
    overview: str = ""
    paths: Sequence[tuple[Path, str, str]] = field(default_factory=list)
    paths_total: int = 0


STATES = (
    ("new", "Nouveaux", "Absents de l’audit précédent : à regarder d’abord."),
    ("mended", "Corrigés", "Présents la fois d’avant, cherchés et absents cette fois."),
    ("still_there", "Toujours là", "Déjà dans l’audit précédent."),
)


def shown(audit: Audit) -> Shown:
    """All that the page of an audit says: a constant number of queries."""
    page_row = AuditPage.objects.select_related("compared_with").get(audit=audit)
    page = read_page(bytes(page_row.report))
    report = page.report
    actions = _actions_by_key(audit)
    numbers, domain = view.ranks(report.plan), view.main_domain(report)

    def failed(control: ControlResult) -> Failed:
        return Failed(
            control,
            CATEGORIES.get(control.kind, control.kind),
            page.objects.get(control.id, 0),
            actions.get(control.id, ()),
        )

    return Shown(
        report=report,
        day=day(str(audit.measured_on)),
        headline=view.headline(report),
        lead=view.lead(report),
        tiles=view.tiles(report),
        proof=view.proof(report.plan),
        levels=[
            (level, [failed(c) for c in controls])
            for level, controls in by_level(view.failed(report.controls))
        ],
        unscored=[failed(c) for c in view.failed(report.unscored)],
        rows=view.level_rows(report.level),
        gaps=view.gaps(report.controls),
        numbers=numbers,
        difference=_difference(page_row, report),
        files=list(audit.sources.order_by("pk")[:SHOWN_FILES]),
        overview=overview(report.exposure.paths, numbers, domain),
        paths=drawn(report.exposure.paths[:SHOWN_PATHS], numbers, domain),
        paths_total=page.paths,
    )


def _actions_by_key(audit: Audit) -> dict[str, list[Action]]:
    findings = Finding.objects.filter(
        establishment_id=audit.establishment_id, source_kind=audit.kind, subject=audit.subject
    )
    found: dict[str, list[Action]] = {}
    for finding in findings.prefetch_related("actions"):
        found[finding.key] = [a for a in finding.actions.all() if a.state != "abandoned"]
    return found


def _difference(row: AuditPage, report: Report) -> Difference | None:
    compared = read_compared(bytes(row.comparison) if row.comparison else None)
    if compared is None or row.compared_with is None:
        return None
    titles = {c.id: c.title for c in (*report.controls, *report.unscored)}

    def named(ids: Sequence[str]) -> list[str]:
        return [titles.get(i, i) for i in ids]

    groups = [
        (
            words,
            see,
            compared.counts.get(state, 0),
            [c for c in compared.changes if c.state == state],
        )
        for state, words, see in STATES
    ]
    return Difference(
        row.compared_with,
        compared,
        groups,
        named(compared.comparison.controls_mended),
        named(compared.comparison.controls_new),
        named(compared.comparison.no_longer_measured),
    )


def directory_panel(finess: str, scope: Scope) -> dict[str, Any] | None:
    """The directory, on the page of an establishment: where it stands, and what to do next."""
    rows = Audit.objects.visible_to(scope).filter(
        establishment_id=finess, kind=Audit.Kind.DIRECTORY
    )
    audit = rows.filter(is_latest=True).first()
    waiting = rows.filter(state=Audit.State.WAITING).first()
    here = Establishment.objects.filter(pk=finess)
    return {
        "finess": finess,
        "audit": audit,
        "waiting": waiting,
        "may_deposit": here.visible_to(scope, Act.DEPOSIT_AUDIT).exists(),
    } | (_panel_words(audit) if audit else {})


def _panel_words(audit: Audit) -> dict[str, str]:
    missing = audit.points_not_measured or 0
    level = f"{'au plus ' if audit.at_most else ''}{audit.level} sur 5"
    return {
        "brief": level if audit.level is not None else "",
        "next": next_step(audit),
        "missing": counted(missing, "point non évalué", "points non évalués"),
        "proof": "Le plan le moins coûteux, prouvé minimal."
        if audit.is_plan_minimal
        else "Pour couper les chemins vers le cœur.",
        "exposed_of": f"sur {number(audit.low_privileged or 0)}",
        "source": f"Collecte du {day(str(audit.measured_on))}, {', '.join(audit.domains)}",
    }


def may_deposit(scope: Scope, audit: Audit) -> bool:
    """Whether the scope deposits for the establishment of an audit, and so deletes what was deposited."""
    here = Establishment.objects.filter(pk=audit.establishment_id)
    return here.visible_to(scope, Act.DEPOSIT_AUDIT).exists()


def next_step(audit: Audit) -> str:
    """One sentence: what brings the directory further."""
    if audit.exposed is None:
        return "Refaites une collecte avec les droits sur les objets : les chemins vers le cœur n’ont pas pu être cherchés."
    if audit.exposed and audit.plan_actions:
        gestures = counted(audit.plan_actions, "geste coupe", "gestes coupent")
        return f"{gestures} les chemins vers le cœur : commencez par le premier du plan."
    if audit.controls_failed:
        return f"{counted(audit.controls_failed, 'point est', 'points sont')} en échec : le plan les range par gravité."
    if audit.points_not_measured:
        return f"{counted(audit.points_not_measured, 'point n’a', 'points n’ont')} pas été mesuré : une collecte plus complète les lèvera."
    return f"Rien à corriger dans ce qui a été mesuré le {day(str(audit.measured_on))}."
