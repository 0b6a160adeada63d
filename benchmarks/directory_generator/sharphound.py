"""The directory as a SharpHound v6 zip: several files of a type, a BOM, `meta` last, deflated."""

import codecs
import re
import zipfile
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import msgspec
from benchmarks.directory_generator import fixed
from benchmarks.directory_generator.items import (
    Item,
    from_filetime,
    from_generalized,
    guid_text,
    identifier,
)
from benchmarks.directory_generator.shape import DNS, DOMAIN_SID, ROOT, Shape, Who

_STAMP: Final = "20261121000000"
_OBJECTS_PER_FILE: Final = 50_000
_UPPER: Final = DNS.upper()
_TYPES: Final = {
    "user": "users",
    "msDS-GroupManagedServiceAccount": "users",
    "computer": "computers",
    "group": "groups",
    "domainDNS": "domains",
    "organizationalUnit": "ous",
    "groupPolicyContainer": "gpos",
    "container": "containers",
    "builtinDomain": "containers",
    "pKICertificateTemplate": "certtemplates",
    "pKIEnrollmentService": "enterprisecas",
    "certificationAuthority": "rootcas",
}
_LINK = re.compile(r"\[LDAP://([^;\]]+);(\d)\]")


class SharpHoundWriter:
    """Writes `<stamp>_BloodHound.zip` in a folder; the files wait beside it until they are zipped."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        self.path = folder / f"{_STAMP}_BloodHound.zip"
        self._waiting = TemporaryDirectory(dir=folder)
        self._files: dict[str, _File] = {}
        first = int(shape.user(0).sid.rpartition("-")[2])
        self._ends = (first + shape.users, first + shape.users + shape.computers)
        self._encode = msgspec.json.Encoder().encode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sid, (collected, name) in _WELL_KNOWN.items():
            self._file(collected).add(self._encode(_well_known(sid, name, collected)))
        for file in self._files.values():
            file.finish()
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(Path(self._waiting.name).iterdir()):
                archive.write(path, path.name)
        self._waiting.cleanup()

    def write(self, item: Item) -> None:
        """Add one object, when SharpHound collects its kind."""
        kind = _TYPES.get(item.object_class)
        if kind is None:
            return
        if item.dn.startswith("CN=NTAuthCertificates,"):
            kind = "ntauthstores"
        self._file(kind).add(self._encode(self._object(kind, item)))

    def _file(self, kind: str) -> "_File":
        if kind not in self._files:
            self._files[kind] = _File(Path(self._waiting.name), kind)
        return self._files[kind]

    def _principal(self, sid: str) -> tuple[str, str]:
        if not sid.startswith(f"{DOMAIN_SID}-"):
            return identifier(sid), "Group"
        rid = int(sid.rpartition("-")[2])
        if rid < 10_000:
            people = any(person.rid == rid for person in fixed.PEOPLE)
            return sid, "User" if people else "Group"
        kind = "User" if rid < self._ends[0] else "Computer" if rid < self._ends[1] else "Group"
        return sid, kind

    def _object(self, kind: str, item: Item) -> dict[str, Any]:
        aces = item.access.json(self._principal)
        if item.readers:
            extra = [_ace(who, "ReadGMSAPassword") for who in item.readers]
            aces = aces[:-1] + b"," + self._encode(extra)[1:]
        out: dict[str, Any] = {
            "ObjectIdentifier": item.identifier,
            "Properties": _properties(item),
            "Aces": msgspec.Raw(aces),
            "IsDeleted": False,
            "IsACLProtected": item.access.protected,
            "ContainedBy": None if item.dn == ROOT else _container(item.parent),
        }
        if kind in ("users", "computers"):
            out |= _account(item)
        elif kind == "groups":
            out["Members"] = _references(item.members)
        elif kind in ("domains", "ous"):
            out |= {"Links": _links(item), "ChildObjects": [], "GPOChanges": {}}
        out |= _SPECIAL.get(kind, {})
        if kind == "domains":
            out["Trusts"] = [_TRUST]
        elif kind == "enterprisecas":
            out |= _authority(item)
        return out


class _File:
    """The files of one type, begun again every fifty thousand objects."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder, self._kind = folder, kind
        self._count = self._number = 0
        self._file: BinaryIO | None = None

    def add(self, data: bytes) -> None:
        if self._file is None or self._count >= _OBJECTS_PER_FILE:
            self.finish()
            self._number += 1
            name = f"{_STAMP}_{self._number:03d}_{self._kind}.json"
            self._file = (self._folder / name).open("wb", buffering=1 << 20)
            self._file.write(codecs.BOM_UTF8 + b'{"data":[')
        elif self._count:
            self._file.write(b",")
        self._file.write(data)
        self._count += 1

    def finish(self) -> None:
        if self._file is None:
            return
        meta = {"methods": 46067, "type": self._kind, "count": self._count, "version": 6}
        self._file.write(b'],"meta":' + msgspec.json.encode(meta) + b"}")
        self._file.close()
        self._file, self._count = None, 0


