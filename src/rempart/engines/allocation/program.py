"""The linear program in integers of an allocation, solved by HiGHS.

For each action a and quarter t, done[a,t] is 1 when a is finished by the end of t; for each group g of findings that the same
several actions mend, gone[g,t] is the part of it removed. Maximise the sum over the quarters of weight × points removed, with
done growing over time, done[b,t] ≤ done[a,t] where b requires a, gone[g,t] ≤ 1 and ≤ sum of part × done, what is
spent within the means, and done[a,due] = 1 for what must be done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from rempart.engines.allocation.problem import Problem
from rempart.engines.allocation.value import GAP, costs_of, prices_of

SMALL: Final = 200
LARGE: Final = 2000
"""Actions × quarters: above the first the relaxed program is asked where to look, above the second nowhere else."""
WHOLE: Final = 1e-6
TIE: Final = 1e-3
"""What the prices of all the actions weigh together, in points × quarters: of two equal schedules the cheaper."""
Floats = NDArray[np.float64]
_solve: Callable[..., Any] = milp  # its stubs refuse a sparse matrix, which HiGHS takes


@dataclass(slots=True)
class Rows:
    """Rows of a sparse matrix, each with its upper bound."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, terms: Sequence[tuple[int, float]], upper: float) -> None:
        """sum of value × variable ≤ upper."""
        number = len(self.upper)
        for column, value in terms:
            self.row.append(number)
            self.column.append(column)
            self.value.append(value)
        self.upper.append(upper)

    def matrix(self, columns: int) -> Any:
        """As SciPy takes it."""
        shape = (len(self.upper), columns)
        return coo_array((self.value, (self.row, self.column)), shape=shape).tocsr()


@dataclass(frozen=True, slots=True)
class Solution:
    """The schedules found, none when there was no time, and the most that any could be worth."""

    schedules: tuple[dict[str, int], ...]
    bound: float
    is_impossible: bool = False


