"""Users, computers and groups of SharpHound, into the builder: the many objects, hence the tight loops."""

from collections.abc import Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

import msgspec

from rempart.engines.directory.builder import Builder, rid_of
from rempart.engines.directory.model import (
    UAC_ALL,
    UNKNOWN,
    Fact,
    Kind,
    Managed,
    Relation,
    Uac,
)
from rempart.engines.directory.read.sharphound_acl import AceTable
from rempart.engines.directory.read.sharphound_hosts import read_host
from rempart.engines.directory.read.sharphound_structs import (
    REF,
    AccountProperties,
    Computer,
    Group,
    User,
)
from rempart.engines.directory.read.sharphound_values import (
    encryption_types,
    identifier,
    records,
    truth,
    when,
)

_UAC_OF: Final = (
    ("dontreqpreauth", Uac.DONT_REQUIRE_PREAUTH),
    ("passwordnotreqd", Uac.PASSWORD_NOT_REQUIRED),
    ("unconstraineddelegation", Uac.TRUSTED_FOR_DELEGATION),
    ("pwdneverexpires", Uac.DONT_EXPIRE_PASSWORD),
    ("trustedtoauth", Uac.TRUSTED_TO_AUTH_FOR_DELEGATION),
    ("sensitive", Uac.NOT_DELEGATED),
    ("usedeskeyonly", Uac.USE_DES_KEY_ONLY),
    ("encryptedtextpwdallowed", Uac.REVERSIBLE_PASSWORD),
    ("smartcardrequired", Uac.SMARTCARD_REQUIRED),
)
_FLAGS: Final = attrgetter("useraccountcontrol", "enabled", *(name for name, _ in _UAC_OF))
_ADMIN_COUNT: Final = {True: 1, False: 0, "true": 1, "false": 0, "True": 1, "False": 0}
UNREADABLE: Final = -1
NAMED: Final = -2
NO_PROPERTIES: Final = AccountProperties()
# Nothing tells, object by object, that these were not read: those of computers prove nothing of users.
_OF_USERS: Final = frozenset({Fact.SPN, Fact.SID_HISTORY})
_KEPT: Final = (("samaccountname",) * 2, ("description",) * 2, ("email", "mail"))
# Facts proven by a property seen on at least one account.
_FACT_OF_PROPERTY: Final = (
    ("pwdlastset", Fact.PASSWORD_DATES),
    ("lastlogontimestamp", Fact.LOGON_DATES),
    ("whencreated", Fact.CREATION_DATES),
    ("admincount", Fact.ADMIN_COUNT),
    ("dontreqpreauth", Fact.UAC_COMMON),
    ("serviceprincipalnames", Fact.SPN),
    ("sidhistory", Fact.SID_HISTORY),
    ("supportedencryptiontypes", Fact.ENCRYPTION_TYPES),
    ("description", Fact.DESCRIPTION),
)


