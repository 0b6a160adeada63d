"""The first measures: the most risk removed for a day, what must come before coming before."""

from rempart.content.frameworks import Theme
from rempart.content.measures import Measure, Mends
from rempart.engines.maturity.answers import UNKNOWN, at
from rempart.engines.maturity.first_actions import Suggestion, first_actions
from support.frameworks import a_framework, a_measure, an_item

POINTS = {"critical": 100.0, "high": 35.0, "medium": 12.0, "low": 4.0, "info": 0.0}
WHOLE = a_framework(
    "demo",
    Theme(
        "a",
        "A",
        items=[
            an_item("demo.a.1", severity="critical"),
            an_item("demo.a.2", severity="high"),
            an_item("demo.a.3", severity="low"),
            an_item("demo.a.4", severity="info"),
        ],
    ),
)
NOTHING = {f"demo.a.{n}": at(0) for n in (1, 2, 3, 4)}


def mending(name: str, *items: int, to: int = 4, **fields: object) -> Measure:
    return a_measure(name, *(Mends(f"demo.a.{n}", to) for n in items), **fields)  # type: ignore[arg-type]


def chosen(*measures: Measure, answers: object = NOTHING, **more: object) -> list[Suggestion]:
    return first_actions(WHOLE, answers, measures, POINTS, **more)  # type: ignore[arg-type]


def names(found: list[Suggestion]) -> list[str]:
    return [suggestion.measure.id for suggestion in found]


def test_the_measure_that_removes_most_for_a_day_comes_first() -> None:
    found = chosen(
        mending("slow", 1, days=10), mending("quick", 2, days=1), mending("small", 3, days=1)
    )
    assert names(found) == ["quick", "slow", "small"]
    assert (found[0].points, found[0].points_per_day) == (35, 35)


def test_what_is_at_its_target_calls_for_nothing() -> None:
    assert chosen(mending("done", 1), answers={"demo.a.1": at(3)}) == []


def test_a_question_that_nobody_answered_calls_for_nothing_yet() -> None:
    assert chosen(mending("later", 1), answers={}) == []


def test_i_do_not_know_counts_for_half_and_is_said() -> None:
    (found,) = chosen(mending("ask", 1), answers={"demo.a.1": UNKNOWN})
    assert (found.points, found.is_uncertain) == (50, True)


def test_a_gap_that_a_chosen_measure_fills_does_not_count_twice() -> None:
    found = chosen(mending("both", 1, 2), mending("same", 1, days=1.1), mending("small", 3))
    assert names(found) == ["both", "small"]


def test_a_measure_that_fills_a_part_leaves_the_rest_to_another() -> None:
    found = chosen(mending("whole", 1, days=4), mending("part", 1, to=1))
    assert names(found) == ["part", "whole"]
    assert round(found[1].points, 1) == 66.7


def test_what_must_come_before_comes_before() -> None:
    found = chosen(mending("after", 1, requires=["before"]), mending("before", 3, days=2))
    assert names(found) == ["before", "after"]


def test_a_measure_before_that_would_mend_nothing_here_is_taken_as_done() -> None:
    found = chosen(
        mending("after", 1, requires=["before", "unknown_here"]),
        mending("before", 3),
        answers={"demo.a.1": at(0), "demo.a.3": at(4)},
    )
    assert names(found) == ["after"]


def test_two_measures_that_share_what_comes_before_weigh_it_once() -> None:
    found = chosen(
        mending("top", 1, requires=["left", "right"]),
        mending("left", 2, requires=["base"]),
        mending("right", 2, requires=["base"]),
        mending("base", 3),
        count=4,
    )
    assert names(found)[0] == "base"
    assert names(found).index("top") > names(found).index("left")


def test_what_a_home_does_in_a_month_comes_before_what_removes_more() -> None:
    long, short = mending("long", 1, is_quick=False), mending("short", 2)
    assert names(chosen(long, short)) == ["long", "short"]
    assert names(chosen(long, short, quick_first=True)) == ["short", "long"]


def test_a_gap_for_information_only_calls_for_nothing() -> None:
    assert chosen(mending("info", 4)) == []


def test_a_very_short_measure_does_not_pass_before_all_for_being_short() -> None:
    (found,) = chosen(mending("instant", 3, days=0))
    assert (found.days, found.points_per_day) == (0.25, 16)


def test_of_the_items_of_a_measure_the_worst_is_named_first() -> None:
    (found,) = chosen(mending("all", 3, 1, 2))
    assert [item.id for item in found.items] == ["demo.a.1", "demo.a.2", "demo.a.3"]


def test_no_more_measures_are_given_than_asked() -> None:
    assert len(chosen(mending("a", 1), mending("b", 2), mending("c", 3), count=2)) == 2
