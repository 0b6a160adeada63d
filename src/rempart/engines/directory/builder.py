"""What readers fill: rows, columns and relations, in any order, then `build()` gives the `Directory`.

A row is created the first time its id is met, even if only as the principal of an ACE. Describing a row twice
(two files, two sources of one domain) keeps what is known: an unknown value never erases a known one.
"""

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.columns import Cells, Columns
from rempart.engines.directory.identifiers import rids_and_domains
from rempart.engines.directory.model import (
    NEVER,
    NO_PAIRS,
    UAC_ALL,
    UNKNOWN,
    Acls,
    Directory,
    Fact,
    Kind,
    Managed,
    Pairs,
    Relation,
    Source,
    Trust,
)
from rempart.engines.directory.policies import PolicyFiles
from rempart.engines.directory.rights import Right

_COLUMNS = {
    "kind": (np.int8, Kind.UNKNOWN),
    "parent": (np.int32, UNKNOWN),
    "password_set": (np.int64, UNKNOWN),
    "last_logon": (np.int64, UNKNOWN),
    "created": (np.int64, UNKNOWN),
    "admin_count": (np.int8, UNKNOWN),
    "primary_group_rid": (np.int64, UNKNOWN),
    "encryption_types": (np.int32, UNKNOWN),
    "managed": (np.int8, Managed.NO),
    "owner": (np.int32, UNKNOWN),
    "protected": (np.int8, UNKNOWN),
    "acl": (np.int32, UNKNOWN),
}


def well_known_id(sid: str, domain_dns: str) -> str:
    """The id of a principal: domain SIDs as they are, well-known ones prefixed by their domain as SharpHound does.

    `S-1-5-32-544` of chu.test becomes `CHU.TEST-S-1-5-32-544`, because each domain has its own.
    """
    if sid.startswith("S-1-5-21-") or not domain_dns:
        return sid
    return f"{domain_dns.upper()}-{sid}"


def sid_of(identifier: str) -> str:
    """The SID inside an id (`CHU.TEST-S-1-5-32-544` gives `S-1-5-32-544`), or "" when it is not one."""
    at = identifier.find("S-1-")
    return identifier[at:] if at >= 0 else ""


def rid_of(identifier: str) -> int:
    """Last sub-authority of the SID in an id, or UNKNOWN."""
    sid = sid_of(identifier)
    tail = sid.rpartition("-")[2]
    return int(tail) if sid and tail.isdigit() and len(tail) < 12 else UNKNOWN