class Accounts:
    """Fills a builder with accounts and groups."""

    def __init__(self, builder: Builder, aces: AceTable) -> None:
        self._builder = builder
        self._aces = aces
        self._delegations: list[tuple[int, str]] = []
        self._by_host: dict[str, int] = {}
        # Kind of account → whether one of them at least states its delegations, even empty.
        self._tells_delegation: dict[str, bool] = {}
        self._by_dn: list[tuple[str, int]] = []
        self._member_rows = _MemberTable(builder)
        self._with_uac = 0
        self._count = 0
        self._uac = _Uacs()
        self._rids = _Rids()

    def take(self, kind: str, objects: Sequence[Any]) -> None:
        """Take the decoded objects of one piece: columns at a time, then what only some objects have."""
        kept = [o for o in objects if o.ObjectIdentifier and not o.IsDeleted]
        rows = [self._builder.row(o.ObjectIdentifier.upper()) for o in kept]
        properties = [o.Properties or NO_PROPERTIES for o in kept]
        self._common(kind, kept, rows, properties)
        if kind == "groups":
            self._builder.set_many("kind", rows, [int(Kind.GROUP)] * len(rows))
            self._members(kept, rows)
            return
        self._accounts(kept, rows, properties)
        if kind == "users":
            told = any(item.AllowedToDelegate is not None for item in kept)
        else:
            told = any(None not in (item.AllowedToDelegate, item.AllowedToAct) for item in kept)
        if kept:
            self._tells_delegation[kind] = told or self._tells_delegation.get(kind, False)
        if kind == "users":
            self._builder.set_many("kind", rows, [int(Kind.USER)] * len(rows))
            self._managed(kept, rows, properties)
            return
        self._builder.set_many("kind", rows, [int(Kind.COMPUTER)] * len(rows))
        for item, row, p in zip(kept, rows, properties, strict=True):
            self._computer(item, row, p)

    def finish(self) -> None:
        """Resolve delegation targets and members, and state the facts seen."""
        b = self._builder
        self._named_members()
        for row, spn in self._delegations:
            host = spn.partition("/")[2].partition("/")[0].partition(":")[0].upper()
            places = (b.index.get(spn), self._by_host.get(spn), self._by_host.get(host))
            target = next((place for place in places if place is not None), None)
            if target is not None:
                b.relate(Relation.ALLOWED_TO_DELEGATE, row, target)
        if self._count:
            b.facts |= {Fact.ACCOUNTS, Fact.PRIMARY_GROUP}
            if all(self._tells_delegation.values()):
                b.facts.add(Fact.DELEGATION)
            if self._with_uac == self._count:
                b.facts.add(Fact.UAC)

    def _common(
        self,
        kind: str,
        items: Sequence[User | Group],
        rows: Sequence[int],
        properties: Sequence[AccountProperties],
    ) -> None:
        b = self._builder
        names = [p.name or p.samaccountname for p in properties]
        b.names.update(
            (r, str(name)) for r, name in zip(rows, names, strict=True) if name is not None
        )
        dns = map(attrgetter("distinguishedname"), properties)
        b.dns.update((r, str(dn)) for r, dn in zip(rows, dns, strict=True) if dn)
        for row, item in zip(rows, items, strict=True):
            if item.ContainedBy is not None and item.ContainedBy.ObjectIdentifier:
                b.set("parent", row, b.row(item.ContainedBy.ObjectIdentifier.upper()))
            if item.HasSIDHistory:
                self._history(item, row)
        for name, attribute in _KEPT:
            read = map(attrgetter(name), properties)
            cells = {
                row: [value if type(value) is str else str(value)]
                for row, value in zip(rows, read, strict=True)
                if value is not None and value != ""
            }
            if cells:
                b.attributes.setdefault(attribute, {}).update(cells)
        b.set_many("created", rows, [when(p.whencreated) for p in properties])
        counts = [_ADMIN_COUNT.get(p.admincount, UNKNOWN) for p in properties]
        b.set_many("admin_count", rows, counts)
        full = [(row, item) for row, item in zip(rows, items, strict=True) if item.Aces]
        places = [row for row, _ in full]
        b.set_many("acl", places, self._aces.acls([item.Aces or [] for _, item in full]))
        stated = [item.IsACLProtected for _, item in full]
        b.set_many("protected", places, [UNKNOWN if v is None else int(v) for v in stated])
        if len(full) < len(rows):
            for row, item in zip(rows, items, strict=True):
                if not item.Aces:
                    self._aces.bare.append((row, item.Aces is not None, item.IsACLProtected))
        for name, fact in _FACT_OF_PROPERTY:
            if fact in b.facts or (fact in _OF_USERS and kind != "users"):
                continue
            if any(getattr(p, name) is not None for p in properties):
                b.facts.add(fact)

    def _history(self, item: User | Group, row: int) -> None:
        for history in item.HasSIDHistory or ():
            if sid := identifier(history):
                self._builder.relate(Relation.SID_HISTORY, row, self._builder.row(sid))

    def _accounts(
        self,
        items: Sequence[User],
        rows: Sequence[int],
        properties: Sequence[AccountProperties],
    ) -> None:
        b = self._builder
        self._count += len(rows)
        self._with_uac += sum(p.useraccountcontrol is not None for p in properties)
        bits = [self._uac[_FLAGS(p)] for p in properties]
        b.set_uac(rows, [v for v, _ in bits], [k for _, k in bits])
        b.set_many("password_set", rows, [when(p.pwdlastset) for p in properties])
        b.set_many(
            "last_logon",
            rows,
            [
                when(p.lastlogon if p.lastlogontimestamp is None else p.lastlogontimestamp)
                for p in properties
            ],
        )
        groups = [self._rids[i.PrimaryGroupSID or i.PrimaryGroupSid or ""] for i in items]
        b.set_many("primary_group_rid", rows, groups)
        types = [encryption_types(p.supportedencryptiontypes) for p in properties]
        b.set_many("encryption_types", rows, types)
        for name, attribute in (
            ("serviceprincipalnames", "serviceprincipalname"),
            ("sidhistory", "sidhistory"),
            ("allowedtodelegate", "msds-allowedtodelegateto"),
        ):
            read = map(attrgetter(name), properties)
            for row, value in [pair for pair in zip(rows, read, strict=True) if pair[1]]:
                b.attribute(row, attribute, [value] if isinstance(value, str) else value)
        aimed = [
            (row, item)
            for row, item in zip(rows, items, strict=True)
            if item.AllowedToDelegate or item.SPNTargets
        ]
        for row, item in aimed:
            for target in item.AllowedToDelegate or ():
                if found := identifier(target):
                    self._delegations.append((row, found))
            for target in records(item.SPNTargets):
                host = str(target.get("ComputerSID") or target.get("ComputerSid") or "").upper()
                if host and str(target.get("Service")).lower() == "sqladmin":
                    b.stated_edges.append((row, "SQLAdmin", b.row(host)))

    def _managed(
        self, items: Sequence[User], rows: Sequence[int], properties: Sequence[AccountProperties]
    ) -> None:
        """Managed service accounts: said by recent collectors; else a user whose name and primary group are those
        of a computer."""
        b = self._builder
        for item, row, p in zip(items, rows, properties, strict=True):
            if p.gmsa is not None or p.msa is not None:
                if truth(p.gmsa) or truth(p.msa):
                    b.set("managed", row, Managed.GMSA if truth(p.gmsa) else Managed.SMSA)
            elif (
                str(p.samaccountname or p.name or "").partition("@")[0].endswith("$")
                and self._rids[item.PrimaryGroupSID or item.PrimaryGroupSid or ""] == 515
            ):
                b.set("managed", row, Managed.GMSA)

    def _members(self, items: Sequence[Group], rows: Sequence[int]) -> None:
        b, table = self._builder, self._member_rows
        for item, row in zip(items, rows, strict=True):
            if item.Members is None:
                continue
            b.facts.add(Fact.MEMBERS)
            known = list(map(table.__getitem__, map(bytes, item.Members)))
            if min(known, default=0) < 0:
                self._by_dn += [(table.names[NAMED - n], row) for n in known if n <= NAMED]
                known = [n for n in known if n >= 0]
            b.relate_all(Relation.MEMBER, known, repeat(row, len(known)))

    def _named_members(self) -> None:
        """Members that a collector wrote by distinguished name, once every object is read."""
        b = self._builder
        if self._by_dn:
            rows = {dn.upper(): row for row, dn in b.dns.items()}
            known = [(rows[dn], group) for dn, group in self._by_dn if dn in rows]
            b.relate_all(Relation.MEMBER, [m for m, _ in known], [g for _, g in known])

    def _computer(self, item: Computer, row: int, p: AccountProperties) -> None:
        b = self._builder
        if p.name:
            self._by_host[str(p.name).upper()] = row
            self._by_host.setdefault(str(p.name).upper().partition(".")[0], row)
        if p.operatingsystem is not None:
            b.facts.add(Fact.OPERATING_SYSTEM)
            b.attribute(row, "operatingsystem", [str(p.operatingsystem)])
        if p.haslaps is not None:
            b.facts.add(Fact.LAPS)
            b.attribute(row, "haslaps", [str(bool(truth(p.haslaps))).upper()])
        if item.IsDC is not None or p.isdc is not None:
            b.attribute(row, "isdc", [str(bool(item.IsDC or truth(p.isdc))).upper()])
        for principal in item.AllowedToAct or ():
            if found := identifier(principal):
                b.relate(Relation.ALLOWED_TO_ACT, b.row(found), row)
        for account in item.DumpSMSAPassword or ():
            if found := identifier(account):
                b.relate(Relation.DUMP_SMSA, row, b.row(found))
        read_host(b, item, row)


