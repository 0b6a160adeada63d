"""Who is compared with whom."""

import pytest
from hypothesis import given, strategies as st

from rempart.engines.peers.groups import LEAST, Member, partition


def homes(count: int, *, size: str = "moyenne", region: str = "53", start: int = 0) -> list[Member]:
    return [
        Member(f"{start + n:09d}", "500", size, region, {"overall": n / 10}) for n in range(count)
    ]


def test_the_finest_group_that_is_large_enough_is_taken() -> None:
    (group,) = partition(homes(5))
    assert group.key == "category=500/size=moyenne/region=53"
    assert not group.is_rest


def test_what_a_finer_group_leaves_joins_the_rest_of_its_region() -> None:
    members = homes(5) + homes(3, size="petite", start=10) + homes(2, size="grande", start=20)
    fine, rest = sorted(partition(members), key=lambda g: g.is_rest)
    assert len(fine.members) == 5
    assert rest.key == "category=500/region=53"
    assert rest.is_rest
    assert len(rest.members) == 5


def test_too_few_have_no_group() -> None:
    assert partition(homes(4)) == []


def test_a_size_that_nobody_stated_makes_no_group_of_its_own() -> None:
    (group,) = partition(homes(6, size=""))
    assert group.key == "category=500/region=53"


def test_an_establishment_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        partition(homes(5) + homes(1))


anyone = st.builds(
    Member,
    id=st.integers(0, 10**6).map(str),
    category=st.sampled_from(["500", "355"]),
    size=st.sampled_from(["petite", "moyenne", ""]),
    region=st.sampled_from(["53", "84"]),
    values=st.just({"overall": 0.5}),
)


@given(st.lists(anyone, unique_by=lambda m: m.id, max_size=80))
def test_groups_never_overlap_and_none_is_small(members: list[Member]) -> None:
    groups = partition(members)
    ids = [m.id for group in groups for m in group.members]
    assert len(ids) == len(set(ids))
    assert all(len(group.members) >= LEAST for group in groups)
