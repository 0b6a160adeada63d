"""Problems of allocation for the tests, and the best schedule found by trying them all."""

from itertools import product

from hypothesis import strategies as st

from rempart.engines.allocation.problem import Candidate, Means, Problem, Range
from rempart.engines.allocation.value import holds, worth


def an_action(id: str, euros: float = 0, days: float = 0, **more: object) -> Candidate:
    """An action whose costs are known exactly; `mends` defaults to a finding of its own."""
    values = {"mends": {f"f-{id}": 1.0}} | more
    return Candidate(id, f"Action {id}", Range(days, days), Range(euros, euros), **values)


def a_problem(
    *candidates: Candidate,
    euros: tuple[float, ...] = (),
    days: tuple[float, ...] = (),
    **more: object,
) -> Problem:
    """Findings of ten points, unless said; plenty of what is not said."""
    points = {f: 10.0 for c in candidates for f in c.mends} | dict(more.pop("points", {}))
    quarters = len(euros or days)
    means = Means(
        euros or (1e6,) * quarters, days or (1e6,) * quarters, bool(more.pop("is_carried", True))
    )
    return Problem(candidates, points, means, **more)


def best_by_trying(problem: Problem) -> float | None:
    """The worth of the best schedule of all; None when no schedule holds."""
    names = [c.id for c in problem.candidates]
    choices = [None, *range(problem.means.quarters)]
    best = None
    for quarters in product(choices, repeat=len(names)):
        schedule = {a: q for a, q in zip(names, quarters, strict=True) if q is not None}
        if holds(problem, schedule):
            best = max(best or 0.0, worth(problem, schedule))
    return best


@st.composite
def small_problems(draw: st.DrawFn, dated: bool = True) -> Problem:
    """A few actions over a few quarters, whatever their costs, prerequisites, dates and shared findings."""
    count, quarters = draw(st.sampled_from([(3, 4), (4, 3), (5, 2), (10, 1)]))
    findings = [f"f{k}" for k in range(draw(st.integers(1, 5)))]
    figure = st.integers(0, 6)
    actions = []
    for k in range(count):
        low, more = draw(figure), draw(st.integers(0, 3))
        mends = draw(st.dictionaries(st.sampled_from(findings), st.sampled_from([0.3, 0.5, 1.0])))
        requires = (
            draw(st.lists(st.sampled_from([f"a{j}" for j in range(k)]), max_size=2)) if k else []
        )
        due = draw(st.sampled_from([None, None, None, *range(quarters)])) if dated else None
        actions.append(
            Candidate(
                *(f"a{k}", f"Action {k}", Range(draw(figure), 6), Range(low, low + more)),
                Range(0, draw(st.sampled_from([0, 0, 4]))),
                *(mends, tuple(dict.fromkeys(requires)), due),
            )
        )
    means = Means(
        tuple(draw(st.lists(figure, min_size=quarters, max_size=quarters))),
        tuple(draw(st.lists(figure, min_size=quarters, max_size=quarters))),
        draw(st.booleans()),
    )
    points = {f: float(draw(st.sampled_from([4, 12, 35, 100]))) for f in findings}
    return Problem(tuple(actions), points, means)