_SPECIAL: Final[dict[str, dict[str, Any]]] = {
    "ntauthstores": {"DomainSID": DOMAIN_SID},
    "rootcas": {"DomainSID": DOMAIN_SID},
}
_WELL_KNOWN: Final = {  # what SharpHound adds for the principals that no object describes
    "S-1-5-7": ("users", "ANONYMOUS LOGON"),
    "S-1-5-9": ("groups", "ENTERPRISE DOMAIN CONTROLLERS"),
    "S-1-5-11": ("groups", "AUTHENTICATED USERS"),
}
_TRUST: Final = {
    "TargetDomainSid": "S-1-5-21-11-22-33",
    "TargetDomainName": "PARTENAIRE.TEST",
    "IsTransitive": True,
    "SidFilteringEnabled": False,
    "TrustAttributes": "72",
    "TrustDirection": 3,
    "TrustType": 2,
}


def _well_known(sid: str, name: str, kind: str) -> dict[str, Any]:
    members: dict[str, Any] = {"Members": []} if kind == "groups" else {"SPNTargets": []}
    return members | {
        "ObjectIdentifier": identifier(sid),
        "Properties": {"name": f"{name}@{_UPPER}", "domain": _UPPER, "domainsid": DOMAIN_SID},
        "Aces": [],
        "IsDeleted": False,
        "IsACLProtected": False,
    }


def _ace(who: Who, right: str) -> dict[str, Any]:
    return {
        "PrincipalSID": identifier(who.sid),
        "PrincipalType": who.kind,
        "RightName": right,
        "IsInherited": False,
        "InheritanceHash": "",
    }


def _references(whos: list[Who]) -> list[dict[str, str]]:
    return [{"ObjectIdentifier": identifier(w.sid), "ObjectType": w.kind} for w in whos]


@lru_cache(maxsize=8192)
def _container(dn: str) -> dict[str, str]:
    if dn == ROOT:
        return {"ObjectIdentifier": DOMAIN_SID, "ObjectType": "Domain"}
    kind = "OU" if dn.startswith("OU=") else "Container"
    return {"ObjectIdentifier": guid_text(fixed.guid_of(dn)), "ObjectType": kind}


def _links(item: Item) -> list[dict[str, Any]]:
    text = str(item.attributes.get("gPLink", [""])[0])
    return [
        {"GUID": guid_text(fixed.guid_of(dn)), "IsEnforced": option == "2"}
        for dn, option in _LINK.findall(text)
    ]


def _account(item: Item) -> dict[str, Any]:
    uac = _number(item, "userAccountControl")
    out: dict[str, Any] = {
        "PrimaryGroupSID": f"{DOMAIN_SID}-{item.attributes['primaryGroupID'][0]!s}",
        "DomainSID": DOMAIN_SID,
        "AllowedToDelegate": _references(item.delegates),
        "HasSIDHistory": _references(item.history),
        "UnconstrainedDelegation": bool(uac & 0x80000),
    }
    if item.object_class != "computer":
        return out | {"SPNTargets": []}
    return out | {
        "AllowedToAct": _references(item.acting),
        "IsDC": bool(uac & 0x2000),
        "DumpSMSAPassword": [],
        "LocalGroups": [],
        "UserRights": [],
        "Sessions": {"Results": [], "Collected": False, "FailureReason": None},
    }


