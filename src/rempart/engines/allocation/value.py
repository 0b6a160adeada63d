"""What a schedule removes and costs, counted apart from the solver so that each checks the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rempart.engines.allocation.problem import Cost, Means, Problem, cost_of

Schedule = Mapping[str, int]
"""Action → the quarter in which it is finished; those that are absent are left out."""

GAP: Final = 1e-6
"""How near the best a schedule must be for the solver to stop."""
SLACK: Final = 1e-6
DAY_EUROS: Final = 400.0
"""What a day of work is counted for when days and money are compared, and nowhere else: a choice of Rempart."""


class Tally:
    """Points removed while actions are added one by one: a finding that several mend is counted once."""

    def __init__(self, problem: Problem) -> None:
        self.points = problem.points
        self.mends = {c.id: c.mends for c in problem.candidates}
        self.parts: dict[str, float] = {}
        self.removed = 0.0

    def gain(self, action: str) -> float:
        """Points that this action would remove beyond those of the actions added."""
        gained = 0.0
        for finding, part in self.mends[action].items():
            had = self.parts.get(finding, 0.0)
            gained += self.points.get(finding, 0.0) * (min(1.0, had + part) - min(1.0, had))
        return gained

    def add(self, action: str) -> None:
        """One action more."""
        self.removed += self.gain(action)
        for finding, part in self.mends[action].items():
            self.parts[finding] = self.parts.get(finding, 0.0) + part


def removed(problem: Problem, done: Iterable[str]) -> float:
    """Points that these actions remove together: a finding that several mend is counted once."""
    tally = Tally(problem)
    for action in dict.fromkeys(done):
        tally.add(action)
    return tally.removed


def curve(problem: Problem, schedule: Schedule) -> list[float]:
    """Points that are still open at the end of each quarter."""
    whole, tally = sum(problem.points.values()), Tally(problem)
    found: list[float] = []
    for t in range(problem.means.quarters):
        for action, quarter in schedule.items():
            if quarter == t:
                tally.add(action)
        found.append(max(0.0, whole - tally.removed))
    return found


def worth(problem: Problem, schedule: Schedule) -> float:
    """What the optimiser makes the largest: over the quarters, the points removed in force at the end of each, with
    the weight of the quarter."""
    whole = sum(problem.points.values())
    left = curve(problem, schedule)
    return sum(w * (whole - p) for w, p in zip(problem.weights(), left, strict=True))


@dataclass(frozen=True, slots=True)
class Spent:
    """What each quarter takes."""

    euros: list[float]
    days: list[float]


def spent(problem: Problem, schedule: Schedule) -> Spent:
    """Euros and days of each quarter. A yearly cost is paid by quarters, from the one in which the action is done."""
    costs = costs_of(problem)
    quarters = range(problem.means.quarters)
    euros = [0.0 for _ in quarters]
    days = [0.0 for _ in quarters]
    for action, quarter in schedule.items():
        cost = costs[action]
        euros[quarter] += cost.euros
        days[quarter] += cost.days
        for later in range(quarter, problem.means.quarters):
            euros[later] += cost.per_quarter
    return Spent(euros, days)


def costs_of(problem: Problem) -> dict[str, Cost]:
    """The counted costs of each action."""
    return {c.id: cost_of(c, problem.estimate) for c in problem.candidates}


def prices_of(problem: Problem) -> dict[str, float]:
    """What each action costs in all over the quarters, its days counted in euros."""
    years = problem.means.quarters
    return {
        action: cost.euros + cost.per_quarter * years + cost.days * DAY_EUROS
        for action, cost in costs_of(problem).items()
    }


def overrun(problem: Problem, schedule: Schedule) -> tuple[float, float]:
    """By how much a schedule exceeds the means, in euros and in days; (0, 0) when it holds."""
    used = spent(problem, schedule)
    return excess(problem.means, used.euros, used.days)


def excess(means: Means, euros: Sequence[float], days: Sequence[float]) -> tuple[float, float]:
    """What must be added to the means, in all, for what each quarter takes; (0, 0) when nothing."""
    over = [_lacking(means, means.euros, euros), _lacking(means, means.days, days)]
    return (over[0] if over[0] > SLACK else 0.0, over[1] if over[1] > SLACK else 0.0)


def _lacking(means: Means, had: Sequence[float], taken: Sequence[float]) -> float:
    if not means.is_carried:
        return sum(max(0.0, t - h) for h, t in zip(had, taken, strict=True))
    worst = so_far = 0.0
    for have, take in zip(had, taken, strict=True):
        so_far += take - have
        worst = max(worst, so_far)
    return worst


def holds(problem: Problem, schedule: Schedule) -> bool:
    """Whether a schedule respects the means, what comes before what, and the dates that bind."""
    for candidate in problem.candidates:
        mine = schedule.get(candidate.id)
        if mine is None:
            if candidate.due is not None:
                return False
            continue
        if candidate.due is not None and mine > candidate.due:
            return False
        if any(schedule.get(r, mine + 1) > mine for r in candidate.requires):
            return False
    return overrun(problem, schedule) == (0.0, 0.0)
