"""What the pages of exposure show of an establishment, already scoped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from rempart.content.severity import RANKS
from rempart.engines.exposure.held import Window
from rempart.engines.exposure.report import Finding, ThemeScore
from rempart.engines.exposure.seen.claims import OURS
from rempart.render.french import counted, day
from rempart.render.text import name
from rempart.web.apps.establishments.access import allows
from rempart.web.apps.exposure import holding, pages, pictures, rules
from rempart.web.apps.exposure.models import (
    Asset,
    ExposedFinding,
    ExposureAudit,
    Perimeter,
)
from rempart.web.apps.exposure.reading import KIND, SUBJECT
from rempart.web.apps.exposure.recording import report_of
from rempart.web.apps.remediation.models import Action, Finding as PlanFinding
from rempart.web.apps.remediation.states import State
from rempart.web.core.charts.chart import Chart
from rempart.web.core.models import Job
from rempart.web.core.scope import Act, Scope
from rempart.web.core.text import folded

RECENT: Final = 10
CURVE: Final = 24
SOON_DAYS: Final = 30
HOLE: Final = "hole"
"""The theme that needs data on known holes."""

THEMES: Final[dict[str, str]] = {
    "dns": "Noms de domaine",
    "mail": "Messagerie",
    "tls": "Chiffrement",
    "http": "Sites web",
    "service": "Services ouverts",
    "hole": "Failles connues et fins de vie",
}
SEEN_BY: Final[dict[str, str]] = {OURS: "Rempart", "autres": "un autre outil seul"}
CONFIDENCES: Final[dict[str, str]] = {
    "confirmed": "confirmé",
    "probable": "probable",
    "possible": "possible",
}


def audit_or_404(scope: Scope, pk: int, act: Act = Act.SEE_FINDINGS) -> ExposureAudit:
    """An audit, if the scope allows `act` on its establishment; otherwise it does not exist."""
    rows = ExposureAudit.objects.visible_to(scope, act)
    found = (
        rows.select_related("establishment", "asked_by", "job", "compared_with", "joined_to")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("Cet audit n’existe pas, ou n’est pas de votre périmètre.")
    return found


def line_or_404(scope: Scope, pk: int, act: Act = Act.SEE_FINDINGS) -> ExposedFinding:
    """A finding of a latest audit; it goes when a newer audit comes."""
    rows = ExposedFinding.objects.visible_to(scope, act)
    found = rows.select_related("audit__establishment", "retest").filter(pk=pk).first()
    if found is None:
        raise Http404("Ce constat n’est pas, ou n’est plus, dans le dernier balayage.")
    return found


def asset_or_404(scope: Scope, pk: int) -> Asset:
    """An asset of a perimeter that the scope may change."""
    rows = Asset.objects.visible_to(scope, Act.SET_PERIMETER)
    found = rows.select_related("perimeter__establishment").filter(pk=pk).first()
    if found is None:
        raise Http404("Cet élément n’existe pas, ou n’est pas de votre périmètre.")
    return found


def latest_of_scope(scope: Scope) -> QuerySet[ExposureAudit]:
    """The last audit of each establishment of a scope, the oldest sweep first: what to look at."""
    rows = ExposureAudit.objects.visible_to(scope).filter(is_latest=True)
    return rows.select_related("establishment").order_by("swept_at", "pk")


def perimeter_of(finess: str) -> Perimeter | None:
    """The perimeter of an establishment, when it has one."""
    rows = Perimeter.objects.select_related("establishment", "consent_document", "stopped_by")
    return rows.filter(pk=finess).first()


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be swept of an establishment today, in words."""

    perimeter: Perimeter | None
    words: str
    tone: str
    may_sweep: bool
    days_left: int | None = None

    @property
    def ends_soon(self) -> bool:
        """Whether the consent ends within a month."""
        return self.days_left is not None and 0 <= self.days_left <= SOON_DAYS


