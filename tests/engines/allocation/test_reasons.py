"""Why an action is left out."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from engines.allocation.problems import a_problem, an_action, small_problems
from rempart.engines.allocation.allocate import allocate
from rempart.engines.allocation.problem import Means, Problem
from rempart.engines.allocation.reasons import reasons
from rempart.engines.allocation.value import holds, worth


def with_more(problem: Problem, euros: float, days: float) -> Problem:
    """The same with more in the first quarter."""
    means = problem.means
    first = (means.euros[0] + euros, *means.euros[1:]), (means.days[0] + days, *means.days[1:])
    return replace(problem, means=Means(*first, means.is_carried))


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_with_what_is_lacking_the_action_enters_and_with_less_it_does_not(problem: Problem) -> None:
    problem = replace(problem, means=replace(problem.means, is_carried=True))
    found = allocate(problem)
    problem = replace(problem, means=found.means)
    for reason in reasons(problem, found):
        if reason.is_useless:
            continue
        assert reason.quarter is not None
        entering = found.schedule | dict.fromkeys((*reason.needs, reason.action), reason.quarter)
        assert holds(with_more(problem, reason.euros + 1e-6, reason.days + 1e-6), entering)
        if reason.euros:
            assert not holds(with_more(problem, reason.euros - 0.01, reason.days), entering)


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_the_action_that_one_could_replace_leaves_enough_room(problem: Problem) -> None:
    found = allocate(problem)
    problem = replace(problem, means=found.means)
    for reason in reasons(problem, found):
        if not reason.instead_of:
            continue
        wanted = (*reason.needs, reason.action)
        less = {a: q for a, q in found.schedule.items() if a != reason.instead_of}
        tries = [less | dict.fromkeys(wanted, q) for q in range(problem.means.quarters)]
        kept = [worth(problem, t) for t in tries if holds(problem, t)]
        assert max(kept) <= found.worth + 1e-4
        assert reason.loss >= -1e-6


def test_an_action_too_dear_would_enter_with_so_much_more() -> None:
    problem = a_problem(an_action("a", 700), an_action("b", 2500), euros=(1000, 400))
    (reason,) = reasons(problem, allocate(problem))
    assert (reason.action, reason.euros, reason.days, reason.points) == ("b", 1800, 0, 10)


def test_an_action_that_wants_days_says_how_many() -> None:
    problem = a_problem(an_action("a", days=4), an_action("b", days=4), days=(5,))
    (reason,) = reasons(problem, allocate(problem))
    assert (reason.euros, reason.days) == (0, 3)
    assert reason.instead_of == ({"a", "b"} - {reason.action}).pop()
    assert reason.loss == pytest.approx(0)


def test_what_is_already_mended_by_others_says_so() -> None:
    problem = a_problem(
        an_action("a", 1, mends={"x": 1.0}), an_action("b", 9, mends={"x": 1.0}), euros=(20,)
    )
    (reason,) = reasons(problem, allocate(problem))
    assert (reason.action, reason.is_useless) == ("b", True)


def test_what_is_missing_before_an_action_enters_with_it() -> None:
    problem = a_problem(
        an_action("before", 5, mends={}), an_action("a", 5, requires=("before",)), euros=(4,)
    )
    found = {r.action: r for r in reasons(problem, allocate(problem))}
    assert (found["a"].needs, found["a"].euros) == (("before",), 6)


def test_what_a_kept_action_requires_is_never_what_one_replaces() -> None:
    problem = a_problem(
        an_action("before", 5, mends={}), an_action("kept", 1, requires=("before",), mends={"x": 1.0}),
        an_action("out", 5), euros=(6,), points={"x": 100.0},
    )  # fmt: skip
    (reason,) = reasons(problem, allocate(problem))
    assert (reason.action, reason.instead_of) == ("out", "")


def test_only_the_first_reasons_are_counted_when_few_are_wanted() -> None:
    problem = a_problem(*(an_action(f"a{k}", 9) for k in range(6)), euros=(10,))
    assert len(reasons(problem, allocate(problem), most=2)) == 2


def test_an_action_does_not_replace_what_it_requires_itself() -> None:
    problem = a_problem(
        an_action("before", 5),
        an_action("a", 5, requires=("before",)),
        euros=(5,),
        points={"f-a": 1.0},
    )
    (reason,) = reasons(problem, allocate(problem))
    assert (reason.action, reason.instead_of, reason.euros) == ("a", "", 5)
