"""Edges that come from what hosts accept: relayed authentications, and accounts that succeed to others.

They exist only where a collector looked at the hosts (`smbsigning`, `ldapsigning`, `ldapsepa`, `webclientrunning`), or
where raw descriptors give the right to create objects. Conditions are those of the BloodHound CE relations.
"""

from typing import Final

import numpy as np

from rempart.engines.directory.graph import EdgeCollector, Mask
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Kind, Relation
from rempart.engines.directory.rights import Right

_CREATES_SUCCESSOR: Final = frozenset({Right.CreateDMSA, Right.CreateChild})
_SUCCESSOR_SYSTEM: Final = "2025"


def relay_edges(d: Directory, groups: Groups, out: EdgeCollector) -> None:
    """CoerceAndRelayNTLMToSMB, ToLDAP and ToLDAPS, from whoever may authenticate in the domain."""
    everyone = {int(d.domain[row]): row for row in groups.special(("S-1-5-11",))}
    for target in _seen(d, "smbsigning", "FALSE"):
        for coerced in _machines_that_administer(d, groups, target):
            start = everyone.get(int(d.domain[coerced]))
            if start is not None:
                out.add("CoerceAndRelayNTLMToSMB", [start], [target])
                break
    for attribute, kind in (
        ("ldapsigning", "CoerceAndRelayNTLMToLDAP"),
        ("ldapsepa", "CoerceAndRelayNTLMToLDAPS"),
    ):
        weak = {
            int(d.domain[dc])
            for dc in _seen(d, attribute, "FALSE")
            if groups.domain_controllers[dc]
        }
        for machine in _seen(d, "webclientrunning", "TRUE"):
            domain = int(d.domain[machine])
            if domain in weak and domain in everyone:
                out.add(kind, [everyone[domain]], [machine])


def _seen(d: Directory, attribute: str, value: str) -> list[int]:
    enabled = d.enabled() & (d.kind == Kind.COMPUTER)
    return [r for r, v in d.attributes.get(attribute, {}).items() if v == [value] and enabled[r]]


def _machines_that_administer(d: Directory, groups: Groups, target: int) -> list[int]:
    """Computers, other than it, whose account is a local administrator of a machine, at any depth of groups."""
    direct = d.pairs(Relation.LOCAL_ADMIN).to(target)
    rows = {*direct, *groups.members(direct).tolist()}
    return sorted(r for r in rows if d.kind[r] == Kind.COMPUTER and r != target)


def successor_edges(d: Directory, groups: Groups, tier0: Mask, out: EdgeCollector) -> None:
    """BadSuccessor: who may create a delegated managed account, towards the domain, once a controller runs 2025."""
    systems = d.attributes.get("operatingsystem", {})
    recent = {
        int(d.domain[row])
        for row in np.flatnonzero(groups.domain_controllers).tolist()
        if any(_SUCCESSOR_SYSTEM in text for text in systems.get(row, []))
    }
    for row in d.rows(Kind.OU, Kind.CONTAINER, Kind.DOMAIN).tolist():
        domain = int(d.domain[row])
        if domain == UNKNOWN or domain not in recent or ",cn=system," in d.dns[row].lower():
            continue
        for principal, right, _ in d.acls.entries(row):
            if right in _CREATES_SUCCESSOR and not tier0[principal]:
                out.add("BadSuccessor", [principal], [domain], row)