class _MemberTable(dict[bytes, int]):
    """Bytes of a member → its row; UNREADABLE, or NAMED - i for the i-th of `names`, which are distinguished names.

    An account is a member of many groups, always by the same bytes: each is decoded once.
    """

    def __init__(self, builder: Builder) -> None:
        super().__init__()
        self.names: list[str] = []
        self._builder = builder

    def __missing__(self, raw: bytes) -> int:
        found = self[raw] = self._row(raw)
        return found

    def _row(self, raw: bytes) -> int:
        try:
            ref = REF.decode(raw)
        except msgspec.ValidationError:
            return UNREADABLE
        name = (ref.ObjectIdentifier or ref.MemberId or "").upper()
        if "=" in name:
            self.names.append(name)
            return NAMED - (len(self.names) - 1)
        return self._builder.row(name) if name else UNREADABLE


class _Uacs(dict[tuple[Any, ...], tuple[int, int]]):
    """userAccountControl and the mask of its known bits, for each combination of flags that is met."""

    def __missing__(self, flags: tuple[Any, ...]) -> tuple[int, int]:
        found = self[flags] = _uac_of(flags)
        return found


class _Rids(dict[str, int]):
    """RID at the end of a SID, each computed once."""

    def __missing__(self, sid: str) -> int:
        found = self[sid] = rid_of(sid.upper())
        return found


def _uac_of(flags: tuple[Any, ...]) -> tuple[int, int]:
    stated, enabled, *others = flags
    if stated is not None:
        try:
            return int(stated) & UAC_ALL, UAC_ALL
        except (ValueError, OverflowError):
            pass
    value = known = 0
    if enabled is not None:
        known |= Uac.DISABLED
        value |= 0 if truth(enabled) else Uac.DISABLED
    for flag, (_, bit) in zip(others, _UAC_OF, strict=True):
        if flag is not None:
            known |= bit
            value |= bit if truth(flag) else 0
    return value, known
