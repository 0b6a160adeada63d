"""An action done once for several members of a grouping: each has its part of it, in its own plan, on its own findings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from rempart.content.knowledge import measures
from rempart.content.measures import Measure as ContentMeasure
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment, Grouping, GroupingMember
from rempart.web.apps.remediation import actions, following, proposing
from rempart.web.apps.remediation.choosing import Gap, part_of
from rempart.web.apps.remediation.models import Action, ActionFinding, Finding
from rempart.web.apps.remediation.planning import SharedAction
from rempart.web.apps.remediation.states import Event, State, events_for_people
from rempart.web.apps.remediation.writing import locked, told
from rempart.web.core import journal
from rempart.web.core.errors import Refused
from rempart.web.core.scope import Act, Level, Scope

FAMILY = "shared/"


@dataclass(frozen=True, slots=True)
class SharedValues:
    """What a person writes of a shared action; what it costs is for all its members together."""

    title: str
    how: str = ""
    content_measure: str = ""
    owner_function: str = ""
    due_on: date | None = None
    days: float | None = None
    euros: int | None = None
    euros_per_year: int | None = None


@dataclass(frozen=True, slots=True)
class Shareable:
    """A measure that could be done once for several, and the weight of what it would mend in each member."""

    measure: ContentMeasure
    points: Mapping[str, float]
    findings: int

    @property
    def total(self) -> float:
        """Points that it would remove in all."""
        return sum(self.points.values())


def measure_named(name: str) -> ContentMeasure | None:
    """A measure of the content, if it exists."""
    return measures().get(name)


def grouping_or_404(scope: Scope, code: str, act: Act) -> Grouping:
    """The grouping, if the scope allows `act` on it as a whole; otherwise it does not exist."""
    found = None
    if scope.is_national(act) or code in scope.codes(act, Level.GROUPING):
        found = Grouping.objects.filter(pk=code).first()
    if found is None:
        raise Http404("Ce regroupement n’existe pas, ou n’est pas de votre périmètre.")
    return found


def members_of(grouping: Grouping, scope: Scope, act: Act) -> QuerySet[Establishment]:
    """The open establishments of a grouping on which the scope allows `act`."""
    present = GroupingMember.objects.present().filter(grouping=grouping)
    rows = Establishment.objects.visible_to(scope, act).open()
    mine = Q(pk__in=present.filter(establishment__isnull=False).values("establishment"))
    mine |= Q(operator__in=present.filter(operator__isnull=False).values("operator"))
    return rows.filter(mine).order_by("name", "pk")


def shareable(members: Sequence[Establishment]) -> list[Shareable]:
    """The measures that mend something open in two members at least, the most risk first: one query."""
    gaps: dict[str, list[tuple[str, Gap]]] = {}
    for finding in Finding.objects.filter(establishment__in=members).open():
        gap = Gap(finding.pk, finding.key, proposing.points_of(finding), finding.weight)
        gaps.setdefault(finding.key, []).append((finding.establishment_id, gap))
    found = []
    for measure in measures().values():
        if not measure.is_shareable:
            continue
        points: dict[str, float] = {}
        count = 0
        for key in {m.item or m.finding for m in measure.mends}:
            for finess, gap in gaps.get(key, ()):
                if (part := part_of(measure, gap, proposing.items())) > 0:
                    points[finess] = points.get(finess, 0.0) + gap.points * part
                    count += 1
        if len(points) > 1:
            found.append(Shareable(measure, points, count))
    return sorted(found, key=lambda s: (-s.total, s.measure.id))


@transaction.atomic
def share_action(
    *,
    grouping: Grouping,
    values: SharedValues,
    parts: Mapping[Establishment, float],
    today: date,
    by: User,
) -> SharedAction:
    """Put an action in the plan of several members, each with its part in per cent: together a hundred."""
    if len(parts) < 2:
        raise Refused("Une action partagée l’est entre deux établissements au moins.")
    if min(parts.values()) <= 0 or abs(sum(parts.values()) - 100) > 0.1:
        raise Refused("Les parts des établissements doivent faire 100 % ensemble.")
    row = SharedAction.objects.create(
        grouping=grouping,
        made_by=by,
        made_on=today,
        **{n: getattr(values, n) for n in SharedValues.__slots__},
    )
    for establishment in sorted(parts, key=lambda e: e.pk):
        _add_part(row, establishment, parts[establishment], today, by)
    journal.record(
        "share_action",
        by=by,
        object_kind="shared_action",
        object_id=row.pk,
        object_label=row.title,
        details={"members": {e.pk: round(p, 2) for e, p in parts.items()}},
    )
    return row


def _add_part(
    shared: SharedAction, establishment: Establishment, percent: float, today: date, by: User
) -> None:
    locked(establishment)
    measure = measure_named(shared.content_measure)
    part = Action(
        establishment=establishment,
        title=shared.title,
        how=shared.how,
        owner_function=shared.owner_function,
        due_on=shared.due_on,
        state=State.PLANNED,
        state_by=by,
        state_on=today,
        origin=f"{FAMILY}{shared.pk}",
        content_measure=shared.content_measure,
        shared=shared,
        share_percent=percent,
    )
    _cost(part, shared, percent / 100)
    mends = _mended(establishment, measure) if measure else {}
    part.rank = min((finding.rank for finding in mends), default=5)
    part.search = part.searched()
    part.save()
    ActionFinding.objects.bulk_create(
        ActionFinding(action=part, finding=finding, share=share) for finding, share in mends.items()
    )
    own = Action.objects.filter(
        establishment=establishment,
        origin=f"{proposing.FAMILY}{shared.content_measure}",
        state=State.PROPOSED,
    )
    for proposal in own:
        following.move(proposal, Event.WITHDRAW, [])
    told(part, "add_action", by, percent=round(percent, 2))


def _cost(part: Action, shared: SharedAction, share: float) -> None:
    part.days_low = part.days_high = None if shared.days is None else shared.days * share
    for once, total in (("euros", shared.euros), ("yearly", shared.euros_per_year)):
        value = None if total is None else round(total * share)
        setattr(part, f"{once}_low", value)
        setattr(part, f"{once}_high", value)


def _mended(establishment: Establishment, measure: ContentMeasure) -> dict[Finding, float]:
    found = {}
    for finding in Finding.objects.filter(establishment=establishment).open():
        gap = Gap(finding.pk, finding.key, 0.0, finding.weight)
        if (part := part_of(measure, gap, proposing.items())) > 0:
            found[finding] = part
    return found


@transaction.atomic
def move_parts(
    *, shared: SharedAction, scope: Scope, event: Event, today: date, by: User, reason: str = ""
) -> int:
    """Plan, start, resume or abandon every part of the scope that can be; gives how many changed."""

    def move(part: Action) -> None:
        actions.move_action(action=part, event=event, today=today, by=by, reason=reason)

    return _each(parts_of(shared, scope), event, move)


@transaction.atomic
def close_parts(
    *,
    shared: SharedAction,
    scope: Scope,
    done_on: date,
    proof: actions.Proof,
    today: date,
    by: User,
) -> int:
    """Declare every part that is open done, with one proof; each member’s own measures will verify it."""

    def close(part: Action) -> None:
        actions.close_action(action=part, done_on=done_on, proof=proof, today=today, by=by)

    return _each(parts_of(shared, scope), Event.CLOSE, close)


def parts_of(shared: SharedAction, scope: Scope) -> QuerySet[Action]:
    """The parts of the members on which the scope may still act: one that has left the grouping goes on alone."""
    rows = Action.objects.visible_to(scope, Act.EDIT_PLAN).filter(shared=shared)
    return rows.select_related("establishment", "owner").order_by("establishment__name", "pk")


def _each(parts: Iterable[Action], event: Event, change: Callable[[Action], None]) -> int:
    concerned = [part for part in parts if event in events_for_people(part.state)]
    if not concerned:
        raise Refused(
            "Aucune part de cette action ne peut changer ainsi.", todo="Rechargez la page."
        )
    for part in concerned:
        change(part)
    return len(concerned)
