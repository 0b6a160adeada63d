"""Checks on the settings of domains and forest, where one example directory cannot show the case."""

import pytest

from rempart.engines.directory.model import Kind, Relation
from support.directories import OTHER_SID, SID, Small, said

LEVELS = {4: {"minimum": 10}}
HEURISTICS = {1: {"settings": [{"name": "x", "position": 3, "good": "0"}]}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "Windows 2000"),
        (1, "Windows Server 2003 mixte"),
        (2, "Windows Server 2003"),
        (3, "Windows Server 2008"),
        (4, "Windows Server 2008 R2"),
        (5, "Windows Server 2012"),
        (6, "Windows Server 2012 R2"),
        (7, "Windows Server 2016"),
        (8, "inconnu"),
    ],
)
def test_a_level_is_given_with_its_name(value: int, text: str) -> None:
    small = Small()
    small.builder.attribute(small.builder.row(SID), "msds-behavior-version", [str(value)])
    hits, _ = said("vuln_functional_level", small.build(), LEVELS)
    assert hits[0].detail == f"niveau du domaine : {value} ({text})"


def test_the_level_of_the_forest_is_told_from_that_of_a_domain() -> None:
    small = Small()
    row = small.builder.row("PARTITIONS")
    small.builder.describe(row, Kind.OTHER, name="PARTITIONS")
    small.builder.attribute(row, "objectclass", ["crossRefContainer"])
    for one, value in ((row, "4"), (small.builder.row(SID), "10")):
        small.builder.attribute(one, "msds-behavior-version", [value])
    hits, _ = said("vuln_functional_level", small.build(), LEVELS)
    assert [hit.detail for hit in hits] == ["niveau de la forêt : 4 (Windows Server 2008 R2)"]


def test_one_domain_whose_setting_was_not_read_leaves_the_point_open() -> None:
    small = Small()
    small.domain(OTHER_SID, "AUTRE.TEST")
    small.builder.attribute(small.builder.row(SID), "ms-ds-machineaccountquota", ["0"])
    hits, gaps = said("vuln_user_accounts_machineaccountquota", small.build(), {4: {"maximum": 0}})
    assert (hits, len(gaps)) == ([], 1)


def test_without_ldap_an_absent_setting_is_unknown_rather_than_off() -> None:
    hits, gaps = said("vuln_smartcard_expire_passwords", Small().build(), {4: {}})
    assert (hits, len(gaps)) == ([], 1)


def test_heuristics_that_sharphound_puts_on_the_domain_are_read_there() -> None:
    small = Small()
    small.builder.attribute(small.builder.row(SID), "dsheuristics", ["001"])
    hits, _ = said("vuln_dsheuristics_bad", small.build(), HEURISTICS)
    assert [(hit.row, hit.detail) for hit in hits] == [
        (small.builder.index[SID], "x vaut 1 (position 3)")
    ]


def test_a_value_that_is_too_short_ends_with_zeroes() -> None:
    assert said("vuln_dsheuristics_bad", Small().build(), HEURISTICS) == ([], [])


def loop(length: int) -> Small:
    small = Small()
    groups = [small.group(1200 + i) for i in range(length)]
    for one, other in zip(groups, [*groups[1:], groups[0]], strict=True):
        small.builder.relate(Relation.MEMBER, one, other)
    return small


@pytest.mark.parametrize(("length", "cut"), [(6, False), (7, True)])
def test_a_long_loop_is_shortened_in_the_text_and_whole_in_the_objects(
    length: int, cut: bool
) -> None:
    hits, _ = said("vuln_group_loop", loop(length).build(), {4: {}})
    assert len(hits) == length
    assert hits[0].detail.startswith(f"boucle de {length} groupes : G1200@CHU.TEST → ")
    assert hits[0].detail.endswith(" → …") is cut
    assert hits[0].detail.count("G12") == 6


def test_a_user_listed_in_a_loop_of_relations_is_not_a_group() -> None:
    small = Small()
    user, group = small.account(1001), small.group(1200)
    small.builder.relate(Relation.MEMBER, user, group)
    small.builder.relate(Relation.MEMBER, group, user)
    assert said("vuln_group_loop", small.build(), {4: {}}) == ([], [])
