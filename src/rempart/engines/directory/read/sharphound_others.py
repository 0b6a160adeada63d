"""Domains, OUs, GPOs, containers and PKI objects of SharpHound, into the builder."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import UNKNOWN, Fact, Kind, Relation, Trust
from rempart.engines.directory.read.sharphound_acl import AceTable
from rempart.engines.directory.read.sharphound_pending import Pending
from rempart.engines.directory.read.sharphound_pki import pki_attributes
from rempart.engines.directory.read.sharphound_values import (
    identifier,
    listed,
    records,
    truth,
    when,
)

KINDS: Final = {
    "domains": Kind.DOMAIN,
    "ous": Kind.OU,
    "gpos": Kind.GPO,
    "containers": Kind.CONTAINER,
    "aiacas": Kind.AIA_CA,
    "rootcas": Kind.ROOT_CA,
    "enterprisecas": Kind.ENTERPRISE_CA,
    "ntauthstores": Kind.NTAUTH_STORE,
    "certtemplates": Kind.CERT_TEMPLATE,
    "issuancepolicies": Kind.ISSUANCE_POLICY,
}
# msDS-Behavior-Version behind the name of a functional level (MS-ADTS 6.1.4.4).
_FUNCTIONAL_LEVELS: Final = {
    "2000 mixed/native": 0,
    "2003 interim": 1,
    "2003": 2,
    "2008": 3,
    "2008 r2": 4,
    "2012": 5,
    "2012 r2": 6,
    "2016": 7,
    "2025": 10,
}
# Property of the domain in recent collections → (LDAP attribute, fact that it proves).
_DOMAIN_PROPERTIES: Final = (
    ("machineaccountquota", "ms-ds-machineaccountquota", Fact.MACHINE_QUOTA),
    (
        "expirepasswordsonsmartcardonlyaccounts",
        "msds-expirepasswordsonsmartcardonlyaccounts",
        Fact.SMARTCARD_EXPIRY,
    ),
    ("dsheuristics", "dsheuristics", Fact.DSHEURISTICS),
    ("minpwdlength", "minpwdlength", Fact.DOMAIN_POLICY),
    ("pwdproperties", "pwdproperties", Fact.DOMAIN_POLICY),
    ("maxpwdage", "maxpwdage", Fact.DOMAIN_POLICY),
    ("pwdhistorylength", "pwdhistorylength", Fact.DOMAIN_POLICY),
    ("lockoutthreshold", "lockoutthreshold", Fact.DOMAIN_POLICY),
)
# Without these lists a check of the certificate services would call good what it could not see.
_NEEDED: Final = {"certtemplates": "Aces", "enterprisecas": "EnabledCertTemplates"}
_GPO_LOCAL: Final = (
    ("LocalAdmins", Relation.LOCAL_ADMIN),
    ("RemoteDesktopUsers", Relation.LOCAL_RDP),
    ("DcomUsers", Relation.LOCAL_DCOM),
    ("PSRemoteUsers", Relation.LOCAL_PSREMOTE),
)
_DIRECTIONS: Final = {
    "disabled": (False, False),
    "inbound": (True, False),
    "outbound": (False, True),
    "bidirectional": (True, True),
    "0": (False, False),
    "1": (True, False),
    "2": (False, True),
    "3": (True, True),
}
_WITHIN_FOREST: Final = frozenset({"parentchild", "0", "treeroot", "crosslink", "1"})
_FOREST: Final = frozenset({"forest", "2"})
_EXTERNAL: Final = frozenset({"external", "3"})

_ATTRIBUTE_NAMES: Final = {
    "nontransitive": Trust.NON_TRANSITIVE,
    "quarantineddomain": Trust.QUARANTINED,
    "filtersids": Trust.QUARANTINED,
    "foresttransitive": Trust.FOREST_TRANSITIVE,
    "withinforest": Trust.WITHIN_FOREST,
    "treatasexternal": Trust.TREAT_AS_EXTERNAL,
    "crossorganizationenabletgtdelegation": Trust.ENABLE_TGT_DELEGATION,
}


class Others:
    """Fills a builder with everything but accounts and groups."""

    def __init__(self, builder: Builder, aces: AceTable, pending: Pending) -> None:
        self._builder = builder
        self._aces = aces
        self._pending = pending

    def take(self, kind: str, objects: Sequence[Any]) -> None:
        """Take the decoded objects of one piece."""
        for item in objects:
            if (
                isinstance(item, dict)
                and item.get("ObjectIdentifier")
                and not item.get("IsDeleted")
            ):
                self._one(kind, item)

    def finish(self) -> None:
        """State the facts that these files gave."""
        facts, types_seen = self._builder.facts, self._pending.types_seen
        for trust, row in self._pending.trusts:
            self._trust(trust, row, by_sharphound=not self._pending.by_another)
        if "gpos" in types_seen and {"ous", "domains"} & types_seen:
            facts.add(Fact.GPO_LINKS)
        if {"certtemplates", "enterprisecas", "domains"} <= types_seen and all(
            self._pending.tells.values()
        ):
            facts.add(Fact.PKI)

    def _one(self, kind: str, item: dict[str, Any]) -> None:
        b = self._builder
        row = b.row(str(item["ObjectIdentifier"]).upper())
        properties = item.get("Properties")
        p: dict[str, Any] = properties if isinstance(properties, dict) else {}
        container = identifier(item.get("ContainedBy"))
        b.describe(
            row,
            KINDS[kind],
            name=str(p.get("name") or ""),
            dn=str(p.get("distinguishedname") or ""),
            created=when(p.get("whencreated")),
            parent=b.row(container) if container else UNKNOWN,
            domain=b.row(str(p["domainsid"]).upper())
            if str(p.get("domainsid") or "").upper().startswith("S-1-5-21-")
            else UNKNOWN,
        )
        self._access(item, row)
        if kind in _NEEDED:
            stated = item.get(_NEEDED[kind])
            # A template that nobody may enrol in is one whose rights were not read.
            told = isinstance(stated, list) and (kind == "enterprisecas" or bool(stated))
            tells = self._pending.tells
            tells[kind] = told or tells.get(kind, False)
        for child in listed(item.get("ChildObjects")):
            if found := identifier(child):
                b.set("parent", b.row(found), row)
        self._children_v3(item, row)
        for link in records(item.get("Links")):
            guid = str(link.get("GUID") or link.get("Guid") or "").upper()
            if guid:
                self._link(guid, row, enforced=bool(truth(link.get("IsEnforced"))))
        self._gpo_changes(item)
        if kind == "domains":
            self._domain(item, p, row)
        elif kind == "ous" and p.get("blocksinheritance") is not None:
            b.attribute(row, "gpoptions", ["1" if truth(p["blocksinheritance"]) else "0"])
        elif kind == "gpos" and p.get("gpcpath"):
            b.attribute(row, "gpcfilesyspath", [str(p["gpcpath"])])
        elif kind not in ("ous", "gpos", "containers"):
            pki_attributes(b, self._aces, kind, item, p, row)
        if p.get("description"):
            b.attribute(row, "description", [str(p["description"])])

    def _access(self, item: dict[str, Any], row: int) -> None:
        b = self._builder
        aces, protected = item.get("Aces"), truth(item.get("IsACLProtected"))
        if not isinstance(aces, list) or not aces:
            self._pending.bare.append((row, isinstance(aces, list), protected))
            return
        b.set("acl", row, self._aces.acl(msgspec.json.encode(aces)))
        if protected is not None:
            b.set("protected", row, int(protected))

    def _children_v3(self, item: dict[str, Any], row: int) -> None:
        """Version 3 lists the children by kind."""
        for key in ("Users", "Computers", "ChildOus"):
            for child in listed(item.get(key)):
                if found := identifier(child):
                    self._builder.set("parent", self._builder.row(found), row)

    def _link(self, guid: str, row: int, *, enforced: bool) -> None:
        b = self._builder
        gpo = b.row(guid)
        b.relate(Relation.GP_LINK, gpo, row)
        if enforced:
            b.relate(Relation.GP_LINK_ENFORCED, gpo, row)

    def _gpo_changes(self, item: dict[str, Any]) -> None:
        """Local groups that policies fill, on the computers that they reach."""
        b = self._builder
        changes = item.get("GPOChanges")
        source: dict[str, Any] = changes if isinstance(changes, dict) else item
        affected = [identifier(c) for c in listed(source.get("AffectedComputers"))]
        for key, relation in _GPO_LOCAL:
            for principal in listed(source.get(key)):
                if found := identifier(principal):
                    for computer in filter(None, affected):
                        b.relate(relation, b.row(found), b.row(computer))

    def _domain(self, item: dict[str, Any], p: dict[str, Any], row: int) -> None:
        b = self._builder
        level = p.get("functionallevel")
        if level is not None:
            number = level if isinstance(level, int) else _FUNCTIONAL_LEVELS.get(str(level).lower())
            if number is not None:
                b.facts.add(Fact.FUNCTIONAL_LEVEL)
                b.attribute(row, "msds-behavior-version", [str(number)])
        for name, attribute, fact in _DOMAIN_PROPERTIES:
            value = p.get(name)
            if value is None:
                continue
            b.facts.add(fact)
            text = str(value).upper() if isinstance(value, bool) else str(value)
            b.attribute(row, attribute, [text])
        if isinstance(item.get("Trusts"), list):
            b.facts.add(Fact.TRUSTS)
        self._pending.trusts += [(trust, row) for trust in records(item.get("Trusts"))]

    def _trust(self, trust: dict[str, Any], row: int, *, by_sharphound: bool) -> None:
        b = self._builder
        inbound, outbound = _DIRECTIONS.get(
            str(trust.get("TrustDirection")).lower(), (False, False)
        )
        partner = str(trust.get("TargetDomainName") or "").lower()
        stated = trust.get("TrustAttributes")
        attributes = _attributes_named(stated)
        if stated is None and _says_enough(trust, by_sharphound):
            attributes = _attributes_of(trust)
        if stated is not None or truth(trust.get("TGTDelegationEnabled")) is not None:
            b.facts.add(Fact.TRUST_TGT_DELEGATION)
        b.trust(
            Trust(
                domain=row,
                partner=partner,
                partner_sid=str(trust.get("TargetDomainSid") or "").upper(),
                inbound=inbound,
                outbound=outbound,
                trust_type=None,
                attributes=attributes,
            )
        )


def _attributes_named(stated: Any) -> int | None:
    """trustAttributes as a number, or as the names that some collectors write; None when they are not stated."""
    if stated is None:
        return None
    text = str(stated)
    if text.isdecimal():
        return int(text)
    return sum({_ATTRIBUTE_NAMES.get(word.strip().lower(), 0) for word in text.split(",")})


def _says_enough(trust: dict[str, Any], by_sharphound: bool) -> bool:
    """Whether what is kept of trustAttributes tells how SIDs are filtered.

    SharpHound called SidFilteringEnabled the QUARANTINED bit alone until it wrote TGTDelegationEnabled beside it: before
    that, False says nothing of a forest trust. Other collectors write True of every trust that is not a forest's.
    """
    kind = str(trust.get("TrustType")).lower()
    filtering = truth(trust.get("SidFilteringEnabled"))
    if kind in _WITHIN_FOREST:
        return True
    if filtering is None:
        return False
    if kind in _FOREST:
        recent = trust.get("TGTDelegationEnabled") is not None
        return filtering or recent or not by_sharphound
    return not filtering or (by_sharphound and kind in _EXTERNAL)


def _attributes_of(trust: dict[str, Any]) -> int:
    """trustAttributes from what SharpHound keeps of them: kind, transitivity, SID filtering, TGT delegation.

    SharpHound calls SidFilteringEnabled the QUARANTINED bit, or for a forest trust the absence of TREAT_AS_EXTERNAL.
    """
    kind = str(trust.get("TrustType")).lower()
    filtering = truth(trust.get("SidFilteringEnabled"))
    value = 0
    if kind in _WITHIN_FOREST:
        value |= Trust.WITHIN_FOREST
    elif kind in _FOREST:
        value |= Trust.FOREST_TRANSITIVE
        if filtering is False:
            value |= Trust.TREAT_AS_EXTERNAL
    if kind not in _FOREST and filtering:
        value |= Trust.QUARANTINED
    if truth(trust.get("IsTransitive")) is False:
        value |= Trust.NON_TRANSITIVE
    if truth(trust.get("TGTDelegationEnabled")):
        value |= Trust.ENABLE_TGT_DELEGATION
    return value
