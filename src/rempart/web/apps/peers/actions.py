"""What changes sizes and the figures of peers."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from rempart.engines.peers.figures import Figures, Frozen, Hidden, freeze
from rempart.engines.peers.groups import Group, Member, partition
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.states import State
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.peers.models import PeerGroup, PeerMember, Size
from rempart.web.apps.peers.rules import Quarter, is_comparable, middle, size_class
from rempart.web.core import journal
from rempart.web.core.errors import Refused

OVERALL = "overall"


@transaction.atomic
def state_size(*, establishment: Establishment, places: int, today: date, by: User) -> Size:
    """Say how many beds and places an establishment has: what puts it beside others of its size."""
    if not 1 <= places <= 20_000:
        raise Refused("Indiquez un nombre de lits et places entre 1 et 20 000.")
    size, _ = Size.objects.update_or_create(
        establishment=establishment,
        defaults={"places": places, "stated_by": by, "stated_on": today},
    )
    journal.record(
        "state_size",
        by=by,
        object_kind="establishment",
        object_id=establishment.pk,
        object_label=str(establishment),
        establishment=establishment.pk,
        details={"places": places},
    )
    return size


@transaction.atomic
def freeze_quarter(quarter: Quarter) -> int:
    """Freeze the figures of a quarter, framework by framework, once for all; gives the number of groups written.

    A quarter that is frozen stays so: asked again, nothing changes.
    """
    made = 0
    for framework_id, members in _members(quarter).items():
        if PeerGroup.objects.filter(framework_id=framework_id, quarter=quarter.code).exists():
            continue
        before = _before(framework_id, quarter)
        for group in partition(members):
            _write(framework_id, quarter, group, before.get(group.key))
            made += 1
    if made:
        journal.record(
            "freeze_peer_figures",
            by=None,
            object_kind="quarter",
            object_id=quarter.code,
            details={"groups": made},
        )
    return made


def _members(quarter: Quarter) -> dict[str, list[Member]]:
    """Framework → whoever finished it before the end of the quarter, each with its last result, if it says enough."""
    # Under one name, two regions may ask other things: that is not compared.
    named = StoredFramework.objects.values("framework_id").order_by()
    several = named.annotate(regions=Count("region", distinct=True)).filter(regions__gt=1)
    twins = set(several.values_list("framework_id", flat=True))
    end = timezone.make_aware(datetime.combine(quarter.shifted(1).first_day, time()))
    rows = (
        Assessment.objects.filter(state=State.SUBMITTED, submitted_at__lt=end)
        .filter(establishment__closed_on__isnull=True)
        .order_by("submitted_at", "pk")
        .values_list(
            *("framework_id", "establishment_id", "low", "high", "themes"),
            *(
                "establishment__category",
                "establishment__region",
                "establishment__stated_size__places",
            ),
        )
    )
    latest = {(row[0], row[1]): row for row in rows if row[0] not in twins}
    found: dict[str, list[Member]] = {}
    for framework_id, finess, low, high, themes, category, region, places in latest.values():
        if not is_comparable(low, high):
            continue
        values = {OVERALL: middle(low, high)} | {
            theme: middle(*ends) for theme, ends in themes.items() if is_comparable(*ends)
        }
        found.setdefault(framework_id, []).append(
            Member(finess, category, size_class(places), region, values)
        )
    return found


def _before(framework_id: str, quarter: Quarter) -> dict[str, Frozen]:
    """Group key → what was last published of it."""
    rows = PeerGroup.objects.filter(framework_id=framework_id, quarter__lt=quarter.code)
    return {row.key: thawed(row) for row in rows.order_by("quarter")}


def _write(framework_id: str, quarter: Quarter, group: Group, before: Frozen | None) -> None:
    frozen = freeze(group, quarter.code, before=before)
    row = PeerGroup.objects.create(
        framework_id=framework_id,
        quarter=quarter.code,
        key=group.key,
        criteria=dict(group.criteria),
        is_rest=group.is_rest,
        computed_for=frozen.computed_for,
        figures={name: _kept(figures) for name, figures in frozen.figures.items()},
        contributions={name: dict(own) for name, own in frozen.values.items()},
        shown_from=quarter.shown_from,
    )
    PeerMember.objects.bulk_create(_rows(row, group.members))


def _rows(row: PeerGroup, members: Iterable[Member]) -> list[PeerMember]:
    return [PeerMember(group=row, establishment_id=member.id) for member in members]


def _kept(figures: Figures) -> list[float] | str:
    if figures.hidden:
        return figures.hidden.value
    return [figures.count, figures.low_quartile, figures.median, figures.high_quartile]


def figures_of(kept: Any) -> Figures:
    """The figures that a row keeps."""
    return Figures(hidden=Hidden(kept)) if isinstance(kept, str) else Figures(*kept)


def thawed(row: PeerGroup) -> Frozen:
    """What a row published."""
    figures = {name: figures_of(kept) for name, kept in row.figures.items()}
    return Frozen(row.key, row.computed_for, figures, row.contributions)
