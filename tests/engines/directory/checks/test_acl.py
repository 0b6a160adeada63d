"""Who may do what, outside the trusted."""

import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.checks.acl import (
    RIGHT_LABELS,
    Offence,
    describe,
    graded,
    offenders,
    orphan_mask,
)
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Fact, Kind
from rempart.engines.directory.registry import Context, Hit, NotMeasured, Unmeasured
from rempart.engines.directory.rights import Right

DOMAIN = "S-1-5-21-1-2-3"
LEVELS = {1: {"rights": ["GenericAll", "GetChangesAll"]}, 2: {"rights": ["GenericAll", "WriteSPN"]}}


class Small:
    """A domain with an administrators' group, a nurse, a help desk, and one server to judge."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.domain = self.add(DOMAIN, Kind.DOMAIN, "CHU.TEST")
        self.admins = self.add(f"{DOMAIN}-512", Kind.GROUP, "DOMAIN ADMINS@CHU.TEST")
        self.nurse = self.add(f"{DOMAIN}-1101", Kind.USER, "NURSE@CHU.TEST")
        self.desk = self.add(f"{DOMAIN}-1102", Kind.GROUP, "DESK@CHU.TEST")
        self.server = self.add(f"{DOMAIN}-1103", Kind.COMPUTER, "SRV.CHU.TEST")
        self.builder.facts = {Fact.ACCOUNTS, Fact.ACL}

    def add(self, identifier: str, kind: Kind, name: str) -> int:
        row = self.builder.row(identifier)
        self.builder.describe(row, kind, name=name)
        return row

    def give(self, *entries: tuple[int, Right, bool]) -> None:
        self.builder.set("acl", self.server, self.builder.acl(entries, entries))

    def context(self) -> Context:
        directory = self.builder.build()
        return Context(directory, Groups(directory), 0, LEVELS)


def test_a_trusted_principal_is_no_offender() -> None:
    small = Small()
    small.give((small.admins, Right.GenericAll, False), (small.nurse, Right.WriteSPN, True))
    found = offenders(small.context(), [small.server], {Right.GenericAll, Right.WriteSPN})
    assert found == [Offence(small.server, small.nurse, Right.WriteSPN, True)]


def test_only_the_rights_asked_for_are_returned() -> None:
    small = Small()
    small.give((small.nurse, Right.WriteSPN, False), (small.desk, Right.GenericAll, False))
    found = offenders(small.context(), [small.server], {Right.GenericAll})
    assert [o.principal for o in found] == [small.desk]


def test_only_the_rows_asked_for_are_looked_at() -> None:
    small = Small()
    small.give((small.nurse, Right.GenericAll, False))
    assert offenders(small.context(), [small.desk], {Right.GenericAll}) == []


def test_no_row_gives_no_offender() -> None:
    assert offenders(Small().context(), [], {Right.GenericAll}) == []


def test_an_expected_principal_is_no_offender() -> None:
    small = Small()
    small.give((small.desk, Right.GenericAll, False))
    found = offenders(
        small.context(), [small.server], {Right.GenericAll}, extra_trusted=[small.desk]
    )
    assert found == []


def test_an_owner_stated_apart_counts_as_owns() -> None:
    small = Small()
    small.builder.set("owner", small.server, small.nurse)
    found = offenders(small.context(), [small.server], {Right.Owns})
    assert found == [Offence(small.server, small.nurse, Right.Owns, False)]


def test_an_owner_stated_twice_counts_once() -> None:
    small = Small()
    small.give((small.nurse, Right.Owns, False))
    small.builder.set("owner", small.server, small.nurse)
    assert len(offenders(small.context(), [small.server], {Right.Owns})) == 1


def test_an_owner_is_left_out_when_ownership_is_not_asked() -> None:
    small = Small()
    small.builder.set("owner", small.server, small.nurse)
    assert offenders(small.context(), [small.server], {Right.GenericAll}) == []


def test_a_sid_without_object_is_an_orphan_once_accounts_were_read() -> None:
    small = Small()
    ghost = small.builder.row(f"{DOMAIN}-9999")
    foreign = small.builder.row("S-1-5-21-7-7-7-9999")
    small.give((ghost, Right.GenericAll, False), (foreign, Right.GenericAll, False))
    context = small.context()
    assert orphan_mask(context.directory).nonzero()[0].tolist() == [ghost]
    found = offenders(context, [small.server], {Right.GenericAll}, orphans=False)
    assert [o.principal for o in found] == [foreign]


def test_nobody_is_an_orphan_when_accounts_were_not_read() -> None:
    small = Small()
    small.builder.row(f"{DOMAIN}-9999")
    small.builder.facts = {Fact.ACL}
    assert not orphan_mask(small.context().directory).any()


def test_a_right_of_every_point_fails_them_all() -> None:
    small = Small()
    small.give((small.nurse, Right.GenericAll, False))
    text = "NURSE@CHU.TEST en a le contrôle total"
    assert list(graded(small.context(), [small.server])) == [Hit(small.server, text)]


def test_a_right_of_the_second_point_fails_it_alone() -> None:
    small = Small()
    small.give((small.nurse, Right.WriteSPN, False))
    assert [f.level for f in graded(small.context(), [small.server])] == [2]


def test_secrets_are_not_replicated_without_the_plain_right() -> None:
    small = Small()
    small.give((small.nurse, Right.GetChangesAll, False))
    assert list(graded(small.context(), [small.server])) == []


def test_the_right_to_replicate_secrets_counts_with_the_plain_one() -> None:
    small = Small()
    small.give((small.nurse, Right.GetChangesAll, False), (small.nurse, Right.GetChanges, False))
    small.builder.facts.add(Fact.DESCRIPTORS)
    context = small.context()
    levels = {1: {"rights": ["GetChangesAll"]}, 2: {"rights": ["GetChangesAll", "GetChanges"]}}
    context = Context(context.directory, context.groups, 0, levels)
    assert [f.level for f in graded(context, [small.server])] == [None]


def test_a_list_that_was_not_read_is_said() -> None:
    small = Small()
    small.give((small.admins, Right.GenericAll, False))
    found = list(graded(small.context(), [small.server, small.desk]))
    assert found == [Unmeasured("La liste d’accès de 1 objet sur 2 n’a pas été lue.")]


def test_a_source_that_gives_part_of_the_rights_proves_nothing() -> None:
    small = Small()
    small.give((small.admins, Right.GenericAll, False))
    found = list(graded(small.context(), [small.server], certain=False))
    assert [type(f) for f in found] == [Unmeasured]


def test_nothing_to_look_at_is_not_measured() -> None:
    with pytest.raises(NotMeasured, match="aucun des objets"):
        list(graded(Small().context(), []))


def test_an_inherited_right_is_said_so_unless_it_is_also_explicit() -> None:
    small = Small()
    context = small.context()
    inherited = Offence(small.server, small.nurse, Right.WriteDacl, True)
    explicit = inherited._replace(inherited=False)
    text = "NURSE@CHU.TEST peut en changer les permissions"
    assert describe(context, small.nurse, [inherited]) == f"{text} (droit hérité)"
    assert describe(context, small.nurse, [inherited, explicit]) == text


def test_every_right_has_words() -> None:
    assert set(RIGHT_LABELS) == set(Right)


def test_a_principal_protected_like_adminsdholder_is_tolerated_and_shown() -> None:
    small = Small()
    holder = small.add("HOLDER", Kind.CONTAINER, "ADMINSDHOLDER@CHU.TEST")
    small.builder.describe(holder, Kind.CONTAINER, domain=small.domain)
    bare = small.builder.acl("bare", [(small.admins, Right.GenericAll, False)])
    small.builder.set_many("acl", [holder, small.nurse], [bare, bare])
    small.builder.set("protected", small.nurse, 1)
    small.give((small.nurse, Right.GenericAll, True))
    context = small.context()
    assert offenders(context, [small.server], {Right.GenericAll}) == []
    text = "NURSE@CHU.TEST en a le contrôle total (droit hérité)"
    assert context.tolerated == [Hit(small.server, text)]
