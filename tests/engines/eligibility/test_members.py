"""What the members of a common file answer together."""

import pytest

from rempart.content.frameworks import Item, Level, Origin
from rempart.engines.eligibility.members import Member, covered, lowest, together
from rempart.engines.eligibility.objectives import Given
from rempart.engines.eligibility.share import Entity

NA = Given(None, is_not_applicable=True)
UNKNOWN, LOW, GOOD, BEST = Given(None), Given(0), Given(2), Given(3)


def item(share: float | None = None) -> Item:
    levels = [Level(value, str(value)) for value in range(4)]
    return Item("t.1", "?", levels=levels, target=2, source=Origin("Essai"), share=share)


def members(*given: Given | None) -> list[Member]:
    return [Member(str(n), "CH", None if g is None else {"t.1": g}) for n, g in enumerate(given)]


@pytest.mark.parametrize(
    ("holder", "others", "whole"),
    [
        (None, [None, None], None),
        (GOOD, [None, None], GOOD),
        (BEST, [GOOD, None], GOOD),
        (BEST, [LOW, UNKNOWN], LOW),
        (BEST, [UNKNOWN, BEST], UNKNOWN),
        (None, [GOOD, None], UNKNOWN),
        (None, [LOW, None], LOW),
        (None, [GOOD, BEST], GOOD),
        (NA, [GOOD, NA], GOOD),
        (NA, [None, NA], NA),
    ],
)
def test_the_lowest_level_binds_all_the_parties_of_a_file(
    holder: Given | None, others: list[Given | None], whole: Given | None
) -> None:
    assert together(item(), holder, members(*others)) == whole


@pytest.mark.parametrize(
    ("holder", "others", "whole"),
    [
        (GOOD, [LOW], GOOD),
        (None, [LOW, BEST], BEST),
        (None, [None], None),
        (None, [UNKNOWN, LOW], LOW),
    ],
)
def test_where_a_part_of_the_activity_is_enough_nobody_holds_the_others_back(
    holder: Given | None, others: list[Given | None], whole: Given | None
) -> None:
    assert together(item(0.66), holder, members(*others)) == whole


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [(LOW, True, False), (GOOD, False, True), (UNKNOWN, True, True), (None, False, False)],
)
def test_the_answer_of_a_member_counts_before_what_was_ticked_for_it(
    given: Given | None, before: bool, after: bool
) -> None:
    (member,) = members(given)
    entity = Entity("0", "CH", None, before)
    assert covered(item(0.66), entity, member).is_covered is after
    assert covered(item(0.66), entity, None) == entity


def test_no_answer_at_all_is_not_an_answer() -> None:
    assert lowest(item(), []) is None
