"""The optimiser: compared with every schedule on small problems, and with what one knows of simple ones."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings

from engines.allocation.problems import a_problem, an_action, best_by_trying, small_problems
from rempart.engines.allocation import allocate as module, program
from rempart.engines.allocation.allocate import allocate
from rempart.engines.allocation.problem import Candidate, Estimate, Impossible, Problem, Range
from rempart.engines.allocation.program import Program, Solution
from rempart.engines.allocation.ranking import ranked
from rempart.engines.allocation.value import holds, worth


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_no_schedule_of_a_small_problem_is_worth_more(problem: Problem) -> None:
    best, found = best_by_trying(problem), allocate(problem)
    if best is None:
        assert found.shortage is not None
    else:
        assert holds(problem, found.schedule)
        assert found.worth == pytest.approx(best, abs=2e-3)
        assert found.gap < 1e-2


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_what_is_lacking_for_the_dates_is_enough_once_it_is_added(problem: Problem) -> None:
    found = allocate(problem)
    if found.shortage is not None:
        again = allocate(Problem(problem.candidates, problem.points, found.means))
        assert again.shortage is None
        assert found.shortage.actions


@settings(max_examples=40, deadline=None)
@given(small_problems(dated=False))
def test_the_ranking_holds_and_is_never_worth_more_than_the_optimum(problem: Problem) -> None:
    by_hand = ranked(problem)
    assert holds(problem, by_hand)
    assert worth(problem, by_hand) <= allocate(problem).worth + 1e-6


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_a_large_problem_gets_a_schedule_that_holds_and_a_bound_that_is_true(
    problem: Problem,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "SMALL", -1)
        patch.setattr(program, "LARGE", 0)
        best, found = best_by_trying(problem), allocate(problem)
    if best is None:
        assert found.shortage is not None
    else:
        assert holds(problem, found.schedule)
        assert found.worth - 2e-3 <= best <= found.bound + 2e-3


def test_the_optimum_beats_the_ranking_where_one_large_action_hides_two() -> None:
    problem = a_problem(
        an_action("large", 6, mends={"x": 1.0}), an_action("b", 5), an_action("c", 5),
        euros=(10,), points={"x": 15.0},
    )  # fmt: skip
    assert ranked(problem) == {"large": 0}
    assert allocate(problem).schedule == {"b": 0, "c": 0}


def test_a_finding_that_two_actions_mend_is_counted_once() -> None:
    problem = a_problem(
        an_action("a", 5, mends={"x": 1.0}), an_action("b", 5, mends={"x": 1.0}), an_action("c", 5),
        euros=(10,), points={"x": 100.0},
    )  # fmt: skip
    found = allocate(problem)
    assert len(found.schedule) == 2
    assert "c" in found.schedule
    assert found.open_points == [0.0]


def test_what_brings_nothing_more_is_not_bought_though_money_is_left() -> None:
    problem = a_problem(
        an_action("a", 5, mends={"x": 1.0}), an_action("b", 6, mends={"x": 1.0}), euros=(100,)
    )
    assert len(allocate(problem).schedule) == 1


def test_a_prerequisite_is_done_before_or_in_the_same_quarter() -> None:
    problem = a_problem(
        an_action("first", 10, mends={}), an_action("then", 10, requires=("first",)),
        euros=(10, 0, 10),
    )  # fmt: skip
    assert allocate(problem).schedule["then"] == 2


def test_an_action_larger_than_a_quarter_is_saved_for_unless_nothing_is_carried() -> None:
    action = an_action("a", 25)
    assert allocate(a_problem(action, euros=(10, 10, 10))).schedule == {"a": 2}
    assert allocate(a_problem(action, euros=(10, 10, 10), is_carried=False)).schedule == {}


def test_a_yearly_cost_is_paid_from_the_quarter_that_ends_the_action() -> None:
    action = Candidate("a", "A", euros_per_year=Range(40, 40), mends={"x": 1.0})
    found = allocate(a_problem(action, euros=(0, 10, 10), is_carried=False))
    assert (found.schedule, found.spent.euros) == ({"a": 1}, [0, 10, 10])
    assert allocate(a_problem(action, euros=(10, 10, 9), is_carried=False)).schedule == {}


def test_an_action_that_must_be_done_is_done_though_it_removes_little() -> None:
    rich = an_action("rich", 10, mends={"x": 1.0})
    problem = a_problem(an_action("due", 10, due=0), rich, euros=(10,), points={"x": 1000.0})
    assert allocate(problem).schedule == {"due": 0}


def test_dates_that_cannot_hold_say_which_and_by_how_much() -> None:
    problem = a_problem(
        an_action("a", 30, due=1), an_action("b", 5, due=3), an_action("c", 0),
        euros=(10, 10, 10, 10),
    )  # fmt: skip
    shortage = allocate(problem).shortage
    assert shortage is not None
    assert sum(shortage.euros) == pytest.approx(10, abs=0.01)
    assert (shortage.actions, sum(shortage.days)) == (("a",), 0)
    assert set(allocate(problem).schedule) >= {"a", "b", "c"}


def test_days_that_are_lacking_are_said_with_the_prerequisites() -> None:
    problem = a_problem(
        an_action("before", days=4, mends={}), an_action("due", days=4, due=0, requires=("before",)),
        days=(5, 5),
    )  # fmt: skip
    shortage = allocate(problem).shortage
    assert shortage is not None
    assert shortage.actions == ("before", "due")
    assert sum(shortage.days) == pytest.approx(3, abs=0.01)


def test_the_low_and_the_high_point_of_a_range_change_what_fits() -> None:
    action = Candidate("a", "A", euros=Range(10, 30), mends={"x": 1.0})
    fits = {
        e: bool(allocate(a_problem(action, euros=(20,), estimate=e)).schedule) for e in Estimate
    }
    assert fits == {Estimate.LOW: True, Estimate.MID: True, Estimate.HIGH: False}


def test_a_cycle_of_prerequisites_is_refused_with_the_titles() -> None:
    problem = a_problem(
        an_action("a", requires=("b",)), an_action("b", requires=("c",)), an_action("c", requires=("a",)),
        euros=(1,),
    )  # fmt: skip
    with pytest.raises(
        Impossible, match="« Action a » → « Action b » → « Action c » → « Action a »"
    ):
        allocate(problem)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (a_problem(an_action("a"), an_action("a"), euros=(1,)), "même identifiant"),
        (a_problem(an_action("a", requires=("z",)), euros=(1,)), "inconnue : z"),
        (a_problem(an_action("a", due=-1), euros=(1,)), "déjà passée"),
        (a_problem(an_action("a", -1), euros=(1,)), "négatif"),
        (a_problem(Candidate("a", "A", Range(3, 1)), euros=(1,)), "fourchette"),
        (a_problem(an_action("a"), euros=(1,), days=(1, 2)), "trimestres"),
        (a_problem(an_action("a")), "trimestres"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(problem: Problem, words: str) -> None:
    with pytest.raises(Impossible, match=words):
        allocate(problem)


def test_nothing_to_do_is_a_result() -> None:
    found = allocate(a_problem(euros=(1, 1)))
    assert (found.schedule, found.worth, found.gap, found.open_points) == ({}, 0, 0, [0, 0])


def test_without_an_answer_of_the_solver_the_ranking_stands_in_and_the_gap_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Program, "solve", lambda *_: Solution((), 30.0))
    found = allocate(a_problem(an_action("a", 5), euros=(10,)))
    assert (found.schedule, found.gap) == ({"a": 0}, 2.0)


def test_no_schedule_at_all_in_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "solve", lambda *_: Solution((), 30.0))
    monkeypatch.setattr(module, "ranked", lambda _: {})
    with pytest.raises(Impossible, match="à temps"):
        allocate(a_problem(an_action("a", 5, due=0), euros=(10,)))


def test_what_a_stopped_solver_left_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "solve", lambda *_: Solution(({},), 30.0))
    monkeypatch.setattr(module, "ranked", lambda _: {})
    assert allocate(a_problem(an_action("a", 5), euros=(10,))).schedule == {"a": 0}


def test_a_finding_that_weighs_nothing_changes_nothing() -> None:
    heavy = an_action("a", mends={"x": 1.0, "y": 1.0})
    problem = a_problem(heavy, an_action("b", mends={"x": 1.0}), euros=(1,), points={"x": 0.0})
    assert allocate(problem).schedule == {"a": 0}


def test_dates_that_no_solver_could_mend_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "lacking", lambda *_: None)
    with pytest.raises(Impossible, match="Aucun budget"):
        allocate(a_problem(an_action("a", 5, due=0), euros=(1,)))


def test_what_is_lacking_is_unknown_when_the_solver_has_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Program, "_run", lambda *_: SimpleNamespace(x=None))
    problem = a_problem(an_action("a", 5, due=0), euros=(1,))
    assert Program(problem).lacking(1.0, 400) is None
