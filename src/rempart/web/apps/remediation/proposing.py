"""Measures of the content put in a plan: one action for all that it mends, whatever source saw it. Called inside an act."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

from rempart.content.frameworks import Item
from rempart.content.knowledge import frameworks, measures
from rempart.content.measures import Measure as ContentMeasure
from rempart.content.severity import risk_points
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation import following
from rempart.web.apps.remediation.choosing import Chosen, Gap, choose
from rempart.web.apps.remediation.models import Action, ActionFinding, Finding, Prerequisite
from rempart.web.apps.remediation.states import DONE, OPEN, Event, State, after

FAMILY: Final = "measure/"
TAKEN: Final = (State.PLANNED, State.UNDER_WAY, State.ACCEPTED, *DONE)


@cache
def items() -> dict[str, Item]:
    """The items of the frameworks that Rempart brings, by id."""
    return {item.id: item for framework in frameworks().values() for item in framework.items}


def points_of(finding: Finding) -> float:
    """What a finding weighs while it is open."""
    return risk_points().get(finding.severity, 0.0) * finding.weight


def propose(establishment: Establishment, today: date) -> tuple[int, int]:
    """Bring the measures of a plan in line with what is open: how many it holds, how many of them are new."""
    mine = {
        action.content_measure: action
        for action in Action.objects.filter(
            establishment=establishment, origin__startswith=FAMILY
        ).order_by("pk")
    }
    findings = {f.pk: f for f in Finding.objects.filter(establishment=establishment).open()}
    refused = [n for n, a in mine.items() if a.state == State.ABANDONED and a.state_by_id]
    # A part of an action that the grouping does is done there, not twice.
    refused += Action.objects.filter(
        establishment=establishment, shared__isnull=False, state__in=TAKEN
    ).values_list("content_measure", flat=True)
    kept = [name for name, action in mine.items() if action.state in TAKEN]
    chosen = choose(
        _gaps(establishment, findings.values()), measures(), items(), kept=kept, refused=refused
    )
    new = 0
    for position, choice in enumerate(chosen, 1):
        action = mine.get(choice.measure.id)
        new += action is None
        mine[choice.measure.id] = _put(establishment, action, choice, position, findings, today)
    _withdraw(mine, {choice.measure.id for choice in chosen})
    _require(mine)
    _absorb(establishment)
    return len(chosen), new


def refresh_costs(action: Action, measure: ContentMeasure) -> None:
    """What the content foresees; what the establishment said of it stays, and is what counts."""
    cost, share = measure.cost, (action.share_percent or 100) / 100
    action.days_low, action.days_high = cost.days.low * share, cost.days.high * share
    action.euros_low, action.euros_high = (
        round(cost.euros.low * share),
        round(cost.euros.high * share),
    )
    action.yearly_low = round(cost.euros_per_year.low * share)
    action.yearly_high = round(cost.euros_per_year.high * share)


def how(measure: ContentMeasure) -> str:
    """Why, then the steps in order."""
    steps = "\n".join(f"{k}. {step.strip()}" for k, step in enumerate(measure.steps, 1))
    return f"{measure.why.strip()}\n\n{steps}"


def merged(establishment: Establishment) -> set[int]:
    """The findings that measures of the plan mend, each measure being about several: an audit need not propose them."""
    found: dict[int, list[int]] = {}
    links = ActionFinding.objects.filter(
        action__establishment=establishment,
        action__origin__startswith=FAMILY,
        action__state__in=(*OPEN, State.ACCEPTED),
        finding__mended_on__isnull=True,
        concerned=[],
    ).values_list("action_id", "finding_id", "share")
    for action, finding, share in links:
        if share >= 1.0:
            found.setdefault(action, []).append(finding)
    return {pk for group in found.values() if len(group) > 1 for pk in group}


def _gaps(establishment: Establishment, findings: Iterable[Finding]) -> list[Gap]:
    links = ActionFinding.objects.filter(action__establishment=establishment, concerned=[]).exclude(
        action__origin__startswith=FAMILY
    )
    taken = set(
        links.filter(action__state__in=TAKEN, share__gte=1.0).values_list("finding", flat=True)
    )
    proposed = set(links.filter(action__state=State.PROPOSED).values_list("finding", flat=True))
    return [
        Gap(f.pk, f.key, points_of(f), f.weight, f.pk in taken, f.pk in proposed) for f in findings
    ]


def _put(
    establishment: Establishment,
    action: Action | None,
    choice: Chosen,
    position: int,
    findings: Mapping[int, Finding],
    today: date,
) -> Action:
    measure = choice.measure
    if action is None:
        action = Action(
            establishment=establishment,
            origin=f"{FAMILY}{measure.id}",
            content_measure=measure.id,
            state_on=today,
        )
    elif action.state == State.ABANDONED:
        action.state, action.state_on = after(action.state, Event.PROPOSE), today
    refresh_costs(action, measure)
    if action.state == State.PROPOSED:
        action.title, action.how = measure.title[:300], how(measure)
        action.owner_function = measure.owner_function[:120]
        action.position = min(position, 32_000)
    if action.state in OPEN:
        action.rank = min((findings[pk].rank for pk in choice.mends), default=action.rank)
    action.search = action.searched()
    action.save()
    _link(action, choice.mends)
    return action


def _link(action: Action, mends: Mapping[int, float]) -> None:
    if action.state == State.PROPOSED:
        action.links.exclude(finding__in=mends).delete()
    elif action.state not in OPEN:
        return  # what is done is judged on what it was done for
    known = {link.finding_id: link for link in action.links.all()}
    new, changed = [], []
    for pk, part in mends.items():
        link = known.get(pk)
        if link is None:
            new.append(ActionFinding(action=action, finding_id=pk, share=part))
        elif link.share != part:
            link.share = part
            changed.append(link)
    ActionFinding.objects.bulk_create(new)
    ActionFinding.objects.bulk_update(changed, ["share"])


def _withdraw(mine: Mapping[str, Action], wanted: set[str]) -> None:
    for name, action in mine.items():
        if name not in wanted and action.state == State.PROPOSED:
            following.move(action, Event.WITHDRAW, [])


def _require(mine: Mapping[str, Action]) -> None:
    """What the content says must come before, between the measures of the plan that are still to be done."""
    present = {name: action for name, action in mine.items() if action.state in OPEN}
    links: Sequence[Prerequisite] = [
        Prerequisite(action=action, required=present[required])
        for name, action in present.items()
        for required in measures()[name].requires
        if required in present
    ]
    Prerequisite.objects.bulk_create(links, ignore_conflicts=True)


def _absorb(establishment: Establishment) -> None:
    """Withdraw what an audit proposed, and nobody took, for findings that a measure mends with others."""
    done = merged(establishment)
    waiting = Action.objects.filter(
        establishment=establishment, state=State.PROPOSED, origin__contains="/control/"
    ).prefetch_related("links")
    for action in waiting:
        if {link.finding_id for link in action.links.all()} <= done:
            following.move(action, Event.WITHDRAW, [])
