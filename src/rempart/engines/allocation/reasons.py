"""Why an action is left out: what it lacks, what it could replace, or that nothing is left for it to mend.

What is lacking is counted with the whole schedule kept: with so much more, all that it holds still holds and this
action enters too. No smaller addition does it, whatever the quarter.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Final

from rempart.engines.allocation.allocate import Allocation
from rempart.engines.allocation.problem import Candidate, Problem, before
from rempart.engines.allocation.ranking import Placing
from rempart.engines.allocation.value import DAY_EUROS, SLACK

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Reason:
    """Of an action that is left out.

    `euros`, `days`: what is lacking in all for it to enter in `quarter`; `needs`: what it requires and that would enter with
    it; `points`: what it would remove beyond the schedule. `instead_of`: the action of the schedule that it could
    replace at the least loss, `loss` points × quarters; empty when none leaves it enough room.
    """

    action: str
    quarter: int | None = None
    euros: float = 0.0
    days: float = 0.0
    needs: tuple[str, ...] = ()
    points: float = 0.0
    instead_of: str = ""
    loss: float = 0.0

    @property
    def is_useless(self) -> bool:
        """Whether the schedule already mends all that it would."""
        return self.points <= SLACK


class Cover:
    """How much of each finding the schedule has removed at the end of each quarter."""

    def __init__(self, problem: Problem, schedule: Mapping[str, int]) -> None:
        self.quarters = problem.means.quarters
        self.points, self.weights = problem.points, problem.weights()
        self.known = {c.id: c for c in problem.candidates}
        self.parts: dict[str, list[float]] = {}
        for action, quarter in schedule.items():
            for finding, part in self.known[action].mends.items():
                row = self.parts.setdefault(finding, [0.0] * self.quarters)
                for t in range(quarter, self.quarters):
                    row[t] += part

    def change(self, action: str, quarter: int, sign: int) -> tuple[float, float]:
        """What adding an action (+1), or taking it out (-1), changes: points at the end, and the worth."""
        points = worth = 0.0
        for finding, part in self.known[action].mends.items():
            row = self.parts.get(finding)
            weight = self.points.get(finding, 0.0)
            for t in range(quarter, self.quarters):
                had = row[t] if row else 0.0
                gained = weight * (min(1.0, had + sign * part) - min(1.0, had))
                worth += self.weights[t] * gained
                if t == self.quarters - 1:
                    points += gained
        return points, worth


def reasons(problem: Problem, allocation: Allocation, *, most: int = MOST) -> list[Reason]:
    """Of each action left out, why; those that would remove the most first, `most` of them."""
    problem, schedule = replace(problem, means=allocation.means), allocation.schedule
    needs, cover = before(problem.candidates), Cover(problem, schedule)
    out = [c for c in problem.candidates if c.id not in schedule]
    gains = {c.id: _gain(cover, c, needs[c.id], schedule) for c in out}
    out.sort(key=lambda c: (-gains[c.id], c.id))
    losses = _replaceable(problem, allocation, cover)
    placing = Placing(problem, schedule)
    return [
        _reason(placing, candidate, needs[candidate.id], gains[candidate.id], losses, cover)
        for candidate in out[:most]
    ]


def _gain(
    cover: Cover, candidate: Candidate, needs: Iterable[str], schedule: Mapping[str, int]
) -> float:
    last = cover.quarters - 1
    missing = [need for need in needs if need not in schedule]
    return sum(cover.change(action, last, 1)[0] for action in (candidate.id, *missing))


def _replaceable(
    problem: Problem, allocation: Allocation, cover: Cover
) -> list[tuple[float, str, int]]:
    """Actions of the schedule that nothing holds there, the least loss first: loss, action, quarter."""
    schedule = allocation.schedule
    held = {c.id for c in problem.candidates if c.due is not None}
    held |= {r for c in problem.candidates if c.id in schedule for r in c.requires}
    free = [(action, quarter) for action, quarter in schedule.items() if action not in held]
    return sorted((-cover.change(action, q, -1)[1], action, q) for action, q in free)


def _reason(
    placing: Placing,
    candidate: Candidate,
    needs: Set[str],
    gain: float,
    losses: list[tuple[float, str, int]],
    cover: Cover,
) -> Reason:
    if gain <= SLACK:
        return Reason(candidate.id)
    missing = tuple(sorted(need for need in needs if need not in placing.schedule))
    wanted = (*missing, candidate.id)
    quarters = range(placing.first_of(needs), placing.problem.means.quarters)
    lacks = {q: placing.lacks(wanted, q) for q in quarters}
    quarter = min(lacks, key=lambda q: (lacks[q][0] + DAY_EUROS * lacks[q][1], q))
    euros, days = lacks[quarter]
    instead, loss = _instead(placing, wanted, needs, losses, cover)
    return Reason(candidate.id, quarter, euros, days, missing, gain, instead, loss)


def _instead(
    placing: Placing,
    wanted: tuple[str, ...],
    needs: Set[str],
    losses: list[tuple[float, str, int]],
    cover: Cover,
) -> tuple[str, float]:
    for lost, action, _ in losses:
        if action in needs:
            continue
        room = placing.without(action)
        for quarter in range(room.first_of(needs), placing.problem.means.quarters):
            if room.lacks(wanted, quarter) == (0.0, 0.0):
                won = sum(cover.change(a, quarter, 1)[1] for a in wanted)
                return action, max(0.0, lost - won)
    return "", 0.0
