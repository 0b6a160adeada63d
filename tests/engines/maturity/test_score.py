"""The score: what is not known widens it, and never lowers it by itself."""

import pytest
from hypothesis import given, strategies as st

from rempart.content.frameworks import Framework, Outcome, Theme
from rempart.engines.maturity.answers import (
    NOT_APPLICABLE,
    UNKNOWN,
    Given,
    Kind,
    at,
    gap,
    items_for,
    level_of,
)
from rempart.engines.maturity.score import Range, outcomes, score
from support.frameworks import a_framework, an_item

ONE, TWO, THREE, FOUR = ("demo.access.1", "demo.access.2", "demo.backup.1", "demo.backup.2")


def test_an_assessment_without_an_answer_may_be_worth_anything() -> None:
    found = score(a_framework(), {})
    assert found.score == Range(0, 100)
    assert (found.coverage, found.count.left, found.count.done) == (0, 4, 0)


def test_levels_are_worth_their_place_on_the_scale() -> None:
    found = score(a_framework(), {ONE: at(4), TWO: at(0), THREE: at(2), FOUR: at(1)})
    assert [theme.score for theme in found.themes] == [Range(50, 50), Range(37.5, 37.5)]
    assert found.score == Range(43.75, 43.75)
    assert found.score.is_exact
    assert found.coverage == 1


def test_i_do_not_know_makes_a_range_and_not_a_zero() -> None:
    found = score(a_framework(), {ONE: at(4), TWO: UNKNOWN, THREE: at(4), FOUR: at(4)})
    assert found.themes[0].score == Range(50, 100)
    assert found.score == Range(75, 100)
    assert (found.count.unknown, found.coverage) == (1, 0.75)


def test_what_does_not_apply_leaves_the_sum() -> None:
    found = score(
        a_framework(), {ONE: at(4), TWO: NOT_APPLICABLE, THREE: NOT_APPLICABLE, FOUR: at(2)}
    )
    assert found.score == Range(75, 75)
    assert (found.count.not_applicable, found.coverage) == (2, 1)


def test_a_theme_where_nothing_applies_has_no_score_and_weighs_nothing() -> None:
    found = score(
        a_framework(), {ONE: NOT_APPLICABLE, TWO: NOT_APPLICABLE, THREE: at(2), FOUR: at(2)}
    )
    assert found.themes[0].score is None
    assert found.score == Range(50, 50)


def test_nothing_that_applies_is_no_score_at_all() -> None:
    found = score(a_framework(), dict.fromkeys((ONE, TWO, THREE, FOUR), NOT_APPLICABLE))
    assert (found.score, found.coverage, found.count.total) == (None, 1.0, 4)


def test_items_and_themes_weigh_what_the_framework_says() -> None:
    heavy = an_item("demo.a.1", weight=3)
    first = Theme("a", "A", items=[heavy, an_item("demo.a.2")], weight=2)
    second = Theme("b", "B", items=[an_item("demo.b.1")])
    found = score(
        a_framework("demo", first, second),
        {"demo.a.1": at(4), "demo.a.2": at(0), "demo.b.1": at(0)},
    )
    assert found.themes[0].score == Range(75, 75)
    assert found.score == Range(50, 50)


def test_an_item_of_no_weight_is_counted_and_scores_nothing() -> None:
    only = Theme("a", "A", items=[an_item("demo.a.1", weight=0)])
    found = score(a_framework("demo", only), {"demo.a.1": at(0)})
    assert (found.score, found.count.answered) == (None, 1)


def test_a_scale_may_begin_anywhere() -> None:
    item = an_item("demo.a.1")
    late = [level for level in item.levels if level.value >= 2]
    theme = Theme("a", "A", items=[an_item("demo.a.1", levels=late)])
    assert score(a_framework("demo", theme), {"demo.a.1": at(3)}).score == Range(50, 50)


def test_an_item_of_one_level_is_whole_when_it_is_answered() -> None:
    theme = Theme("a", "A", items=[an_item("demo.a.1", most=0, target=0)])
    assert score(a_framework("demo", theme), {"demo.a.1": at(0)}).score == Range(100, 100)


def test_a_level_of_another_version_is_not_an_answer() -> None:
    found = score(a_framework(), {ONE: at(9), TWO: Given(Kind.LEVEL)})
    assert found.count.left == 4
    assert level_of(an_item(ONE), at(9)) is None


def test_only_the_items_of_the_class_of_entity_are_asked() -> None:
    theme = Theme(
        "a", "A", items=[an_item("demo.a.1", groups=["EE"]), an_item("demo.a.2", groups=["EI"])]
    )
    whole = a_framework("demo", theme, Theme("b", "B", items=[an_item("demo.b.1", groups=["EE"])]))
    assert [item.id for item in items_for(whole, ["EI"])] == ["demo.a.2"]
    assert len(items_for(whole)) == 3
    assert [theme.theme for theme in score(whole, {}, ["EI"]).themes] == ["a"]


@pytest.mark.parametrize(
    ("value", "to", "missing"), [(0, None, 1), (3, None, 0), (4, None, 0), (1, 2, 1 / 3), (0, 4, 1)]
)
def test_a_gap_is_the_part_of_the_way_to_the_target(
    value: int, to: int | None, missing: float
) -> None:
    assert gap(an_item("demo.a.1"), value, to) == pytest.approx(missing)


def test_an_item_whose_target_is_its_least_level_has_no_gap() -> None:
    assert gap(an_item("demo.a.1", target=0), 0) == 0


def test_a_score_leads_to_one_outcome_or_to_those_that_remain_possible() -> None:
    steps = [
        Outcome("confirmed", "Confirmé", "Texte", 70),
        Outcome("beginner", "Débutant", "Texte", 0),
        Outcome("middle", "Intermédiaire", "Texte", 40),
    ]
    whole: Framework = a_framework(outcomes=steps)
    assert [o.id for o in outcomes(whole, Range(45, 45))] == ["middle"]
    assert [o.id for o in outcomes(whole, Range(20, 72))] == ["beginner", "middle", "confirmed"]
    assert outcomes(whole, None) == ()


ANSWERS = st.one_of(st.integers(0, 4).map(at), st.just(UNKNOWN), st.just(NOT_APPLICABLE), st.none())


@given(st.tuples(ANSWERS, ANSWERS, ANSWERS, ANSWERS), st.integers(0, 4))
def test_knowing_more_never_leaves_the_range(given_: tuple[Given | None, ...], value: int) -> None:
    names = (ONE, TWO, THREE, FOUR)
    answers = {n: g for n, g in zip(names, given_, strict=True) if g is not None}
    before = score(a_framework(), answers).score
    vague = [n for n in names if answers.get(n, UNKNOWN) == UNKNOWN]
    if before and vague:
        after = score(a_framework(), answers | {vague[0]: at(value)}).score
        assert after is not None
        assert before.low - 1e-9 <= after.low <= after.high <= before.high + 1e-9
    assert before is None or 0 <= before.low <= before.high <= 100
