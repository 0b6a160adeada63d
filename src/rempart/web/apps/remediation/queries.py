"""What the pages of the plan show, already scoped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from rempart.web.apps.accounts.models import Membership, User
from rempart.web.apps.establishments.models import Establishment, Grouping, GroupingMember
from rempart.web.apps.remediation import plain
from rempart.web.apps.remediation.models import Action, Comment, Finding, Measure
from rempart.web.apps.remediation.recording import Told
from rempart.web.apps.remediation.rules import Look
from rempart.web.apps.remediation.states import DECIDED, OPEN, State
from rempart.web.core.scope import Act, Level, Role, Scope
from rempart.web.core.text import folded

VIEWS: Mapping[str, tuple[State, ...]] = {
    "decide": DECIDED,
    "propositions": (State.PROPOSED,),
    "tout": OPEN,
}
WORKERS = (Role.REFERENT, Role.RSSI, Role.DIRECTION)


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a plan."""

    open: int
    decided: int
    overdue: int
    declared: int
    verified: int

    @property
    def proposed(self) -> int:
        """Those that wait for somebody to decide."""
        return self.open - self.decided


def action_or_404(scope: Scope, pk: int, act: Act = Act.SEE_FINDINGS) -> Action:
    """An action, if the scope allows `act` on its establishment; otherwise it does not exist."""
    rows = Action.objects.visible_to(scope, act).select_related(
        "establishment", "owner", "state_by", "proof_file"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("Cette action n’existe pas, ou n’est pas de votre périmètre.")
    return found


def finding_or_404(scope: Scope, pk: int) -> Finding:
    """A finding, if the scope sees those of its establishment; otherwise it does not exist."""
    rows = Finding.objects.visible_to(scope).select_related("establishment")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("Ce constat n’existe pas, ou n’est pas de votre périmètre.")
    return found


def plan(
    scope: Scope, *, finess: str = "", today: date, filters: Mapping[str, Any] | None = None
) -> QuerySet[Action]:
    """The actions of a scope, or of one establishment, in the order in which they are to be done."""
    wanted = filters or {}
    rows = Action.objects.visible_to(scope)
    if finess:
        rows = rows.filter(establishment_id=finess)
    state = wanted.get("etat", "")
    if state == "retard":
        rows = rows.overdue(today)
    elif state in State.values:
        rows = rows.filter(state=state)
    elif state != "toutes":
        rows = rows.filter(state__in=VIEWS.get(wanted.get("vue") or "", OPEN))
    if wanted.get("responsable") == "moi":
        rows = rows.filter(owner_id=scope.user_id)
    elif wanted.get("responsable") == "personne":
        rows = rows.filter(owner__isnull=True, owner_function="")
    for word in folded(str(wanted.get("q") or "")).split():
        rows = rows.filter(search__contains=word)
    return (
        rows.select_related("establishment", "owner")
        .annotate(findings_count=Count("links"))
        .in_order()
    )


def view_of(asked: Mapping[str, str]) -> str:
    """Which part of a plan is looked at: what is decided first; all of it as soon as something is looked for."""
    if asked.get("vue") in VIEWS:
        return str(asked["vue"])
    return "tout" if any(asked.get(name) for name in ("q", "etat", "responsable")) else "decide"


def groupings(scope: Scope) -> list[Grouping]:
    """The groupings that may share actions between their members."""
    codes = scope.codes(Act.EDIT_PLAN, Level.GROUPING)
    return list(Grouping.objects.filter(pk__in=sorted(codes)).order_by("name")) if codes else []


def totals(scope: Scope, today: date, finess: str = "") -> Totals:
    """The figures of a plan, in one query."""
    rows = Action.objects.visible_to(scope)
    if finess:
        rows = rows.filter(establishment_id=finess)
    found = rows.aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        decided=Count("pk", filter=Q(state__in=DECIDED)),
        overdue=Count("pk", filter=Q(state__in=OPEN, due_on__lt=today)),
        declared=Count("pk", filter=Q(state=State.CLOSED)),
        verified=Count("pk", filter=Q(state=State.VERIFIED)),
    )
    return Totals(**found)


def findings(scope: Scope, finess: str, *, with_mended: bool) -> QuerySet[Finding]:
    """The findings of an establishment, the worst first."""
    rows = Finding.objects.visible_to(scope).filter(establishment_id=finess)
    if not with_mended:
        rows = rows.open()
    return rows.annotate(
        actions_count=Count("links", filter=~Q(links__action__state=State.ABANDONED))
    ).order_by("mended_on", "rank", "title", "pk")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one measure said of a finding."""

    measure: Measure
    look: Look
    count: int | None

    @property
    def words(self) -> str:
        """In words."""
        return {Look.SEEN: "vu", Look.ABSENT: "cherché, non vu", Look.NOT_MEASURED: "non mesuré"}[
            self.look
        ]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return {Look.SEEN: "warn", Look.ABSENT: "ok", Look.NOT_MEASURED: "none"}[self.look]


def history(finding: Finding) -> list[Seen]:
    """What each measure said of a finding, the last first."""
    told = Told.of(finding.establishment_id, finding.source_kind, finding.subject)
    sightings = told.sightings.get(finding.pk, {})
    looks = {looked.order: looked.look for looked in told.looks_at(finding)}
    return [
        Seen(m, looks[m.pk], sightings[m.pk].objects_count if m.pk in sightings else None)
        for m in reversed(told.measures)
    ]


def possible_owners(establishment: Establishment) -> QuerySet[User]:
    """The people who work for an establishment: its own, its operator’s, its groupings’."""
    groupings = GroupingMember.objects.filter(
        Q(establishment=establishment) | Q(operator=establishment.operator_id)
    )
    reaching = Membership.objects.filter(
        Q(level=Level.ESTABLISHMENT, code=establishment.pk)
        | Q(level=Level.OPERATOR, code=establishment.operator_id or "")
        | Q(level=Level.GROUPING, code__in=groupings.values("grouping_id")),
        ended_at__isnull=True,
        role__in=WORKERS,
    )
    return User.objects.filter(is_active=True, pk__in=reaching.values("user")).order_by(
        "last_name", "first_name", "email"
    )


def comments(action: Action) -> Sequence[Comment]:
    """What was said of an action, the oldest first."""
    return list(action.comments.select_related("by").order_by("said_at", "pk"))


def plan_panel(finess: str, scope: Scope) -> dict[str, Any] | None:
    """The plan, on the page of an establishment: the three next of those decided, and what is late."""
    today = timezone.localdate()
    nearest = list(plan(scope, finess=finess, today=today, filters={"vue": "decide"})[:3])
    return {
        "finess": finess,
        "totals": totals(scope, today, finess),
        "next": nearest,
        "plains": plain.of(nearest),
    }
