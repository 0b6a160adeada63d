"""Users, computers and groups of SharpHound, into the builder: the many objects, hence the tight loops."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

import numpy as np

from rempart.engines.directory.builder import Builder, rid_of
from rempart.engines.directory.columns import cells_of
from rempart.engines.directory.model import (
    UAC_ALL,
    UNKNOWN,
    Fact,
    Kind,
    Managed,
    Relation,
    Uac,
)
from rempart.engines.directory.read.sharphound_acl import EMPTY_LIST, AceTable
from rempart.engines.directory.read.sharphound_batch import Batch
from rempart.engines.directory.read.sharphound_hosts import read_hosts
from rempart.engines.directory.read.sharphound_member_lists import MemberLists
from rempart.engines.directory.read.sharphound_member_table import NAMED, MemberTable
from rempart.engines.directory.read.sharphound_pending import Pending
from rempart.engines.directory.read.sharphound_structs import AccountProperties
from rempart.engines.directory.read.sharphound_values import (
    dates,
    encryption_types,
    identifier,
    records,
    truth,
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
_KINDS: Final = {"users": Kind.USER, "computers": Kind.COMPUTER, "groups": Kind.GROUP}
_FLAGS: Final = attrgetter("useraccountcontrol", "enabled", *(name for name, _ in _UAC_OF))
_ADMIN_COUNT: Final = {True: 1, False: 0, "true": 1, "false": 0, "True": 1, "False": 0}
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

    def __init__(self, builder: Builder, aces: AceTable, pending: Pending) -> None:
        self._builder = builder
        self._aces = aces
        self._pending = pending
        self._member_rows = MemberTable(builder)
        self._uac = _Uacs()
        self._rids = _Rids()
        self._parents = _Parents(builder)

    def take(self, kind: str, objects: Sequence[Any]) -> None:
        """Take the decoded objects of one piece: columns at a time, then what only some objects have."""
        kept = [o for o in objects if o.ObjectIdentifier and not o.IsDeleted]
        if not kept:
            return
        found = self._builder.rows([o.ObjectIdentifier.upper() for o in kept])
        batch = Batch(kept, found, [o.Properties or NO_PROPERTIES for o in kept])
        self._common(kind, batch)
        self._builder.set_many("kind", batch.places, [int(_KINDS[kind])] * len(found))
        if kind == "groups":
            self._members(batch)
            return
        self._accounts(batch)
        told = any(item.AllowedToDelegate is not None for item in kept)
        if kind == "computers":
            told = any(None not in (item.AllowedToDelegate, item.AllowedToAct) for item in kept)
            self._computers(batch)
        else:
            self._managed(batch)
        tells = self._pending.tells_delegation
        tells[kind] = told or tells.get(kind, False)

    def finish(self) -> None:
        """Resolve delegation targets and members, and state the facts seen."""
        b, pending = self._builder, self._pending
        self._named_members()
        by_host: dict[str, int] = {}
        for row, name in pending.hosts:
            by_host[name.upper()] = row
            by_host.setdefault(name.upper().partition(".")[0], row)
        for row, spn in pending.delegations:
            host = spn.partition("/")[2].partition("/")[0].partition(":")[0].upper()
            places = (b.index.get(spn), by_host.get(spn), by_host.get(host))
            target = next((place for place in places if place is not None), None)
            if target is not None:
                b.relate(Relation.ALLOWED_TO_DELEGATE, row, target)
        if pending.accounts:
            b.facts |= {Fact.ACCOUNTS, Fact.PRIMARY_GROUP}
            if all(pending.tells_delegation.values()):
                b.facts.add(Fact.DELEGATION)
            if pending.with_uac == pending.accounts:
                b.facts.add(Fact.UAC)

    def _common(self, kind: str, batch: Batch) -> None:
        b, rows, properties = self._builder, batch.rows, batch.properties
        names = [p.name or p.samaccountname for p in properties]
        b.names.update(_texts(rows, names, empty=True))
        b.dns.update(_texts(rows, batch.column("distinguishedname")))
        parents = [(row, c.ObjectIdentifier) for row, c in batch.present("ContainedBy")]
        parents = [(row, parent) for row, parent in parents if parent]
        found = [self._parents[parent] for _, parent in parents]
        b.set_many("parent", [row for row, _ in parents], found)
        for row, history in batch.present("HasSIDHistory"):
            self._history(history, row)
        for name, attribute in _KEPT:
            cells = {row: [text] for row, text in _texts(rows, batch.column(name))}
            if cells:
                b.attributes.setdefault(attribute, {}).update(cells)
        b.set_many("created", batch.places, dates(batch.column("whencreated")))
        counts = [_ADMIN_COUNT.get(value, UNKNOWN) for value in batch.column("admincount")]
        b.set_many("admin_count", batch.places, counts)
        self._access(batch)
        for name, fact in _FACT_OF_PROPERTY:
            if fact in b.facts or (fact in _OF_USERS and kind != "users"):
                continue
            values = batch.column(name)
            if values.count(None) < len(values):
                b.facts.add(fact)

    def _access(self, batch: Batch) -> None:
        """Access lists and their protection; the objects without an entry wait for the end of the collection."""
        found = cells_of(self._aces.acls([item.Aces for item in batch.items]))
        stated = [item.IsACLProtected for item in batch.items]
        full = found >= 0
        protected = cells_of([UNKNOWN if v is None else int(v) for v in stated])
        self._builder.set_many("acl", batch.places[full], found[full])
        self._builder.set_many("protected", batch.places[full], protected[full])
        for i in np.flatnonzero(~full).tolist():
            self._pending.bare.append((batch.rows[i], bool(found[i] == EMPTY_LIST), stated[i]))

    def _history(self, stated: list[Any], row: int) -> None:
        for history in stated:
            if sid := identifier(history):
                self._builder.relate(Relation.SID_HISTORY, row, self._builder.row(sid))

    def _accounts(self, batch: Batch) -> None:
        b, items, properties = self._builder, batch.items, batch.properties
        self._pending.accounts += len(items)
        stated = batch.column("useraccountcontrol")
        self._pending.with_uac += len(stated) - stated.count(None)
        if set(map(type, stated)) == {int}:
            b.set_uac(batch.places, [v & UAC_ALL for v in stated], [UAC_ALL] * len(stated))
        else:
            bits = [self._uac[_FLAGS(p)] for p in properties]
            b.set_uac(batch.places, [v for v, _ in bits], [k for _, k in bits])
        b.set_many("password_set", batch.places, dates(batch.column("pwdlastset")))
        seen = [
            p.lastlogon if p.lastlogontimestamp is None else p.lastlogontimestamp
            for p in properties
        ]
        b.set_many("last_logon", batch.places, dates(seen))
        groups = [self._rids[i.PrimaryGroupSID or i.PrimaryGroupSid or ""] for i in items]
        b.set_many("primary_group_rid", batch.places, groups)
        types = [
            UNKNOWN if value is None else encryption_types(value)
            for value in batch.column("supportedencryptiontypes")
        ]
        b.set_many("encryption_types", batch.places, types)
        for name, attribute in (
            ("serviceprincipalnames", "serviceprincipalname"),
            ("sidhistory", "sidhistory"),
            ("allowedtodelegate", "msds-allowedtodelegateto"),
        ):
            cells = {
                row: [value] if isinstance(value, str) else value
                for row, value in zip(batch.rows, batch.column(name), strict=True)
                if value
            }
            if cells:
                b.attributes.setdefault(attribute, {}).update(cells)
        self._targets(batch)

    def _targets(self, batch: Batch) -> None:
        for row, delegated in batch.present("AllowedToDelegate"):
            self._pending.delegations += [
                (row, found) for target in delegated if (found := identifier(target))
            ]
        for row, targets in batch.present("SPNTargets"):
            for target in records(targets):
                host = str(target.get("ComputerSID") or target.get("ComputerSid") or "").upper()
                if host and str(target.get("Service")).lower() == "sqladmin":
                    self._builder.stated_edges.append((row, "SQLAdmin", self._builder.row(host)))

    def _managed(self, batch: Batch) -> None:
        """Managed service accounts: said by recent collectors; else a user whose name and primary group are those
        of a computer."""
        b = self._builder
        for i, p in enumerate(batch.properties):
            if p.gmsa is not None or p.msa is not None:
                if truth(p.gmsa) or truth(p.msa):
                    managed = Managed.GMSA if truth(p.gmsa) else Managed.SMSA
                    b.set("managed", batch.rows[i], managed)
            elif "$" in str(p.samaccountname or p.name) and self._like_a_computer(batch, i):
                b.set("managed", batch.rows[i], Managed.GMSA)

    def _like_a_computer(self, batch: Batch, i: int) -> bool:
        item, p = batch.items[i], batch.properties[i]
        name = str(p.samaccountname or p.name or "").partition("@")[0]
        group = self._rids[item.PrimaryGroupSID or item.PrimaryGroupSid or ""]
        return name.endswith("$") and group == 515

    def _members(self, batch: Batch) -> None:
        b, table = self._builder, self._member_rows
        lists = MemberLists([item.Members for item in batch.items])
        if lists.told:
            b.facts.add(Fact.MEMBERS)
        members = table.rows(lists)
        groups = np.repeat(batch.places, lists.counts)
        readable = members >= 0
        for i in np.flatnonzero(members <= NAMED).tolist():
            name = table.names[NAMED - int(members[i])]
            self._pending.named_members.append((name, int(groups[i])))
        b.relate_all(Relation.MEMBER, members[readable], groups[readable])

    def _named_members(self) -> None:
        """Members that a collector wrote by distinguished name, once every object is read."""
        b = self._builder
        if self._pending.named_members:
            rows = {dn.upper(): row for row, dn in b.dns.items()}
            known = [(rows[dn], group) for dn, group in self._pending.named_members if dn in rows]
            b.relate_all(Relation.MEMBER, [m for m, _ in known], [g for _, g in known])

    def _computers(self, batch: Batch) -> None:
        b = self._builder
        self._pending.hosts += _texts(batch.rows, batch.column("name"))
        for name, fact in (("operatingsystem", Fact.OPERATING_SYSTEM), ("haslaps", Fact.LAPS)):
            pairs = zip(batch.rows, batch.column(name), strict=True)
            cells = {row: _OF_HOST[name](value) for row, value in pairs if value is not None}
            if cells:
                b.facts.add(fact)
                b.attributes.setdefault(name, {}).update(cells)
        controllers = {
            row: _flag(item.IsDC or truth(p.isdc))
            for row, item, p in zip(batch.rows, batch.items, batch.properties, strict=True)
            if item.IsDC is not None or p.isdc is not None
        }
        if controllers:
            b.attributes.setdefault("isdc", {}).update(controllers)
        for row, principals in batch.present("AllowedToAct"):
            for found in filter(None, map(identifier, principals)):
                b.relate(Relation.ALLOWED_TO_ACT, b.row(found), row)
        for row, accounts in batch.present("DumpSMSAPassword"):
            for found in filter(None, map(identifier, accounts)):
                b.relate(Relation.DUMP_SMSA, row, b.row(found))
        read_hosts(b, batch)


def _texts(rows: list[int], values: list[Any], *, empty: bool = False) -> Iterable[tuple[int, str]]:
    """Rows and texts of the values that are there; those of no letter too, when `empty`."""
    if set(map(type, values)) == {str} and (empty or "" not in values):
        return zip(rows, values, strict=True)
    return [
        (row, value if type(value) is str else str(value))
        for row, value in zip(rows, values, strict=True)
        if value is not None and (empty or value != "")
    ]


def _flag(value: Any) -> list[str]:
    return ["TRUE" if truth(value) else "FALSE"]


_OF_HOST: Final[dict[str, Callable[[Any], list[str]]]] = {
    "operatingsystem": lambda value: [str(value)],
    "haslaps": _flag,
}


class _Parents(dict[str, int]):
    """Identifier of a container, as it is written → its row: a few hundred stand for all the objects."""

    def __init__(self, builder: Builder) -> None:
        super().__init__()
        self._builder = builder

    def __missing__(self, stated: str) -> int:
        found = self[stated] = self._builder.row(stated.upper())
        return found


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
