"""How actions follow what measures say: proposed, withdrawn, verified, reopened. Called inside an act's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Prefetch

from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation.models import Action, ActionFinding, Finding
from rempart.web.apps.remediation.recording import Told
from rempart.web.apps.remediation.rules import Evidence, is_moot, is_seen_again, is_verified
from rempart.web.apps.remediation.states import Event, State, after
from rempart.web.core import journal


@dataclass(frozen=True, slots=True)
class Mends:
    """A finding that an action would mend, by its key; `concerned` when it is about some of its objects only.

    `share`: the part of it that the action mends, when the others of the same plan do the rest.
    """

    key: str
    concerned: tuple[str, ...] = ()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action that a measure proposes: `origin` is the same for the same proposal."""

    origin: str
    title: str
    how: str
    minutes: int
    mends: tuple[Mends, ...]


HALF_DAY_MINUTES: Final = 210
FOLLOWED: Final = (State.PROPOSED, State.CLOSED, State.VERIFIED, State.ACCEPTED)
ACTS: Final = {
    Event.VERIFY: "verify_action",
    Event.SEE_AGAIN: "reopen_action",
    Event.WITHDRAW: "withdraw_action",
    Event.LOSE_PROOF: "lose_proof_of_action",
}


def half_days(minutes: int) -> int:
    """Half-days of three hours and a half, at least one."""
    return max(1, min(round(minutes / HALF_DAY_MINUTES), 2000))


def follow(establishment: Establishment, *, only: int | None = None) -> None:
    """Bring the actions of an establishment in line with what the measures say of their findings."""
    actions = Action.objects.filter(establishment=establishment, state__in=FOLLOWED)
    if only is not None:
        actions = actions.filter(pk=only)
    told: dict[tuple[str, str], Told] = {}
    # SQLite refuses to look for more than a thousand findings by their ids: each comes along with its link.
    links = Prefetch("links", ActionFinding.objects.select_related("finding"))
    for action in actions.prefetch_related(links):
        evidence = []
        for link in action.links.all():
            key = (link.finding.source_kind, link.finding.subject)
            if key not in told:
                told[key] = Told.of(establishment.pk, *key)
            evidence.append(told[key].evidence(link.finding, link.concerned))
        event = _event(action, evidence)
        if event is not None:
            move(action, event, evidence)


def _event(action: Action, evidence: Sequence[Evidence]) -> Event | None:
    if action.state == State.PROPOSED:
        return Event.WITHDRAW if action.origin and is_moot(evidence) else None
    if action.state == State.ACCEPTED:
        return Event.WITHDRAW if is_moot(evidence) else None
    if action.done_on is None:
        return None
    if is_seen_again(action.done_on, evidence):
        return Event.SEE_AGAIN
    proven = is_verified(action.done_on, evidence)
    if action.state == State.CLOSED and proven:
        return Event.VERIFY
    if action.state == State.VERIFIED and not proven:
        return Event.LOSE_PROOF  # the measure that proved it was taken back
    return None


def move(action: Action, event: Event, evidence: Sequence[Evidence]) -> None:
    """Change the state of an action after a measure, and say so in the journal."""
    absent = [(e.absent_on, e.absent_by) for e in evidence if e.absent_on]
    seen = [(e.last_seen_on, e.seen_by) for e in evidence if not e.absent_on]
    day, label = max((seen if event is Event.SEE_AGAIN else absent) or [(action.state_on, "")])
    action.state, action.state_by, action.state_on = after(action.state, event), None, day
    action.verified_on, action.verified_by_label = None, ""
    if event is Event.VERIFY:
        action.verified_on, action.verified_by_label = day, label
    action.version += 1
    action.save()
    journal.record(
        ACTS[event],
        by=None,
        object_kind="action",
        object_id=action.pk,
        object_label=action.title,
        establishment=action.establishment_id,
        details={"measured_on": day.isoformat(), "measure": label, "state": action.state},
    )


def propose(
    establishment: Establishment,
    source_kind: str,
    subject: str,
    proposals: Sequence[Proposal],
    today: date,
    *,
    merged: Collection[int] = (),
) -> int:
    """Create, update or propose again what is proposed now; withdraw the rest of this subject that nobody took.

    `merged`: findings that an action of the plan mends with others; to correct one of them alone is not proposed.
    """
    family = f"{source_kind}/{subject}/"
    findings = {
        f.key: f
        for f in Finding.objects.filter(
            establishment=establishment, source_kind=source_kind, subject=subject
        ).open()
    }
    mine = Action.objects.filter(establishment=establishment, origin__startswith=family)
    known = {action.origin: action for action in mine}
    wanted, new = set(), 0
    for position, proposal in enumerate(proposals, 1):
        links = [(findings[m.key], m) for m in proposal.mends if m.key in findings]
        if not links:
            continue
        if proposal.origin.startswith("control/") and {f.pk for f, _ in links} <= set(merged):
            continue
        origin = (family + proposal.origin)[:200]
        wanted.add(origin)
        action = known.get(origin)
        if action is None:
            action = Action(establishment=establishment, origin=origin, state_on=today)
            new += 1
        elif action.state == State.ABANDONED and action.state_by_id is None:
            action.state, action.state_on = after(action.state, Event.PROPOSE), today
        if action.state == State.PROPOSED:
            _write(action, proposal, position, links)
    for origin, action in known.items():
        if origin not in wanted and action.state == State.PROPOSED:
            move(action, Event.WITHDRAW, [])
    return new


def _write(
    action: Action,
    proposal: Proposal,
    position: int,
    links: Sequence[tuple[Finding, Mends]],
) -> None:
    action.title, action.how = proposal.title[:300], proposal.how
    action.half_days = half_days(proposal.minutes)
    action.position = min(position, 32_000)
    action.rank = min(finding.rank for finding, _ in links)
    action.search = action.searched()
    action.save()
    action.links.all().delete()
    ActionFinding.objects.bulk_create(
        ActionFinding(
            action=action,
            finding=finding,
            concerned=sorted(mends.concerned),
            share=_share(finding, mends),
        )
        for finding, mends in links
    )


def _share(finding: Finding, mends: Mends) -> float:
    if not mends.concerned:
        return mends.share
    return min(1.0, len(mends.concerned) / max(finding.objects_count, 1))
