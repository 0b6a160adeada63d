"""Principals that are protected like AdminSDHolder, in sources that say more or less of it."""

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.checks.adminsdholder import accepted, holders
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Kind, Relation
from rempart.engines.directory.registry import Context
from rempart.engines.directory.rights import Right

DOMAIN = "S-1-5-21-1-2-3"


class Protected:
    """A domain whose AdminSDHolder gives rights to the administrators, and to a service of identities."""

    def __init__(
        self, holder_dn: str = "CN=AdminSDHolder,CN=System,DC=chu,DC=test", *, read: bool = True
    ) -> None:
        self.builder = Builder()
        self.domain = self.builder.row(DOMAIN)
        self.builder.describe(self.domain, Kind.DOMAIN, name="CHU.TEST")
        self.admins = self.account("512", Kind.GROUP)
        self.vendor = self.account("1200")
        self.service = self.account("1201")
        self.holder = self.builder.row("A0A0A0A0-0000-0000-0000-000000000000")
        self.builder.describe(
            self.holder,
            Kind.CONTAINER,
            name="ADMINSDHOLDER@CHU.TEST",
            dn=holder_dn,
            domain=self.domain,
        )
        if read:
            self.give(self.holder, (self.admins, Right.GenericAll), (self.vendor, Right.WriteDacl))
        self.protect(self.service)

    def account(self, rid: str, kind: Kind = Kind.USER) -> int:
        row = self.builder.row(f"{DOMAIN}-{rid}")
        self.builder.describe(row, kind, name=f"R{rid}@CHU.TEST")
        return row

    def give(self, row: int, *given: tuple[int, Right]) -> None:
        entries = [(who, right, False) for who, right in given]
        self.builder.set("acl", row, self.builder.acl((row, tuple(entries)), entries))

    def protect(self, row: int) -> None:
        self.give(row, (self.admins, Right.GenericAll), (self.vendor, Right.WriteDacl))
        self.builder.set("protected", row, 1)

    def accepts(self, row: int) -> bool:
        directory = self.builder.build()
        return row in accepted(Context(directory, Groups(directory), 0, {}), [row])


def test_an_account_that_gives_no_more_than_adminsdholder_is_accepted() -> None:
    case = Protected()
    assert case.accepts(case.service)


def test_an_account_whose_protection_is_not_known_is_not() -> None:
    case = Protected()
    other = case.account("1300")
    case.give(other, (case.admins, Right.GenericAll))
    assert not case.accepts(other)


def test_an_account_whose_access_list_was_not_read_is_not() -> None:
    case = Protected()
    other = case.account("1300")
    case.builder.set("protected", other, 1)
    assert not case.accepts(other)


def test_nothing_is_accepted_without_adminsdholder() -> None:
    case = Protected(holder_dn="CN=Autre,CN=System,DC=chu,DC=test")
    assert not case.accepts(case.service)


def test_nothing_is_accepted_when_the_list_of_adminsdholder_was_not_read() -> None:
    case = Protected(read=False)
    assert not case.accepts(case.service)


def test_an_owner_outside_the_trusted_is_not_accepted() -> None:
    case = Protected()
    case.builder.set("owner", case.service, case.account("1300"))
    assert not case.accepts(case.service)


def test_an_owner_among_the_trusted_is_accepted() -> None:
    case = Protected()
    case.builder.set("owner", case.service, case.admins)
    assert case.accepts(case.service)


def test_adminsdholder_is_found_by_its_name_when_the_source_gives_no_dn() -> None:
    case = Protected(holder_dn="")
    assert holders(case.builder.build()) == {case.domain: case.holder}


def test_a_group_is_judged_by_its_members() -> None:
    case = Protected()
    group, clerk = case.account("1301", Kind.GROUP), case.account("1302")
    case.protect(group)
    case.builder.relate(Relation.MEMBER, case.service, group)
    case.builder.relate(Relation.MEMBER, clerk, case.account("1303", Kind.GROUP))
    assert case.accepts(group)


def test_a_group_with_an_ordinary_member_is_not_accepted() -> None:
    case = Protected()
    group, clerk = case.account("1301", Kind.GROUP), case.account("1302")
    case.protect(group)
    case.builder.relate(Relation.MEMBER, clerk, group)
    assert not case.accepts(group)


def test_a_default_group_of_the_domain_is_never_accepted() -> None:
    case = Protected()
    everyone = case.account("513", Kind.GROUP)
    case.protect(everyone)
    assert not case.accepts(everyone)


def test_a_well_known_identity_is_never_accepted() -> None:
    case = Protected()
    row = case.builder.row("CHU.TEST-S-1-5-11")
    case.builder.describe(row, Kind.GROUP, name="AUTHENTICATED USERS@CHU.TEST", domain=case.domain)
    case.protect(row)
    assert not case.accepts(row)
