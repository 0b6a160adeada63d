"""The ranking that people make by hand: the most risk removed for its price first. A floor for the solver, and its peer."""

from collections.abc import Iterable, Set

from rempart.engines.allocation.problem import Cost, Problem, before
from rempart.engines.allocation.value import (
    Schedule,
    Spent,
    costs_of,
    excess,
    prices_of,
    removed,
    spent,
)


def ranked(problem: Problem) -> dict[str, int]:
    """Actions placed one by one in the first quarter where they fit: those that must be done, then by points removed
    for each euro (a day counting `DAY_EUROS`), each with what it requires."""
    needs = before(problem.candidates)
    place = Placing(problem)
    due = sorted((c for c in problem.candidates if c.due is not None), key=lambda c: c.due or 0)
    price = prices_of(problem)
    alone = {c.id: removed(problem, [c.id]) for c in problem.candidates}
    rest = sorted(
        (c for c in problem.candidates if c.due is None and alone[c.id] > 0),
        key=lambda c: (-alone[c.id] / (price[c.id] or 1e-9), c.id),
    )
    for candidate in [*due, *rest]:
        if candidate.id not in place.schedule:
            last = problem.means.quarters - 1 if candidate.due is None else candidate.due
            place.first_fit(candidate.id, needs[candidate.id], last)
    return place.schedule


class Placing:
    """A schedule that grows, with what each quarter already takes."""

    def __init__(
        self,
        problem: Problem,
        schedule: Schedule | None = None,
        *,
        used: Spent | None = None,
        costs: dict[str, Cost] | None = None,
    ) -> None:
        self.problem = problem
        self.costs = costs or costs_of(problem)
        self.schedule = dict(schedule or {})
        self.used = used or spent(problem, self.schedule)

    def with_more(self, actions: Iterable[str], quarter: int) -> Spent:
        """What each quarter would take if these were done in this one too."""
        euros, days = [*self.used.euros], [*self.used.days]
        for action in actions:
            cost = self.costs[action]
            euros[quarter] += cost.euros
            days[quarter] += cost.days
            for later in range(quarter, self.problem.means.quarters):
                euros[later] += cost.per_quarter
        return Spent(euros, days)

    def lacks(self, actions: Iterable[str], quarter: int) -> tuple[float, float]:
        """Euros and days that would be lacking if these were done in this quarter too."""
        more = self.with_more(actions, quarter)
        return excess(self.problem.means, more.euros, more.days)

    def without(self, action: str) -> "Placing":
        """The same schedule less one action."""
        left = {a: q for a, q in self.schedule.items() if a != action}
        return Placing(self.problem, left, used=self._less(action), costs=self.costs)

    def _less(self, action: str) -> Spent:
        cost, quarter = self.costs[action], self.schedule[action]
        euros, days = [*self.used.euros], [*self.used.days]
        euros[quarter] -= cost.euros
        days[quarter] -= cost.days
        for later in range(quarter, self.problem.means.quarters):
            euros[later] -= cost.per_quarter
        return Spent(euros, days)

    def first_of(self, needs: Iterable[str]) -> int:
        """The first quarter in which what is required is done, counting what is not placed as done there too."""
        return max((self.schedule.get(action, 0) for action in needs), default=0)

    def first_fit(self, action: str, needs: Set[str], last: int) -> bool:
        """Place an action, with what it requires, in the first quarter where they fit."""
        wanted = [*(need for need in needs if need not in self.schedule), action]
        for quarter in range(self.first_of(needs), last + 1):
            more = self.with_more(wanted, quarter)
            if excess(self.problem.means, more.euros, more.days) == (0.0, 0.0):
                self.schedule.update(dict.fromkeys(wanted, quarter))
                self.used = more
                return True
        return False
