"""Proposals from one framework to another."""

import pytest

from rempart.content.frameworks import Pair, Theme
from rempart.engines.maturity.answers import UNKNOWN, Answers, at
from rempart.engines.maturity.maps import Proposal, proposals, same_place
from support.frameworks import a_framework, a_map, an_item

MINE = a_framework("mine", Theme("a", "A", items=[an_item("mine.a.1"), an_item("mine.a.2")]))
OTHER = a_framework(
    "other", Theme("a", "A", items=[an_item("other.a.1"), an_item("other.a.2", most=2, target=2)])
)


def proposed(*pairs: Pair, answers: Answers, turned: bool = False) -> dict[str, Proposal]:
    if turned:
        pairs = tuple(
            Pair(p.b, p.a, {"a_includes_b": "b_includes_a"}.get(p.relation, "equal"), p.confidence)
            for p in pairs
        )
        return proposals(MINE, {"other": (OTHER, answers)}, [a_map("mine", "other", *pairs)])
    return proposals(MINE, {"other": (OTHER, answers)}, [a_map("other", "mine", *pairs)])


@pytest.mark.parametrize("turned", [False, True])
def test_an_answer_proposes_the_same_place_on_the_other_scale(turned: bool) -> None:
    pair = Pair("other.a.2", "mine.a.1", "equal", 0.9)
    found = proposed(pair, answers={"other.a.2": at(1)}, turned=turned)
    assert (found["mine.a.1"].value, found["mine.a.1"].confidence) == (2, 0.9)
    assert found["mine.a.1"].source_item == "other.a.2"


@pytest.mark.parametrize("turned", [False, True])
def test_a_source_that_asks_for_more_proves_the_rest(turned: bool) -> None:
    pair = Pair("other.a.1", "mine.a.1", "a_includes_b", 0.8)
    found = proposed(pair, answers={"other.a.1": at(4)}, turned=turned)
    assert (found["mine.a.1"].value, found["mine.a.1"].relation) == (4, "includes")


def test_a_part_does_not_prove_the_whole() -> None:
    pair = Pair("other.a.1", "mine.a.1", "b_includes_a", 0.8)
    found = proposed(pair, answers={"other.a.1": at(4)})
    assert (found["mine.a.1"].value, found["mine.a.1"].relation) == (2, "is_included")


def test_what_is_not_known_proposes_nothing() -> None:
    pair = Pair("other.a.1", "mine.a.1", "equal", 1)
    assert proposed(pair, answers={"other.a.1": UNKNOWN}) == {}
    assert proposed(pair, answers={}) == {}


def test_a_pair_whose_items_are_gone_is_passed_over() -> None:
    pairs = (Pair("other.z.1", "mine.a.1", "equal", 1), Pair("other.a.1", "mine.z.1", "equal", 1))
    assert proposed(*pairs, answers={"other.a.1": at(1)}) == {}


def test_a_framework_that_nobody_answered_proposes_nothing() -> None:
    pair = Pair("third.a.1", "mine.a.1", "equal", 1)
    assert proposals(MINE, {"other": (OTHER, {})}, [a_map("third", "mine", pair)]) == {}


def test_the_most_certain_proposal_wins_then_the_lowest() -> None:
    sure = Pair("other.a.1", "mine.a.1", "equal", 0.9)
    vague = Pair("other.a.2", "mine.a.1", "overlap", 0.4)
    answers = {"other.a.1": at(1), "other.a.2": at(2)}
    assert proposed(vague, sure, answers=answers)["mine.a.1"].value == 1
    tied = Pair("other.a.2", "mine.a.1", "equal", 0.9)
    assert proposed(tied, sure, answers=answers)["mine.a.1"].value == 1


def test_scales_of_one_level_are_compared_without_dividing_by_nothing() -> None:
    one = an_item("mine.a.1", most=0, target=0)
    assert same_place(one, 0, an_item("other.a.1")) == 4
    assert same_place(an_item("other.a.1"), 2, one) == 0
