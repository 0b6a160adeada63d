"""One object of the directory as LDAP gives it, with what SharpHound writes beside."""

import struct
from calendar import timegm
from dataclasses import dataclass, field
from functools import lru_cache
from time import gmtime, strftime, strptime
from typing import Final
from uuid import UUID

from benchmarks.directory_generator.access import Access
from benchmarks.directory_generator.shape import DNS, DOMAIN_SID, ROOT, Who

Value = str | bytes
Attributes = dict[str, list[Value]]
EPOCH: Final = 11_644_473_600
CLASSES: Final[dict[str, list[Value]]] = {
    "user": ["top", "person", "organizationalPerson", "user"],
    "computer": ["top", "person", "organizationalPerson", "user", "computer"],
    "group": ["top", "group"],
    "domainDNS": ["top", "domain", "domainDNS"],
    "organizationalUnit": ["top", "organizationalUnit"],
    "container": ["top", "container"],
    "builtinDomain": ["top", "builtinDomain"],
    "groupPolicyContainer": ["top", "container", "groupPolicyContainer"],
    "pKICertificateTemplate": ["top", "pKICertificateTemplate"],
    "pKIEnrollmentService": ["top", "pKIEnrollmentService"],
    "certificationAuthority": ["top", "certificationAuthority"],
    "trustedDomain": ["top", "leaf", "trustedDomain"],
    "foreignSecurityPrincipal": ["top", "foreignSecurityPrincipal"],
    "configuration": ["top", "configuration"],
    "dMD": ["top", "dMD"],
    "nTDSService": ["top", "nTDSService"],
    "msDS-GroupManagedServiceAccount": [
        "top",
        "person",
        "organizationalPerson",
        "user",
        "computer",
        "msDS-GroupManagedServiceAccount",
    ],
}


@dataclass(slots=True)
class Item:
    """An object: its DN, class, identity, attributes (LDAP names) and access list.

    `members`, `acting`, `delegates`, `history` and `readers` are the links that SharpHound writes with SIDs.
    """

    dn: str
    object_class: str
    guid: bytes
    access: Access
    attributes: Attributes
    sid: str = ""
    members: list[Who] = field(default_factory=list)
    acting: list[Who] = field(default_factory=list)
    delegates: list[Who] = field(default_factory=list)
    history: list[Who] = field(default_factory=list)
    readers: list[Who] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        """The id that SharpHound gives."""
        if self.sid:
            return identifier(self.sid)
        return guid_text(self.guid)

    @property
    def partition(self) -> str:
        """`schema`, `configuration` or `domain`."""
        if self.dn.endswith(f"CN=Schema,CN=Configuration,{ROOT}"):
            return "schema"
        return "configuration" if self.dn.endswith(f"CN=Configuration,{ROOT}") else "domain"

    @property
    def parent(self) -> str:
        """DN of the container."""
        return self.dn.partition(",")[2]


def identifier(sid: str) -> str:
    """A SID, prefixed by the domain when it is well known."""
    return sid if sid.startswith("S-1-5-21-") else f"{DNS.upper()}-{sid}"


def guid_text(guid: bytes) -> str:
    """A GUID as SharpHound writes it."""
    return str(UUID(bytes_le=guid)).upper()


@lru_cache(maxsize=8192)
def filetime(seconds: int) -> str:
    """Unix seconds as the tenths of microseconds of Active Directory."""
    return str((seconds + EPOCH) * 10_000_000) if seconds else "0"


@lru_cache(maxsize=8192)
def generalized(seconds: int) -> str:
    """Unix seconds as a GeneralizedTime."""
    return strftime("%Y%m%d%H%M%S.0Z", gmtime(seconds))


def from_filetime(text: str) -> int:
    """Unix seconds of a FILETIME; 0 means never."""
    return int(text) // 10_000_000 - EPOCH if text != "0" else 0


def from_generalized(text: str) -> int:
    """Unix seconds of a GeneralizedTime."""
    return _calendar(text)


@lru_cache(maxsize=8192)
def _calendar(text: str) -> int:

    return timegm(strptime(text, "%Y%m%d%H%M%S.0Z"))


@lru_cache(maxsize=64)
def _domain_part(sid: str) -> bytes:
    numbers = [int(n) for n in sid.split("-")[4:]]
    return struct.pack("<3I", *numbers)


def sid_value(sid: str) -> bytes:
    """The bytes of a SID: fast for those of the domain."""
    if sid.startswith(f"{DOMAIN_SID}-"):
        rid = int(sid.rpartition("-")[2])
        return _HEAD + _domain_part(DOMAIN_SID) + struct.pack("<I", rid)
    parts = [int(n) for n in sid.split("-")[2:]]
    subs = parts[1:]
    return (
        bytes((1, len(subs))) + parts[0].to_bytes(6, "big") + struct.pack(f"<{len(subs)}I", *subs)
    )


_HEAD: Final = b"\x01\x05" + (5).to_bytes(6, "big") + struct.pack("<I", 21)