class Program:
    """The program of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.quarters = problem.means.quarters
        self.ids = [c.id for c in problem.candidates]
        self.number = {action: k for k, action in enumerate(self.ids)}
        self.alone, self.groups = _grouped(problem)
        self.actions = len(self.ids) * self.quarters
        self.columns = self.actions + len(self.groups) * self.quarters
        self.rows = Rows()
        self._grow()
        self._follow()
        self._mend()
        self._spend()

    def done(self, action: str, quarter: int) -> int:
        """The column that says whether an action is done by the end of a quarter."""
        return self.number[action] * self.quarters + quarter

    def objective(self) -> Floats:
        """What is minimised: the opposite of the worth."""
        weights = np.array(self.problem.weights())
        values = [self.alone.get(action, 0.0) for action in self.ids] + [*self.groups.values()]
        aim: Floats = -np.outer(np.array(values), weights).ravel()
        prices = prices_of(self.problem)
        whole = sum(prices.values()) or 1.0
        last = [self.done(action, self.quarters - 1) for action in self.ids]
        aim[last] += [TIE * prices[action] / whole for action in self.ids]
        return aim

    def solve(self, seconds: float, gap: float = GAP) -> Solution:
        """The best schedules found within a time, and the bound that was proven.

        All but a small program is first relaxed, which bounds it; what the relaxation leaves undecided, and the
        quarters around, is searched in integers. Then the whole is, unless it is large.
        """
        if not self.ids:
            return Solution(({},), 0.0)
        near = self._solve_near(0.8 * seconds if self.actions > LARGE else 0.3 * seconds, gap)
        if near is not None and (near.is_impossible or (near.schedules and self.actions > LARGE)):
            return near
        left = seconds if near is None else 0.7 * seconds
        found = self._run(self.objective(), self.rows, self.columns, self._limits(), left, gap)
        if found.status == 2:
            return Solution((), 0.0, is_impossible=True)
        dual = getattr(found, "mip_dual_bound", None)
        bounds = [near.bound] if near is not None else [float("inf")]
        bounds += [TIE - dual] if dual is not None else []
        schedules = near.schedules if near is not None else ()
        if found.x is not None:
            schedules += (self.schedule(found.x),)
        return Solution(schedules, min(bounds))

    def _solve_near(self, seconds: float, gap: float) -> Solution | None:
        """Around the relaxed program; None for one that is small, or that it does not help."""
        if self.actions <= SMALL:
            return None
        aim, limits = self.objective(), self._limits()
        relaxed = self._run(aim, self.rows, self.columns, limits, seconds, gap, is_relaxed=True)
        if relaxed.x is None:
            return Solution((), 0.0, is_impossible=True) if relaxed.status == 2 else None
        near = self._around(relaxed.x, limits)
        found = self._run(aim, self.rows, self.columns, near, seconds, gap)
        schedules = () if found.x is None else (self.schedule(found.x),)
        return Solution(schedules, TIE - relaxed.fun)

    def _around(self, x: Floats, limits: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """The limits, narrowed to what a relaxed solution decides but for the quarters around each change."""
        size = (len(self.ids), self.quarters)
        done = x[: self.actions].reshape(size)
        edge = np.zeros((size[0], size[1] + 1), np.bool_)
        edge[:, 1:-1] = np.abs(np.diff(done, axis=1)) > WHOLE
        is_free = (np.abs(done - np.round(done)) > WHOLE) | edge[:, 1:] | edge[:, :-1]
        is_free[:, 1:] |= is_free[:, :-1].copy()
        is_free[:, :-1] |= is_free[:, 1:].copy()
        low, high = (side.copy() for side in limits)
        fixed = np.flatnonzero(~is_free.ravel())
        low[fixed] = high[fixed] = np.round(x[fixed])
        return low, high

    def schedule(self, x: Floats) -> dict[str, int]:
        """The first quarter in which each action is done."""
        table = x[: self.actions].reshape(len(self.ids), self.quarters) > 0.5
        return {a: int(table[k].argmax()) for k, a in enumerate(self.ids) if table[k].any()}

    def lacking(self, seconds: float, day_euros: float) -> tuple[list[float], list[float]] | None:
        """The least money and days to add, by quarter, so that what must be done holds: None when they do not help."""
        rows = Rows([*self.rows.row], [*self.rows.column], [*self.rows.value], [*self.rows.upper])
        n, quarters = self.columns, self.quarters
        for line, column in self._extras(n):
            rows.row.append(line)
            rows.column.append(column)
            rows.value.append(-1.0)
        aim = np.concatenate([np.zeros(n), np.ones(quarters), np.full(quarters, day_euros)])
        # Of two equal ways the later one: money is easier to find with time.
        aim[n:] *= np.tile(1 + 1e-6 * np.arange(quarters)[::-1], 2)
        low, high = self._limits()
        limits = (
            np.concatenate([low, np.zeros(2 * quarters)]),
            np.concatenate([high, np.full(2 * quarters, np.inf)]),
        )
        found = self._run(aim, rows, n + 2 * quarters, limits, seconds, GAP)
        if found.x is None:
            return None
        more = found.x[n:]
        return list(more[:quarters]), list(more[quarters:])

    def _extras(self, first: int) -> list[tuple[int, int]]:
        pairs = []
        for kind in range(2):
            for t in range(self.quarters):
                since = range(t + 1) if self.problem.means.is_carried else [t]
                line = self.spending[kind][t]
                pairs += [(line, first + kind * self.quarters + s) for s in since]
        return pairs

    def _limits(self) -> tuple[Floats, Floats]:
        """The least and the most of each column: what must be done is."""
        low, high = np.zeros(self.columns), np.ones(self.columns)
        for candidate in self.problem.candidates:
            if candidate.due is not None:
                low[self.done(candidate.id, min(candidate.due, self.quarters - 1))] = 1.0
        return low, high

    def _run(
        self,
        aim: Floats,
        rows: Rows,
        columns: int,
        limits: tuple[Floats, Floats],
        seconds: float,
        gap: float,
        *,
        is_relaxed: bool = False,
    ) -> Any:
        whole = np.zeros(columns)
        whole[: self.actions] = 0 if is_relaxed else 1
        matrix = rows.matrix(columns)
        upper = LinearConstraint(matrix, -np.inf, np.array(rows.upper))
        options = {"time_limit": seconds, "mip_rel_gap": gap}
        return _solve(
            aim, integrality=whole, bounds=Bounds(*limits), constraints=upper, options=options
        )

    def _grow(self) -> None:
        for action in self.ids:
            for t in range(1, self.quarters):
                self.rows.add([(self.done(action, t - 1), 1.0), (self.done(action, t), -1.0)], 0.0)

    def _follow(self) -> None:
        for candidate in self.problem.candidates:
            for required in candidate.requires:
                for t in range(self.quarters):
                    pair = [(self.done(candidate.id, t), 1.0), (self.done(required, t), -1.0)]
                    self.rows.add(pair, 0.0)

    def _mend(self) -> None:
        for g, key in enumerate(self.groups):
            for t in range(self.quarters):
                gone = self.actions + g * self.quarters + t
                parts = [(self.done(action, t), -part) for action, part in key]
                self.rows.add([(gone, 1.0), *parts], 0.0)

    def _spend(self) -> None:
        means, costs = self.problem.means, costs_of(self.problem)
        self.spending: tuple[list[int], list[int]] = ([], [])
        for t in range(self.quarters):
            euros: dict[int, float] = {}
            days: dict[int, float] = {}
            for action in self.ids:
                cost, here = costs[action], self.done(action, t)
                euros[here] = cost.euros + cost.per_quarter
                days[here] = cost.days
                if means.is_carried:
                    euros |= {self.done(action, s): cost.per_quarter for s in range(t)}
                elif t:
                    euros[here - 1], days[here - 1] = -cost.euros, -cost.days
            for kind, (terms, upper) in enumerate(
                ((euros, means.euros_until(t)), (days, means.days_until(t)))
            ):
                self.spending[kind].append(len(self.rows.upper))
                self.rows.add([(c, v) for c, v in terms.items() if v], upper)


def _grouped(
    problem: Problem,
) -> tuple[dict[str, float], dict[tuple[tuple[str, float], ...], float]]:
    """Points that an action removes whatever the others do; and, of findings that several mend for more than the whole,
    the points of each group with the same actions."""
    mending: dict[str, list[tuple[str, float]]] = {}
    for candidate in problem.candidates:
        for finding, part in candidate.mends.items():
            mending.setdefault(finding, []).append((candidate.id, part))
    alone: dict[str, float] = {}
    groups: dict[tuple[tuple[str, float], ...], float] = {}
    for finding, parts in mending.items():
        points = problem.points.get(finding, 0.0)
        if not points:
            continue
        if sum(part for _, part in parts) <= 1.0:
            for action, part in parts:
                alone[action] = alone.get(action, 0.0) + points * part
        else:
            key = tuple(sorted(parts))
            groups[key] = groups.get(key, 0.0) + points
    return alone, groups
