"""Solving an allocation: the best schedule, how far it may be from the optimum, and what it gives quarter by quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rempart.engines.allocation.problem import (
    Candidate,
    Impossible,
    Means,
    Problem,
    before,
    checked,
)
from rempart.engines.allocation.ranking import Placing, ranked
from rempart.engines.allocation.value import (
    DAY_EUROS,
    GAP,
    SLACK,
    Spent,
    Tally,
    curve,
    holds,
    prices_of,
    removed,
    spent,
    worth,
)

if TYPE_CHECKING:
    from rempart.engines.allocation.program import Program

SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is lacking for the dates that bind: euros and days to add in each quarter, and the actions concerned."""

    euros: tuple[float, ...]
    days: tuple[float, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """A schedule and what it gives. `gap`: how much more the best schedule could be worth at most, 0.01 for 1 %.

    When `shortage` says something, the schedule is that of the means to which it was added.
    """

    schedule: dict[str, int]
    worth: float
    bound: float
    open_points: list[float]  # at the end of each quarter
    points: float  # at the beginning
    spent: Spent
    means: Means  # those that the schedule respects
    shortage: Shortage | None = None

    @property
    def gap(self) -> float:
        """The gap of the solver."""
        return max(0.0, self.bound - self.worth) / self.worth if self.worth else 0.0


def allocate(problem: Problem, *, seconds: float = SECONDS, gap: float = GAP) -> Allocation:
    """The actions to do and the quarter that ends each, so that the most risk is removed, the soonest.

    Solved in integers by HiGHS within `seconds`, to `gap` of the best; the ranking stands in when it does better. Raises Impossible for a
    problem that contradicts itself (`problem.checked`), or that no means would mend: a prerequisite too late.
    """
    # SciPy weighs as much as half the platform: only those who solve load it.
    from rempart.engines.allocation.program import Program  # noqa: PLC0415

    checked(problem)
    shortage = None
    held = _useful(problem)
    program = Program(held)
    found = program.solve(seconds, gap)
    if found.is_impossible:
        shortage = _shortage(held, program, seconds)
        held = replace(held, means=_with(held.means, shortage))
        found = Program(held).solve(seconds, gap)
    tries = [ranked(held), *found.schedules]
    kept = [s for s in tries if holds(held, s)]
    if not kept:
        raise Impossible(
            "Aucun calendrier n’a été trouvé à temps.",
            todo="Allongez le temps de calcul, ou retirez des dates impératives.",
        )
    prices = prices_of(held)
    best = _filled(
        held, max((_pruned(held, s, prices) for s in kept), key=lambda s: _rank(held, s))
    )
    value = worth(held, best)
    return Allocation(
        schedule=best,
        worth=value,
        bound=max(value, found.bound),
        open_points=curve(problem, best),
        points=sum(problem.points.values()),
        spent=spent(problem, best),
        means=held.means,
        shortage=shortage,
    )


def _useful(problem: Problem) -> Problem:
    """Without the actions that remove nothing, that no date wants and that no other needs."""
    needs = before(problem.candidates)
    wanted = {c.id for c in problem.candidates if c.due is not None or removed(problem, [c.id]) > 0}
    wanted = wanted.union(*(needs[action] for action in wanted))
    return replace(problem, candidates=tuple(c for c in problem.candidates if c.id in wanted))


def _rank(problem: Problem, schedule: Mapping[str, int]) -> tuple[float, float]:
    """The most worth first, then the least price."""
    prices = prices_of(problem)
    return round(worth(problem, schedule), 6), -sum(prices[action] for action in schedule)


def _pruned(
    problem: Problem, schedule: dict[str, int], prices: Mapping[str, float]
) -> dict[str, int]:
    """Without what costs and brings nothing: the solver is indifferent to it when money is left."""
    known = {c.id: c for c in problem.candidates}
    kept = dict(schedule)
    waiting = sorted(kept, key=lambda a: (-prices[a], a))
    while waiting:
        action = waiting.pop(0)
        candidate = known[action]
        is_needed = any(action in known[other].requires for other in kept)
        if candidate.due is None and not is_needed and _is_idle(problem, kept, candidate):
            del kept[action]
            waiting += [r for r in candidate.requires if r in kept and r not in waiting]
    return kept


def _filled(problem: Problem, schedule: dict[str, int]) -> dict[str, int]:
    """With what still fits and still removes something: what a solver stopped by time may have left."""
    needs, placing, tally = before(problem.candidates), Placing(problem, schedule), Tally(problem)
    for action in schedule:
        tally.add(action)
    for candidate in problem.candidates:
        if candidate.id in placing.schedule:
            continue
        gain = tally.gain(candidate.id)
        last = problem.means.quarters - 1
        if gain > SLACK and placing.first_fit(candidate.id, needs[candidate.id], last):
            tally = Tally(problem)
            for action in placing.schedule:
                tally.add(action)
    return placing.schedule


def _is_idle(problem: Problem, schedule: Mapping[str, int], candidate: Candidate) -> bool:
    """Whether the others, when it is done, have already removed all that it mends."""
    others = [
        c.mends
        for c in problem.candidates
        if c.id != candidate.id
        and schedule.get(c.id, problem.means.quarters) <= schedule[candidate.id]
    ]
    wanted = [f for f, part in candidate.mends.items() if part and problem.points.get(f)]
    return all(sum(mends.get(f, 0.0) for mends in others) >= 1.0 for f in wanted)


def _with(means: Means, shortage: Shortage) -> Means:
    euros = tuple(a + b for a, b in zip(means.euros, shortage.euros, strict=True))
    days = tuple(a + b for a, b in zip(means.days, shortage.days, strict=True))
    return replace(means, euros=euros, days=days)


def _shortage(problem: Problem, program: "Program", seconds: float) -> Shortage:
    more = program.lacking(seconds, DAY_EUROS)
    if more is None:
        raise Impossible("Aucun budget ne permettrait de tenir toutes les dates impératives.")
    euros, days = (_rounded(part) for part in more)
    last = max(t for t, (e, d) in enumerate(zip(euros, days, strict=True)) if e or d)
    needs = before(problem.candidates)
    bound = [c.id for c in problem.candidates if c.due is not None and c.due <= last]
    late = [c.id for c in problem.candidates if c.due is not None and c.due > last]
    concerned = set(bound or late)
    concerned = concerned.union(*(needs[action] for action in concerned))
    return Shortage(euros, days, tuple(sorted(concerned)))


def _rounded(more: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(value + SLACK, 4) if value > 1e-4 else 0.0 for value in more)