class Builder:
    """Collects one or several sources into one `Directory`."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self.dns: dict[int, str] = {}
        self.domain_of: dict[int, int] = {}
        self.attributes: dict[str, dict[int, list[str]]] = {}
        self.blobs: dict[str, dict[int, list[bytes]]] = {}
        self.sysvol: dict[str, PolicyFiles] = {}
        self.facts: set[Fact] = set()
        self.sources: list[Source] = []
        self.stated_edges: list[tuple[int, str, int]] = []
        self.trusts: dict[tuple[int, str], Trust] = {}
        self.columns = {name: Columns(2) for name in _COLUMNS}
        self.uac = Columns(3)
        self.relations: dict[Relation, Columns] = {}
        self._acl_keys: dict[object, int] = {}
        self.acl_start = array("q", [0])
        # A list, whose items are shared: an array would unpack each of millions of numbers again.
        self.acl_entries: list[int] = []
        self.entry_numbers: dict[tuple[int, int, bool], int] = {}

    def row(self, identifier: str) -> int:
        """Row of an id (SID text, prefixed well-known SID, or upper-case GUID), created at need."""
        found = self.index.get(identifier)
        if found is None:
            found = self.index[identifier] = len(self.index)
        return found

    def rows(self, identifiers: Iterable[str]) -> list[int]:
        """Rows of many ids, created at need."""
        index = self.index
        known = index.setdefault
        return [known(identifier, len(index)) for identifier in identifiers]

    def describe(
        self,
        row: int,
        kind: Kind,
        *,
        name: str = "",
        dn: str = "",
        domain: int = UNKNOWN,
        parent: int = UNKNOWN,
        created: int = UNKNOWN,
        uac: int | None = None,
        uac_known: int = UAC_ALL,
        password_set: int = UNKNOWN,
        last_logon: int = UNKNOWN,
        admin_count: int = UNKNOWN,
        primary_group_rid: int = UNKNOWN,
        encryption_types: int = UNKNOWN,
        managed: Managed = Managed.NO,
    ) -> None:
        """State what is known of a row; whatever is left out stays unknown."""
        self.set("kind", row, kind)
        if name:
            self.names[row] = name
        if dn:
            self.dns[row] = dn
        if domain != UNKNOWN:
            self.domain_of[row] = domain
        if managed:
            self.set("managed", row, managed)
        for column, value in (
            ("parent", parent),
            ("created", created),
            ("password_set", password_set),
            ("last_logon", last_logon),
            ("admin_count", admin_count),
            ("primary_group_rid", primary_group_rid),
            ("encryption_types", encryption_types),
        ):
            if value != UNKNOWN:
                self.set(column, row, value)
        if uac is not None:
            self.set_uac([row], [uac], [uac_known])

    def set(self, column: str, row: int, value: int) -> None:
        """Set one cell of an integer column of `Directory` (or `protected`, `acl`)."""
        self.columns[column].add(row, value)

    def set_many(self, column: str, rows: Iterable[int], values: Iterable[int]) -> None:
        """Set many cells of one column; `rows` and `values` are aligned."""
        self.columns[column].extend(rows, values)

    def stated(self, column: str) -> frozenset[int]:
        """Rows whose cell of this column was stated, by this source or one before."""
        return frozenset(self.columns[column].arrays()[0].tolist())

    def set_uac(self, rows: Iterable[int], values: Iterable[int], known: Iterable[int]) -> None:
        """State bits of userAccountControl: `known` masks those that the source gives."""
        self.uac.extend(rows, values, known)

    def attribute(self, row: int, name: str, values: list[str]) -> None:
        """Keep a sparse attribute (lower-case LDAP name) of a row as text."""
        if values:
            self.attributes.setdefault(name, {})[row] = values

    def blob(self, row: int, name: str, values: list[bytes]) -> None:
        """Keep a binary attribute (lower-case LDAP name) as it is: certificates."""
        if values:
            self.blobs.setdefault(name, {})[row] = values

    def relate(self, relation: Relation, src: int, dst: int) -> None:
        """Add one pair of a relation."""
        self._pairs(relation).add(src, dst)

    def relate_all(self, relation: Relation, src: Iterable[int], dst: Iterable[int]) -> None:
        """Add many pairs of a relation; `src` and `dst` are aligned."""
        self._pairs(relation).extend(src, dst)

    def _pairs(self, relation: Relation) -> Columns:
        found = self.relations.get(relation)
        if found is None:
            found = self.relations[relation] = Columns(2)
        return found

    def trust(self, trust: Trust) -> None:
        """Add a trust; one read again with its attributes replaces one read without."""
        key = (trust.domain, trust.partner.lower())
        known = self.trusts.get(key)
        if known is None or known.attributes is None:
            self.trusts[key] = trust

    def entry(self, principal: int, right: int, inherited: bool) -> int:
        """Number of a distinct access entry (principal row, `Right`, inherited)."""
        key = (principal, right, inherited)
        found = self.entry_numbers.get(key)
        if found is None:
            found = self.entry_numbers[key] = len(self.entry_numbers)
        return found

    def acl(self, key: object, entries: Iterable[tuple[int, int, bool]] | None = None) -> int:
        """Id of a distinct access list.

        `key` is any hashable value that is equal for equal lists; `entries` gives (principal row, `Right`,
        inherited) and is consumed only when the key is new. Without `entries`, a new key raises KeyError.
        """
        found = self._acl_keys.get(key)
        if found is not None:
            return found
        if entries is None:
            raise KeyError(key)
        self.acl_entries.extend([self.entry(*e) for e in entries])
        return self._new_acl(key)

    def acl_of_numbers(self, numbers: tuple[int, ...]) -> int:
        """Id of the access list made of these entry numbers (see `entry`); negative ones are left out."""
        found = self._acl_keys.get(numbers)
        if found is not None:
            return found
        self.acl_entries.extend(
            numbers if not numbers or min(numbers) >= 0 else [n for n in numbers if n >= 0]
        )
        return self._new_acl(numbers)

    def _new_acl(self, key: object) -> int:
        self.acl_start.append(len(self.acl_entries))
        found = self._acl_keys[key] = len(self._acl_keys)
        return found

    def _acls(self, of: NDArray[np.int64], protected: NDArray[np.int64]) -> Acls:
        table = np.array(list(self.entry_numbers), np.int64).reshape(-1, 3)
        entries = np.array(self.acl_entries, np.int64)
        return Acls(
            of=of.astype(np.int32),
            start=np.array(self.acl_start, np.int64),
            principal=table[entries, 0].astype(np.int32),
            right=table[entries, 1].astype(np.uint8),
            inherited=table[entries, 2].astype(np.bool_),
            protected=protected.astype(np.int8),
        )

    def has_acls(self) -> bool:
        """Whether any access entry was read."""
        return len(self.acl_entries) > 0

    def build(self) -> Directory:
        """The directory: arrays in place of what was collected. The builder must not be used afterwards."""
        n = len(self.index)
        columns = {name: self._column(name, n) for name in _COLUMNS}
        ids = list(self.index)
        names, dns = _texts(self.names, n), _texts(self.dns, n)
        uac, known = self._merged_uac(n)
        rid, domain = self._places(ids, columns["kind"])
        acls = self._acls(columns["acl"], columns["protected"])
        owner = columns["owner"].astype(np.int32)
        return Directory(
            sources=tuple(self.sources),
            facts=frozenset(self.facts),
            ids=ids,
            names=names,
            dns=dns,
            kind=columns["kind"].astype(np.int8),
            domain=domain,
            parent=columns["parent"].astype(np.int32),
            rid=rid,
            uac=uac,
            uac_known=known,
            password_set=columns["password_set"],
            last_logon=columns["last_logon"],
            created=columns["created"],
            admin_count=columns["admin_count"].astype(np.int8),
            primary_group_rid=columns["primary_group_rid"],
            encryption_types=columns["encryption_types"].astype(np.int32),
            managed=columns["managed"].astype(np.int8),
            relations={r: _distinct(pairs, n) for r, pairs in self.relations.items()},
            acls=acls,
            trusts=tuple(self.trusts.values()),
            attributes=self.attributes,
            owner=_owners(owner, acls),
            blobs=self.blobs,
            sysvol=self.sysvol,
            index=self.index,
            stated_edges=tuple(self.stated_edges),
        )

    def _column(self, name: str, n: int) -> Cells:
        default = _COLUMNS[name][1]
        out = np.full(n, int(default), np.int64)
        rows, values = self.columns[name].arrays()
        said = values != int(default)
        out[rows[said]] = values[said]
        return out

    def _merged_uac(self, n: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        rows, values, masks = self.uac.arrays()
        uac, known = np.zeros(n, np.int64), np.zeros(n, np.int64)
        np.bitwise_or.at(known, rows, masks & UAC_ALL)
        np.bitwise_or.at(uac, rows, values & masks & UAC_ALL)
        return uac.astype(np.int32), known.astype(np.int32)

    def _dns_name(self, row: int) -> str:
        """DNS name of a domain row in upper case, from its distinguished name when it has no other."""
        parts = self.dns.get(row, "").upper().split(",")
        from_dn = ".".join(p.strip()[3:] for p in parts if p.strip().startswith("DC="))
        return self.names.get(row, "").upper() or from_dn

    def _places(
        self, ids: list[str], kind: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """RID and domain row of each row; the domain as stated, else by the SID, else by the prefix of a well-known
        SID."""
        domains = {ids[i]: i for i in np.flatnonzero(kind == Kind.DOMAIN).tolist()}
        rid, domain = rids_and_domains(
            ids, domains, {self._dns_name(row): row for row in domains.values()}
        )
        if self.domain_of:
            domain[list(self.domain_of)] = list(self.domain_of.values())
        return rid, domain


def _texts(stated: dict[int, str], n: int) -> list[str]:
    """A text for each of `n` rows, "" where none is stated."""
    out = np.full(n, "", object)
    out[list(stated)] = list(stated.values())
    texts: list[str] = out.tolist()
    return texts


def _distinct(pairs: Columns, n: int) -> Pairs:
    src, dst = pairs.arrays()
    if not len(src):
        return NO_PAIRS
    key = src * n + dst
    key.sort()
    key = key[np.concatenate(([True], key[1:] != key[:-1]))]
    return Pairs((key // n).astype(np.int32), (key % n).astype(np.int32))


def _owners(stated: NDArray[np.int32], acls: Acls) -> NDArray[np.int32]:
    """Owners as stated, completed by the Owns entries of the access lists."""
    owns = np.flatnonzero(acls.right == Right.Owns)
    if not len(owns):
        return stated
    of_list = np.full(len(acls.start) - 1, UNKNOWN, np.int32)
    of_list[np.searchsorted(acls.start, owns, side="right") - 1] = acls.principal[owns]
    read = acls.of >= 0
    out = stated.copy()
    fill = read & (out == UNKNOWN)
    out[fill] = of_list[acls.of[fill]]
    return out


def unix_or_never(seconds: float | None) -> int:
    """A date as SharpHound writes it: Unix seconds, where 0 and -1 mean never, and absence unknown."""
    if seconds is None:
        return UNKNOWN
    return int(seconds) if seconds > 0 else NEVER
