"""Who may really obtain a certificate, and who changes whom."""

import pytest

from rempart.engines.directory.adcs.escalations import Analysis
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Kind, Relation
from rempart.engines.directory.rights import Right
from support.pki import DNS, SUPPLIED, UPN, Forest

ALICE = ("alice", Right.Enroll)
UNBOUND = 0x80000


def nested() -> Forest:
    """nurses is inside staff."""
    forest = Forest()
    forest.named("nurses", Kind.GROUP)
    forest.relate(Relation.MEMBER, "nurses", "staff")
    return forest


@pytest.mark.parametrize(
    ("template", "authority", "found"),
    [("staff", "nurses", "nurses"), ("nurses", "staff", "nurses"), ("everyone", "staff", "staff")],
)
def test_the_smaller_of_two_principals_is_kept(template: str, authority: str, found: str) -> None:
    forest = nested()
    forest.grant("ca", (authority, Right.Enroll))
    forest.template("web", (template, Right.Enroll), names=SUPPLIED)
    assert forest.found() == {("ADCSESC1", found)}


def test_groups_in_common_are_not_accounts() -> None:
    forest = nested()
    forest.named("agents", Kind.GROUP)
    forest.relate(Relation.MEMBER, "nurses", "agents")
    forest.grant("ca", ("agents", Right.Enroll))
    forest.template("web", ("staff", Right.Enroll), names=SUPPLIED)
    assert forest.found() == set()


@pytest.mark.parametrize(
    "registry",
    [
        {"certificatemappingmethods": -1, "strongcertificatebindingenforcement": -1},
        {"certificatemappingmethods": 0x18},
        {"certificatemappingmethods": 0},
    ],
)
def test_default_settings_of_controllers_are_not_weak(registry: dict[str, int]) -> None:
    forest = Forest()
    forest.template("user", ALICE, enrollment=UNBOUND, names=UPN)
    forest.grant("alice", ("bob", Right.GenericAll))
    forest.say("dc1", **registry)
    assert forest.found() == set()


def test_only_rights_that_rename_make_a_master() -> None:
    forest = Forest()
    forest.template("user", ALICE, enrollment=UNBOUND)
    forest.grant("alice", ("bob", Right.ReadLAPSPassword))
    forest.say("dc1", strongcertificatebindingenforcement=0)
    assert forest.found() == set()


def test_an_account_that_may_not_enrol_is_no_victim() -> None:
    forest = Forest()
    forest.template("user", ALICE, enrollment=UNBOUND)
    forest.grant("pki", ("bob", Right.GenericAll))
    forest.grant("srv", ("bob", Right.GenericAll))
    forest.say("dc1", strongcertificatebindingenforcement=0)
    assert forest.found() == set()


def test_domain_users_stand_for_anyone_where_nobody_names_everyone() -> None:
    forest = Forest()
    users = forest.named("users", Kind.GROUP, "S-1-5-21-1-2-3-513")
    directory = forest.builder.build()
    everyone, domain = forest.rows["everyone"], forest.rows["domain"]
    assert Analysis(directory, Groups(directory)).anyone(domain) == everyone
    directory.ids[everyone] = "SAIN.TEST-S-1-5-4"
    assert Analysis(directory, Groups(directory)).anyone(domain) == users


def test_a_computer_is_renamed_by_its_dns_name_only() -> None:
    forest = Forest()
    forest.template("machine", ("everyone", Right.Enroll), enrollment=UNBOUND, names=DNS)
    forest.grant("alice", ("bob", Right.GenericAll))
    forest.say("dc1", strongcertificatebindingenforcement=1)
    assert forest.found() == set()
