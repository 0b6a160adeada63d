"""LDAP entries into the model: one way in for LDIF, ORADAD, ldapdomaindump and the live collection.

An entry is (DN, attributes): names in lower case, values as bytes as LDAP carries them; SIDs, dates and GUIDs may
also be text, as collectors print them. Ids and names are those of SharpHound, so that several sources of one
directory describe the same rows. Secrets are dropped as they arrive (`entries_attributes.SECRETS`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rempart.engines.directory.builder import Builder, well_known_id
from rempart.engines.directory.descriptors_rights import ADMINSDHOLDER
from rempart.engines.directory.entries import values
from rempart.engines.directory.entries.attributes import (
    IGNORED_CLASSES,
    KINDS,
)
from rempart.engines.directory.entries.facts import state_facts
from rempart.engines.directory.entries.gathered import DOMAIN, Gathered, Partition
from rempart.engines.directory.entries.handlers import ACCOUNTS, Handlers
from rempart.engines.directory.entries.names import object_name
from rempart.engines.directory.entries.relations import resolve
from rempart.engines.directory.model import UNKNOWN, Kind, Managed
from rempart.kernel.progress import Observer

Attributes = Mapping[str, Sequence[bytes]]
Entry = tuple[str, dict[str, list[bytes]]]

_MANAGED = {
    "msds-managedserviceaccount": Managed.SMSA,
    "msds-groupmanagedserviceaccount": Managed.GMSA,
    "msds-delegatedmanagedserviceaccount": Managed.DMSA,
}


@dataclass(frozen=True, slots=True)
class _Class:
    name: str  # most specific known class, lower case
    kind: Kind
    managed: Managed
    names: list[str]  # objectClass as kept, one list for all objects of the class


class EntryReader:
    """Fills a `Builder` from entries given one by one.

    `complete` tells what was asked of the directory: True for every attribute, a set of lower-case names for these
    only, False when the source does not say (then it is guessed from what arrives).
    """

    def __init__(
        self, builder: Builder, *, complete: bool | frozenset[str], observer: Observer
    ) -> None:
        self._builder = builder
        self._complete = complete
        self._observer = observer
        self._gathered = Gathered(builder)
        self._handlers = Handlers(builder, self._gathered)
        self._classes: dict[tuple[bytes, ...], _Class] = {}

    def add(self, dn: str, attributes: Attributes) -> None:
        """Read one entry. Deleted objects are left out; one DN given twice completes itself."""
        lower = dn.lower()
        if "isdeleted" in attributes or ",cn=deleted objects," in lower or not dn:
            return
        found = self._class(attributes)
        if found.name in IGNORED_CLASSES:
            return
        gathered = self._gathered
        gathered.entries += 1
        gathered.attributes_seen.update(attributes)
        partition = gathered.partition(lower)
        kind = _kind(found, lower, partition, attributes)
        row = self._row(dn, lower, kind, partition, attributes)
        gathered.dn_rows[gathered.dn_id(lower)] = row
        if found.name == "foreignsecurityprincipal":
            return  # it only stands for a SID: rights over it, or its place, are not the principal's
        holder = lower.startswith("cn=adminsdholder,cn=system,")
        gathered.place(row, partition, ADMINSDHOLDER if holder else found.name)
        self._describe(row, dn, kind, found, partition, attributes)
        parent = values.split_dn(lower)[1]
        if parent:
            gathered.parents[0].append(row)
            gathered.parents[1].append(gathered.dn_id(parent))
        self._builder.attribute(row, "objectclass", found.names)
        handlers = self._handlers
        for name, given in attributes.items():
            if given:
                for handle in handlers[name]:
                    handle(row, kind, given)

    def finish(self) -> None:
        """Resolve the references between objects, compute the access lists and state the facts."""
        resolve(self._gathered, self._observer)
        state_facts(self._gathered, self._complete)

    def _class(self, attributes: Attributes) -> _Class:
        given = tuple(attributes.get("objectclass", ())) or _guessed(attributes)
        found = self._classes.get(given)
        if found is None:
            names = [values.text(value).lower() for value in given]
            # LDAP lists classes from the most general to the most specific.
            known = [name for name in names if name in KINDS]
            name = known[-1] if known else (names[-1] if names else "")
            for special in _MANAGED:
                if special in names:
                    name = special
            kind = KINDS.get(name, Kind.OTHER)
            if name.startswith(("msdfsr-", "ntfrs")):
                kind = Kind.DFSR
            found = _Class(name, kind, _MANAGED.get(name, Managed.NO), names)
            self._classes[given] = found
        return found

    def _row(
        self, dn: str, lower: str, kind: Kind, partition: Partition, attributes: Attributes
    ) -> int:
        sid = attributes.get("objectsid")
        if sid and kind != Kind.CONTAINER:
            text = values.sid(sid[0])
            if text:
                self._note_domain(text, kind, partition)
                return self._builder.row(well_known_id(text, partition.dns))
        known = self._gathered.row_of_dn(lower)
        if known != UNKNOWN:
            return known
        guid = attributes.get("objectguid")
        text = values.guid(guid[0]) if guid else ""
        return self._builder.row(text or f"DN:{dn.upper()}")

    def _note_domain(self, sid: str, kind: Kind, partition: Partition) -> None:
        if partition.name != DOMAIN or not sid.startswith("S-1-5-21-"):
            return
        if kind == Kind.DOMAIN:
            self._gathered.domain_sids[partition.dns] = sid
        elif kind in ACCOUNTS:
            self._gathered.domain_sids.setdefault(partition.dns, sid.rpartition("-")[0])

    def _describe(
        self,
        row: int,
        dn: str,
        kind: Kind,
        found: _Class,
        partition: Partition,
        attributes: Attributes,
    ) -> None:
        builder, gathered = self._builder, self._gathered
        name = object_name(
            kind,
            dn,
            _first(attributes, "samaccountname"),
            _first(attributes, "dnshostname") if kind == Kind.COMPUTER else "",
            _first(attributes, "displayname") if kind == Kind.GPO else "",
            partition.dns,
        )
        builder.describe(row, kind, name=name, dn=dn, managed=found.managed)
        if kind == Kind.DOMAIN:
            gathered.domain_rows[partition.dns] = row
        if kind in (Kind.DOMAIN, Kind.NAMING_CONTEXT):
            gathered.roots.add(partition)


def _first(attributes: Attributes, name: str) -> str:
    given = attributes.get(name)
    return values.text(given[0]) if given else ""


def _guessed(attributes: Attributes) -> tuple[bytes, ...]:
    """objectClass of an entry that came without: from attributes that only one class has."""
    if "grouptype" in attributes:
        return (b"top", b"group")
    if "trustpartner" in attributes:
        return (b"top", b"trustedDomain")
    if "gpcfilesyspath" in attributes:
        return (b"top", b"container", b"groupPolicyContainer")
    if "minpwdlength" in attributes and "objectsid" in attributes:
        return (b"top", b"domainDNS")
    account = _first(attributes, "samaccountname")
    if account and ("useraccountcontrol" in attributes or "primarygroupid" in attributes):
        machine = account.endswith("$") and _first(attributes, "primarygroupid") not in ("513", "")
        return (
            (b"top", b"person", b"user", b"computer") if machine else (b"top", b"person", b"user")
        )
    return ()


def _kind(found: _Class, lower: str, partition: Partition, attributes: Attributes) -> Kind:
    """The kind of an entry, where its class alone does not tell."""
    kind = found.kind
    if found.name == "foreignsecurityprincipal":
        return Kind.UNKNOWN
    if kind == Kind.DOMAIN and (partition.name != DOMAIN or "objectsid" not in attributes):
        return Kind.NAMING_CONTEXT
    if kind == Kind.ISSUANCE_POLICY and _first(attributes, "flags") != "2":
        return Kind.OTHER
    if kind == Kind.ROOT_CA:
        if lower.startswith("cn=ntauthcertificates,"):
            return Kind.NTAUTH_STORE
        if ",cn=aia,cn=public key services," in lower:
            return Kind.AIA_CA
    return kind