def standing(perimeter: Perimeter | None, today: date) -> Standing:
    """Whether somebody consents, until when, or why nothing may be touched."""
    if perimeter is None or perimeter.consent_until is None:
        return Standing(
            perimeter, "Personne n’a encore consenti : rien n’est sondé.", "none", False
        )
    left = (perimeter.consent_until - today).days
    if perimeter.stopped_at is not None:
        words = "Les balayages sont arrêtés : rien n’est sondé tant que personne ne les relance."
        return Standing(perimeter, words, "warn", False, left)
    until = day(str(perimeter.consent_until))
    if not perimeter.is_consented(today):
        return Standing(
            perimeter, f"Le consentement s’est terminé le {until}.", "warn", False, left
        )
    return Standing(
        perimeter, f"{perimeter.consent_by} consent jusqu’au {until}.", "ok", True, left
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list of findings is narrowed to."""

    severity: str = ""
    theme: str = ""
    confidence: str = ""
    seen_by: str = ""
    words: str = ""


def asked_of(given: Mapping[str, str]) -> Asked:
    """The filters of an address; what is not one of their values is left out."""
    severity, theme = given.get("gravite", ""), given.get("theme", "")
    confidence, seen_by = given.get("certitude", ""), given.get("source", "")
    return Asked(
        severity if severity in RANKS else "",
        theme if theme in THEMES else "",
        confidence if confidence in CONFIDENCES else "",
        seen_by if seen_by in SEEN_BY else "",
        given.get("q", "")[:100].strip(),
    )


def lines(audit: ExposureAudit, asked: Asked) -> QuerySet[ExposedFinding]:
    """The findings of an audit that were asked for, the worst first."""
    rows = audit.exposed_findings.all()
    if asked.severity:
        rows = rows.filter(severity=asked.severity)
    if asked.theme:
        rows = rows.filter(theme=asked.theme)
    if asked.confidence:
        rows = rows.filter(confidence=asked.confidence)
    if asked.seen_by:
        ours = Q(sources=OURS) | Q(sources__startswith=f"{OURS},")
        rows = rows.filter(ours if asked.seen_by == OURS else ~ours)
    if asked.words:
        rows = rows.filter(
            Q(search__contains=folded(asked.words)) | Q(target__icontains=asked.words)
        )
    return rows.order_by("rank", F("is_exploited").desc(), "place", "position")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is declared, and what was verified, apart: one never stands for the other."""

    assets: int
    proposed: int
    declared: int
    verified: int


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """What a theme costs, and whether anything of it was looked for at all."""

    words: str
    score: ThemeScore
    is_sought: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of an establishment."""

    standing: Standing
    audit: ExposureAudit | None
    waiting: ExposureAudit | None
    page: pages.Page | None
    changes: pages.Changes | None
    chart: Chart | None
    kept: Kept
    is_fresh: bool
    proof: Window
    next: str
    unseen: int = 0
    endpoints: int = 0
    recent: Sequence[ExposureAudit] = field(default_factory=list)
    themes: Sequence[ThemeLine] = field(default_factory=list)


def overview(finess: str, today: date) -> Overview:
    """All that the page says beside its list: a constant number of queries."""
    mine = ExposureAudit.objects.filter(establishment_id=finess)
    done = list(
        mine.done()
        .order_by("-swept_at", "-pk")
        .select_related("compared_with", "joined_to")[:CURVE]
    )
    audit = next((row for row in done if row.is_latest), None)
    page = read_page_of(audit)
    allowed = standing(perimeter_of(finess), today)
    return Overview(
        standing=allowed,
        next=next_step(audit, allowed, page),
        unseen=_unseen(audit),
        # What another tool alone says answers was not verified.
        endpoints=((audit.joined_to or audit).endpoints_count or 0) if audit else 0,
        audit=audit,
        waiting=mine.filter(
            state=ExposureAudit.State.WAITING, job__in=Job.objects.unfinished()
        ).first(),
        page=page,
        changes=pages.read_changes(bytes(audit.changes)) if audit and audit.changes else None,
        chart=pictures.history(done[::-1]),
        kept=_kept(finess),
        is_fresh=rules.is_fresh(audit.swept_on if audit else None, today),
        proof=holding.proof_of(finess, today),
        recent=done[:RECENT],
        themes=themes_of(page),
    )


def read_page_of(audit: ExposureAudit | None) -> pages.Page | None:
    """What the page of an audit keeps of its report."""
    return pages.read_page(bytes(audit.page)) if audit and audit.page else None


def themes_of(page: pages.Page | None) -> list[ThemeLine]:
    """The themes of a score in words, in their usual order.

    Without data on known holes none was looked for: a report that does not even name them as gaps says nothing of them.
    """
    if page is None:
        return []
    order = list(THEMES)
    known = sorted(
        page.report.score.themes,
        key=lambda t: order.index(t.theme) if t.theme in THEMES else len(order),
    )
    has_data = bool(page.report.data_as_of)
    return [
        ThemeLine(
            THEMES.get(theme.theme, name(theme.theme)),
            theme,
            is_sought=theme.theme != HOLE or has_data or theme.gaps > 0,
        )
        for theme in known
    ]


def _unseen(audit: ExposureAudit | None) -> int:
    """How many findings of before the last audit did not look at, and which stay open."""
    if audit is None:
        return 0
    known = PlanFinding.objects.open().filter(
        establishment=audit.establishment_id, source_kind=KIND, subject=SUBJECT
    )
    return known.exclude(key__in=audit.exposed_findings.values("key")).count()


def asset_counts(finess: str) -> dict[str, int]:
    """How many elements of a perimeter are accepted (and not excluded), declared in all, proposed, refused."""
    return Asset.objects.filter(perimeter=finess).aggregate(
        accepted=Count("pk", filter=Q(state=Asset.State.ACCEPTED, is_excluded=False)),
        declared=Count("pk", filter=Q(state=Asset.State.ACCEPTED)),
        proposed=Count("pk", filter=Q(state=Asset.State.PROPOSED)),
        refused=Count("pk", filter=Q(state=Asset.State.REFUSED)),
    )


def _kept(finess: str) -> Kept:
    assets = asset_counts(finess)
    mine = Action.objects.filter(
        establishment=finess, findings__source_kind=KIND, findings__subject=SUBJECT
    )
    states = mine.aggregate(
        declared=Count("pk", filter=Q(state=State.CLOSED), distinct=True),
        verified=Count("pk", filter=Q(state=State.VERIFIED), distinct=True),
    )
    return Kept(assets["accepted"], assets["proposed"], states["declared"], states["verified"])


@dataclass(frozen=True, slots=True)
class Detail:
    """One finding, with its evidence, its fix, and what the plan says of it."""

    line: ExposedFinding
    finding: Finding
    plan: PlanFinding | None
    actions: Sequence[Action]


def detail(line: ExposedFinding) -> Detail:
    """A finding as its report has it."""
    report = report_of(line.audit)
    plan = (
        PlanFinding.objects.filter(
            establishment_id=line.audit.establishment_id,
            source_kind=KIND,
            subject=SUBJECT,
            key=line.key,
        )
        .prefetch_related("actions")
        .first()
    )
    actions = [a for a in plan.actions.all() if a.state != State.ABANDONED] if plan else []
    return Detail(line, report.findings[line.position], plan, actions)


def panel(finess: str, scope: Scope) -> dict[str, Any] | None:
    """Exposure, on the page of an establishment: where it stands, and what to do next."""
    today = timezone.localdate()
    rows = ExposureAudit.objects.visible_to(scope).filter(establishment_id=finess)
    audit = rows.filter(is_latest=True).first()
    found = standing(perimeter_of(finess), today)
    return {
        "finess": finess,
        "audit": audit,
        "standing": found,
        "is_fresh": rules.is_fresh(audit.swept_on if audit else None, today),
        "may_set": allows(scope, finess, Act.SET_PERIMETER),
        "next": next_step(audit, found, read_page_of(audit)),
        "brief": _brief(audit),
    }


def _brief(audit: ExposureAudit | None) -> str:
    if audit is None:
        return ""
    worst = audit.critical_open
    words = counted(worst, "constat critique", "constats critiques") if worst else ""
    partial = "balayage incomplet" if audit.is_partial else ""
    return ", ".join(part for part in (f"note {audit.grade}", partial, words) if part)


def next_step(audit: ExposureAudit | None, found: Standing, page: pages.Page | None = None) -> str:
    """One sentence: what to do now, what was mended since the sweep apart."""
    if audit is None:
        return (
            "Lancez un premier balayage."
            if found.may_sweep
            else "Déclarez ce qui est à vous et qui y consent, ou déposez un rapport."
        )
    since = page.since if page else None
    critical = since.critical_open if since else audit.critical_open
    if critical:
        worst = counted(critical, "constat critique est ouvert", "constats critiques sont ouverts")
        return f"{worst} : commencez par là, le jour même."
    if left := (audit.findings_count or 0) - (since.mended if since else 0):
        points = counted(left, "constat")
        return f"{points} à corriger : le plan les regroupe par geste."
    if audit.gaps_count:
        return "Rien à corriger dans ce qui a été évalué ; une partie n’a pas pu l’être."
    return f"Rien à corriger dans ce qui a été vu le {day(str(audit.swept_on))}."
