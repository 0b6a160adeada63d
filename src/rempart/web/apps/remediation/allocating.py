"""From the plan of an establishment to the problem of the optimiser, and its answer, kept in memory while nothing changes."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rempart.engines.allocation.allocate import Allocation, allocate
from rempart.engines.allocation.problem import QUARTERS, Candidate, Estimate, Means, Problem
from rempart.engines.allocation.reasons import Reason, reasons
from rempart.web.apps.remediation.costs import costs_of
from rempart.web.apps.remediation.models import Action, ActionFinding, Finding, Prerequisite
from rempart.web.apps.remediation.planning import Budget, quarter_of
from rempart.web.apps.remediation.proposing import points_of
from rempart.web.apps.remediation.recording import ASSESSMENT
from rempart.web.apps.remediation.states import OPEN

SECONDS: Final = 3.0
GAP: Final = 1e-3
MOST_KEPT: Final = 64
_KEPT: Final[OrderedDict[str, "Answer"]] = OrderedDict()
_LOCK: Final = threading.Lock()
_ONE_AT_A_TIME: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the optimiser says of a plan, and why it leaves the rest out."""

    problem: Problem
    allocation: Allocation
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Trial:
    """A question: « and with so many per cent of the budget? », at a point of the ranges."""

    euros_percent: int = 100
    days_percent: int = 100
    estimate: str = Estimate.MID.value


def quarters_between(first: date, then: date) -> int:
    """How many quarters from one day to another; negative when the second is before."""
    return (then.year - first.year) * 4 + (then.month - 1) // 3 - (first.month - 1) // 3


def quarter_after(first: date, quarters: int) -> date:
    """The first day of the quarter that comes so many after."""
    month = first.month - 1 + 3 * quarters
    return date(first.year + month // 12, month % 12 + 1, 1)


def end_of_quarter(first: date) -> date:
    """The last day of the quarter that begins on a day."""
    return date.fromordinal(quarter_after(first, 1).toordinal() - 1)


def quarter_words(first: date) -> str:
    """T1 2027."""
    return f"T{(first.month + 2) // 3} {first.year}"


def means_of(budget: Budget, today: date, trial: Trial) -> Means:
    """What is left of a budget from the present quarter; beyond its end, each quarter is like that of a year before."""
    passed = max(0, quarters_between(budget.starts_on, quarter_of(today)))

    def shared(figures: Sequence[float], percent: int) -> tuple[float, ...]:
        found = [float(figure) for figure in figures] or [0.0]
        while len(found) < passed + QUARTERS:
            found.append(found[-4] if len(found) >= 4 else found[-1])
        return tuple(round(f * percent / 100, 2) for f in found[passed : passed + QUARTERS])

    return Means(
        shared(budget.euros, trial.euros_percent),
        shared(budget.days, trial.days_percent),
        budget.is_carried,
    )


def problem_of(actions: Sequence[Action], findings: Iterable[Finding], means: Means, today: date, estimate: str) -> Problem:  # fmt: skip
    """The problem of these actions, their links already read, and of these open findings: one query."""
    open_ones = {f.pk: f for f in findings}
    known = {action.pk: action for action in actions}
    links = [link for a in actions for link in a.links.all() if link.finding_id in open_ones]
    points, mends = _parts(links, open_ones)
    needs: dict[int, list[str]] = {}
    for row in Prerequisite.objects.filter(action__in=known, required__in=known).order_by("pk"):
        needs.setdefault(row.action_id, []).append(str(row.required_id))
    first = quarter_of(today)
    candidates = []
    for pk, action in known.items():
        costs = costs_of(action)
        candidates.append(
            Candidate(
                *(str(pk), action.title, costs.days, costs.euros, costs.euros_per_year),
                mends=mends.get(pk, {}),
                requires=tuple(needs.get(pk, ())),
                due=_due(action, first, means.quarters),
            )
        )
    return Problem(tuple(candidates), points, means, Estimate(estimate))


def _due(action: Action, first: date, quarters: int) -> int | None:
    if not action.is_mandatory or action.due_on is None:
        return None
    found = max(0, quarters_between(first, action.due_on))
    return found if found < quarters else None


def _parts(
    links: Sequence[ActionFinding], findings: dict[int, Finding]
) -> tuple[dict[str, float], dict[int, dict[str, float]]]:
    """Points of each finding, and what each action removes of it.

    Actions on some objects of a finding add up. Those on an item of an assessment do not, they each lead to a level: the item is
    then cut in slices, each removed by every action that leads beyond it.
    """
    points = {str(pk): points_of(f) for pk, f in findings.items()}
    mends: dict[int, dict[str, float]] = {}
    slices: dict[int, list[float]] = {}
    for link in links:
        if findings[link.finding_id].source_kind == ASSESSMENT:
            slices.setdefault(link.finding_id, []).append(min(1.0, link.share))
    for pk, ends in slices.items():
        whole, start = points.pop(str(pk)), 0.0
        for end in sorted({*ends, 1.0}):
            if end > start:
                points[f"{pk}/{end:.4f}"] = whole * (end - start)
            start = end
    for link in links:
        mine = mends.setdefault(link.action_id, {})
        if link.finding_id not in slices:
            mine[str(link.finding_id)] = min(1.0, link.share)
            continue
        for end in sorted({*slices[link.finding_id], 1.0}):
            if 0 < end <= min(1.0, link.share):
                mine[f"{link.finding_id}/{end:.4f}"] = 1.0
    return points, mends


def open_plan(finess: str) -> tuple[list[Action], list[Finding]]:
    """What could be done in an establishment, and what is open there: three queries."""
    actions = Action.objects.filter(establishment_id=finess, state__in=OPEN)
    findings = Finding.objects.filter(establishment_id=finess).open()
    rows = actions.select_related("owner", "shared__grouping").prefetch_related("links")
    return list(rows.in_order()), list(findings)


def answered(problem: Problem) -> Answer:
    """The answer of the optimiser, at once when the same was asked a moment ago; one is sought at a time."""
    digest = hashlib.sha256(repr(problem).encode()).hexdigest()
    if known := _known(digest):
        return known
    with _ONE_AT_A_TIME:
        if known := _known(digest):
            return known
        found = allocate(problem, seconds=SECONDS, gap=GAP)
        answer = Answer(problem, found, reasons(problem, found))
    with _LOCK:
        _KEPT[digest] = answer
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return answer


def _known(digest: str) -> Answer | None:
    with _LOCK:
        if digest in _KEPT:
            _KEPT.move_to_end(digest)
        return _KEPT.get(digest)
