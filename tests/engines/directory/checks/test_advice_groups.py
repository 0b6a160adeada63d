"""Unscored items on groups, where one example directory cannot show the case."""

import pytest

from rempart.engines.directory.checks.advice_groups import expires_at
from rempart.engines.directory.model import Relation, Trust
from support.directories import OTHER_SID, SID, Small, said

FOREIGN = "warning_privileged_members_foreign"


def shared(trust: int | None) -> Small:
    """An administrator of this domain who lives in another, with a trust of these attributes between the two."""
    small = Small()
    other = small.domain(OTHER_SID, "AUTRE.TEST")
    stranger = small.account(1001, sid=OTHER_SID)
    small.group(512, stranger, small.account(1002))
    if trust is not None:
        small.builder.trust(
            Trust(other, "chu.test", SID, True, True, 2, trust),
        )
    return small


@pytest.mark.parametrize(
    ("trust", "hits"), [(Trust.WITHIN_FOREST, 0), (Trust.FOREST_TRANSITIVE, 1), (None, 1)]
)
def test_an_administrator_of_another_forest_is_foreign(trust: int | None, hits: int) -> None:
    found, _ = said(FOREIGN, shared(trust).build(), {})
    assert len(found) == hits


def test_a_child_domain_is_of_the_forest_by_its_name() -> None:
    small = Small()
    small.domain(OTHER_SID, "ANNEXE.CHU.TEST")
    small.group(512, small.account(1001, sid=OTHER_SID), small.account(1002))
    assert said(FOREIGN, small.build(), {}) == ([], [])


def test_a_foreign_member_of_a_nested_group_is_found() -> None:
    small = Small()
    small.domain(OTHER_SID, "AUTRE.TEST")
    inner = small.group(1200, small.account(1001, sid=OTHER_SID))
    outer = small.group(512, small.account(1002))
    small.builder.relate(Relation.MEMBER, inner, outer)
    hits, _ = said(FOREIGN, small.build(), {})
    assert len(hits) == 1


@pytest.mark.parametrize("ticks", [None, 0, 0x7FFFFFFFFFFFFFFF])
def test_an_account_may_never_expire(ticks: int | None) -> None:
    assert expires_at(ticks) is None


def test_the_end_of_an_account_is_a_filetime() -> None:
    assert expires_at(133_000_000_000_000_000) == 1_655_526_400


def test_a_well_known_principal_is_of_no_forest() -> None:
    small = Small()
    system = small.builder.row("CHU.TEST-S-1-5-18")
    small.group(512, system, small.account(1002))
    assert said(FOREIGN, small.build(), {}) == ([], [])
