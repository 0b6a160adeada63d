"""What measures say, in the order of their days."""

from datetime import date

from hypothesis import given, strategies as st

from rempart.web.apps.remediation.rules import (
    Evidence,
    Look,
    Looked,
    is_moot,
    is_seen_again,
    is_verified,
    standing,
)

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))


def looks(*said: tuple[date, Look]) -> list[Looked]:
    return [Looked(day, order, look) for order, (day, look) in enumerate(said)]


def test_what_no_measure_saw_is_no_finding() -> None:
    assert standing(looks((MARCH, Look.ABSENT), (APRIL, Look.NOT_MEASURED))) is None


def test_a_finding_is_mended_by_the_first_later_measure_that_does_not_see_it() -> None:
    now = standing(looks((MARCH, Look.SEEN), (APRIL, Look.ABSENT), (MAY, Look.ABSENT)))
    assert now is not None
    assert (now.last_seen_on, now.mended_on, now.absent_on) == (MARCH, APRIL, MAY)


def test_what_is_not_measured_again_stays_open_and_says_so() -> None:
    now = standing(looks((MARCH, Look.SEEN), (APRIL, Look.NOT_MEASURED), (MAY, Look.NOT_MEASURED)))
    assert now is not None
    assert (now.mended_on, now.not_remeasured_on) == (None, APRIL)


def test_a_mended_finding_that_is_not_measured_again_stays_mended() -> None:
    now = standing(looks((MARCH, Look.SEEN), (APRIL, Look.ABSENT), (MAY, Look.NOT_MEASURED)))
    assert now is not None
    assert now.mended_on == APRIL


def test_a_finding_seen_again_is_open_again() -> None:
    now = standing(looks((MARCH, Look.SEEN), (APRIL, Look.ABSENT), (MAY, Look.SEEN)))
    assert now is not None
    assert (now.first_seen_on, now.last_seen_on, now.mended_on) == (MARCH, MAY, None)


@given(
    st.permutations(
        [(MARCH, Look.SEEN), (APRIL, Look.ABSENT), (MAY, Look.SEEN), (JUNE, Look.ABSENT)]
    )
)
def test_the_order_of_the_deposits_does_not_matter(said: list[tuple[date, Look]]) -> None:
    now = standing(looks(*said))
    assert now is not None
    assert (now.first_seen_on, now.last_seen_on, now.mended_on) == (MARCH, MAY, JUNE)


def test_an_action_is_verified_when_each_finding_was_looked_for_since() -> None:
    gone = Evidence(MARCH, MAY)
    assert is_verified(MAY, [gone])
    assert not is_verified(JUNE, [gone])
    assert not is_verified(MARCH, [gone, Evidence(MARCH, None)])


def test_an_action_without_a_finding_is_never_verified_nor_moot() -> None:
    assert not is_verified(MARCH, [])
    assert not is_moot([])


def test_a_collection_of_the_day_of_the_gesture_does_not_reopen_it() -> None:
    assert not is_seen_again(APRIL, [Evidence(APRIL, None)])
    assert is_seen_again(APRIL, [Evidence(MAY, None)])
    assert not is_seen_again(APRIL, [Evidence(MAY, JUNE)])