def _authority(item: Item) -> dict[str, Any]:
    names = item.attributes["certificateTemplates"]
    folder = f"CN=Certificate Templates,{fixed.PKI}"
    return {
        "EnabledCertTemplates": [
            {
                "ObjectIdentifier": guid_text(fixed.guid_of(f"CN={name!s},{folder}")),
                "ObjectType": "CertTemplate",
            }
            for name in names
        ],
        "HostingComputer": fixed.sid_of(1401),
        "CARegistryData": None,
        "HttpEnrollmentEndpoints": [],
    }


def _number(item: Item, name: str) -> int:
    return int(item.attributes.get(name, ["0"])[0])


def _date(item: Item, name: str, absent: int) -> int:
    values = item.attributes.get(name)
    return from_filetime(str(values[0])) if values else absent


def _name(item: Item) -> str:
    attributes = item.attributes
    match item.object_class:
        case "domainDNS":
            return _UPPER
        case "computer":
            return str(attributes["dNSHostName"][0]).upper()
        case "groupPolicyContainer":
            first = attributes["displayName"][0]
        case _:
            first = attributes.get("sAMAccountName", attributes["cn"])[0]
    return f"{first!s}@{DNS}".upper()


def _properties(item: Item) -> dict[str, Any]:
    out: dict[str, Any] = {
        "domain": _UPPER,
        "name": _name(item),
        "distinguishedname": item.dn.upper(),
        "domainsid": DOMAIN_SID,
        "isaclprotected": item.access.protected,
        "whencreated": from_generalized(str(item.attributes["whenCreated"][0])),
    }
    match item.object_class:
        case "user" | "computer" | "msDS-GroupManagedServiceAccount":
            out |= _account_properties(item)
        case "group":
            out["samaccountname"] = item.attributes["sAMAccountName"][0]
            out["admincount"] = "adminCount" in item.attributes
        case "groupPolicyContainer":
            out["gpcpath"] = str(item.attributes["gPCFileSysPath"][0]).upper()
        case "organizationalUnit":
            out["blocksinheritance"] = False
        case "pKICertificateTemplate":
            out |= _template_properties(item)
    return out


def _account_properties(item: Item) -> dict[str, Any]:
    uac = _number(item, "userAccountControl")
    services = item.attributes.get("servicePrincipalName", [])
    return {
        "samaccountname": item.attributes["sAMAccountName"][0],
        "useraccountcontrol": uac,
        "enabled": not uac & 0x2,
        "passwordnotreqd": bool(uac & 0x20),
        "encryptedtextpwdallowed": bool(uac & 0x80),
        "pwdneverexpires": bool(uac & 0x10000),
        "unconstraineddelegation": bool(uac & 0x80000),
        "sensitive": bool(uac & 0x100000),
        "usedeskeyonly": bool(uac & 0x200000),
        "dontreqpreauth": bool(uac & 0x400000),
        "trustedtoauth": bool(uac & 0x1000000),
        "pwdlastset": _date(item, "pwdLastSet", 0),
        "lastlogontimestamp": _date(item, "lastLogonTimestamp", -1),
        "lastlogon": 0,
        "admincount": "adminCount" in item.attributes,
        "serviceprincipalnames": services,
        "hasspn": bool(services),
        "sidhistory": [who.sid for who in item.history],
        "operatingsystem": item.attributes.get("operatingSystem", [""])[0] or None,
        "haslaps": False,
    }


def _template_properties(item: Item) -> dict[str, Any]:
    first = {name: str(values[0]) for name, values in item.attributes.items()}
    names = int(first["msPKI-Certificate-Name-Flag"])
    return {
        "ekus": item.attributes["pKIExtendedKeyUsage"],
        "effectiveekus": item.attributes["pKIExtendedKeyUsage"],
        "authenticationenabled": True,
        "enrolleesuppliessubject": bool(names & 1),
        "certificatenameflag": "ENROLLEE_SUPPLIES_SUBJECT"
        if names & 1
        else "SUBJECT_ALT_REQUIRE_DNS",
        "enrollmentflag": "NONE",
        "requiresmanagerapproval": False,
        "authorizedsignatures": int(first["msPKI-RA-Signature"]),
        "schemaversion": int(first["msPKI-Template-Schema-Version"]),
        "oid": first["msPKI-Cert-Template-OID"],
        "displayname": first["displayName"],
        "nosecurityextension": False,
    }
