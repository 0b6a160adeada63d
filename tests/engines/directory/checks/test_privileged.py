"""Checks on privileged accounts, where one example directory cannot show the case."""

import pytest

from rempart.engines.directory.model import Fact, Kind, Trust
from rempart.engines.directory.registry import NotMeasured
from support.directories import OTHER_SID, SID, Small, said

POINTS = {
    1: {"accounts": 2, "accounts_per_domain": 1, "by_name": True},
    2: {"accounts": 2, "accounts_per_domain": 1, "by_name": False},
}


def two_domains(names: list[str]) -> Small:
    """Administrators of two domains, called by these names in turn."""
    small = Small()
    small.domain(OTHER_SID, "AUTRE.TEST")
    for sid in (SID, OTHER_SID):
        rows = [small.account(1001 + i, sid=sid, name=f"{name}@X") for i, name in enumerate(names)]
        small.group(512, *rows, sid=sid)
    return small


def test_a_name_used_in_two_domains_counts_once_at_level_1() -> None:
    hits, _ = said("vuln_privileged_members", two_domains(["ANNE", "BRUNO"]).build(), POINTS)
    assert {hit.level for hit in hits} == {2}
    assert len(hits) == 4


def test_both_levels_say_their_own_count() -> None:
    small = two_domains(["ANNE", "BRUNO", "CLAIRE"])
    hits, _ = said("vuln_privileged_members", small.build(), POINTS)
    assert {(hit.level, hit.detail.partition(" comptes")[0]) for hit in hits} == {
        (1, "l’un des 3"),
        (2, "l’un des 6"),
    }


def test_many_domains_raise_the_limit() -> None:
    points = {1: {"accounts": 2, "accounts_per_domain": 3, "by_name": False}}
    small = two_domains(["ANNE", "BRUNO", "CLAIRE"])
    assert said("vuln_privileged_members", small.build(), points) == ([], [])


def lone_domain(*, within: bool, groups: bool, trusts_read: bool = True) -> Small:
    """A domain read by SharpHound: no configuration partition tells whether it is the root of its forest."""
    small = Small()
    for rid in (500, 502):
        small.account(rid)
    small.group(512)
    for rid in (518, 519) if groups else ():
        small.group(rid)
    holder = small.builder.row("GUID-1")
    dn = "CN=AdminSDHolder,CN=System,DC=chu,DC=test"
    domain = small.builder.row(SID)
    small.builder.describe(holder, Kind.CONTAINER, name="X", dn=dn, domain=domain)
    if within:
        small.builder.trust(Trust(domain, "racine.test", "", True, True, 2, Trust.WITHIN_FOREST))
    if not trusts_read:
        small.builder.facts.discard(Fact.TRUSTS)
    return small


def test_a_child_domain_does_not_hold_the_groups_of_the_root() -> None:
    hits, gaps = said("vuln_critical_objects", lone_domain(within=True, groups=False).build(), {})
    assert hits == []
    assert [gap.reason for gap in gaps] == ["La collecte ne contient pas la racine de la forêt."]


def test_a_lone_domain_is_the_root_and_holds_them() -> None:
    hits, _ = said("vuln_critical_objects", lone_domain(within=False, groups=False).build(), {})
    assert len(hits) == 2


def test_without_the_trusts_the_root_is_not_guessed() -> None:
    small = lone_domain(within=False, groups=False, trusts_read=False)
    hits, gaps = said("vuln_critical_objects", small.build(), {})
    assert (hits, len(gaps)) == ([], 1)


def test_a_child_domain_collected_with_its_root_is_whole() -> None:
    small = lone_domain(within=True, groups=True)
    assert said("vuln_critical_objects", small.build(), {}) == ([], [])


def test_a_trust_of_another_domain_does_not_make_a_child() -> None:
    small = lone_domain(within=False, groups=False)
    other = small.domain(OTHER_SID, "AUTRE.TEST")
    small.builder.trust(Trust(other, "x.test", "", True, True, 2, Trust.WITHIN_FOREST))
    hits, _ = said("vuln_critical_objects", small.build(), {})
    assert len([hit for hit in hits if hit.row == small.builder.index[SID]]) == 2


def test_a_collection_without_containers_cannot_miss_adminsdholder() -> None:
    small = Small()
    for rid in (500, 502):
        small.account(rid)
    for rid in (512, 518, 519):
        small.group(rid)
    hits, gaps = said("vuln_critical_objects", small.build(), {})
    assert (hits, len(gaps)) == ([], 1)


def test_a_privileged_account_that_was_not_read_leaves_its_mark_unmeasured() -> None:
    small = Small()
    small.account(1002)
    hidden = small.builder.row(f"{SID}-1001")
    small.builder.describe(hidden, Kind.USER, name="CACHÉ@CHU.TEST")
    small.group(512, hidden)
    hits, gaps = said("vuln_privileged_members_no_admincount", small.build(), {2: {}})
    assert (hits, len(gaps)) == ([], 1)


def test_an_account_read_without_its_mark_has_lost_it() -> None:
    small = Small()
    small.group(512, small.account(1001))
    hits, _ = said("vuln_privileged_members_no_admincount", small.build(), {2: {}})
    assert len(hits) == 1


@pytest.mark.parametrize(("count", "failing"), [(0, 1), (1, 0)])
def test_the_mark_is_enough_to_judge_an_account(count: int, failing: int) -> None:
    small = Small()
    row = small.account(500, uac=None, admin_count=count, created=5)
    small.group(512, row)
    hits, gaps = said("vuln_privileged_members_no_admincount", small.build(), {2: {}})
    assert (len(hits), gaps) == (failing, [])


def test_a_managed_account_may_keep_an_option_that_has_no_effect_on_it() -> None:
    small = Small()
    managed = small.account(1001, uac=512 | 0x10000)
    small.builder.set("managed", managed, 2)
    small.group(512, managed)
    assert said("vuln_dont_expire_priv", small.build(), {1: {}}) == ([], [])


def test_a_policy_is_named_with_its_kind() -> None:
    small = Small()
    small.builder.attribute(small.builder.row(SID), "minpwdlength", ["6"])
    small.builder.attribute(small.builder.row(SID), "maxpwdage", ["0"])
    small.group(512, small.account(1001))
    points = {2: {"min_length": 8, "max_age_days": 1096}}
    hits, _ = said("vuln_privileged_members_password", small.build(), points)
    assert hits[0].detail == (
        "politique du domaine CHU.TEST : longueur minimale de 6 caractères, expiration jamais exigée"
    )


def test_an_empty_collection_judges_no_privileged_account() -> None:
    with pytest.raises(NotMeasured):
        said("vuln_protected_users", Small(domain=False).build(), {3: {}})
