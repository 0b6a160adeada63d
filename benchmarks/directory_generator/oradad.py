"""The directory as ORADAD 3 writes it in clear: UTF-16 tables and their description, without any header."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from time import gmtime, strftime
from types import TracebackType
from typing import BinaryIO, Final, Self
from uuid import UUID

from benchmarks.directory_generator.items import Item, Value, from_filetime, from_generalized
from benchmarks.directory_generator.shape import DNS

from rempart.engines.directory.descriptors import sid_text

STAMP: Final = "20261121-000000"
_NEVER: Final = "9223372036854775807"
_FIELD: Final = 1 << 19  # characters of a field, beyond which ORADAD cuts
_TOP: Final = """objectClass:STRS objectCategory:STR nTSecurityDescriptor:SD instanceType:INT whenCreated:DATE
    whenChanged:DATE uSNCreated:INT64 uSNChanged:INT64 systemFlags:FLAGS revision:INT name:STR objectVersion:INT
    objectGUID:GUID distinguishedName:STR memberOf:STRS isDeleted:BOOL flags:INT displayName:STR description:STRS
    cn:STR adminDisplayName:STR fSMORoleOwner:STR"""
_ACCOUNT: Final = """cn:STR sAMAccountName:STR objectSid:SID userAccountControl:FLAGS pwdLastSet:TICKS
    lastLogonTimestamp:TICKS accountExpires:TICKS primaryGroupID:INT adminCount:INT servicePrincipalName:STRS
    msDS-AllowedToDelegateTo:STRS msDS-AllowedToActOnBehalfOfOtherIdentity:SD sIDHistory:SID
    userPrincipalName:STR msDS-SupportedEncryptionTypes:FLAGS msDS-KeyCredentialLink:BIN
    altSecurityIdentities:STRS scriptPath:STR userCertificate:BIN mail:STR title:STR"""
_COMPUTER: Final = f"""{_ACCOUNT} dNSHostName:STR operatingSystem:STR operatingSystemVersion:STR managedBy:STR
    ms-Mcs-AdmPwdExpirationTime:INT64 msDS-RevealedUsers:BIN msDS-NeverRevealGroup:STRS"""
_TABLES: Final = {
    "user": ("user", _ACCOUNT),
    "computer": ("computer", _COMPUTER),
    "msDS-GroupManagedServiceAccount": ("gmsa", f"{_COMPUTER} msDS-GroupMSAMembership:SD"),
    "group": (
        "group",
        "sAMAccountName:STR objectSid:SID member:STRS adminCount:INT groupType:FLAGS managedBy:STR",
    ),
    "organizationalUnit": ("ou", "ou:STR gPLink:STR gPOptions:INT managedBy:STR"),
    "groupPolicyContainer": (
        "gpo",
        "gPCFileSysPath:STR versionNumber:INT displayName:STR flags:INT",
    ),
    "domainDNS": (
        "root",
        "objectSid:SID minPwdLength:INT pwdProperties:INT maxPwdAge:PERIOD ms-DS-MachineAccountQuota:INT"
        " msDS-Behavior-Version:INT gPLink:STR",
    ),
    "foreignSecurityPrincipal": ("foreignSecurityPrincipal", "objectSid:SID"),
    "trustedDomain": (
        "trustedDomain",
        "trustPartner:STR flatName:STR trustDirection:FLAGS trustType:FLAGS trustAttributes:FLAGS"
        " securityIdentifier:SID",
    ),
    "nTDSService": ("nTDSService", "tombstoneLifetime:INT dSHeuristics:STR"),
    "certificationAuthority": ("certificationauthority", "cACertificate:BIN"),
    "pKIEnrollmentService": (
        "pKIEnrollmentService",
        "dNSHostName:STR certificateTemplates:STRS cACertificate:BIN flags:INT",
    ),
    "pKICertificateTemplate": (
        "pKICertificateTemplate",
        "displayName:STR flags:INT revision:INT pKIExtendedKeyUsage:STRS msPKI-Certificate-Name-Flag:INT"
        " msPKI-Enrollment-Flag:INT msPKI-RA-Signature:INT msPKI-Template-Schema-Version:INT"
        " msPKI-Cert-Template-OID:STR",
    ),
}
_SQL: Final = {
    "INT": "int",
    "INT64": "bigint",
    "STR": "nvarchar(max)",
    "STRS": "nvarchar(max)",
    "SID": "varchar(max)",
    "SD": "varchar(max)",
    "BIN": "varchar(max)",
    "GUID": "uniqueidentifier",
    "DATE": "datetime2",
    "TICKS": "datetime2",
    "BOOL": "tinyint",
}


class OradadWriter:
    """Writes `<root>/<date>/` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / DNS / STAMP
        self.path.mkdir(parents=True)
        self._tables: dict[str, _Table] = {}
        for partition in ("domain", "configuration", "schema"):
            self._table(partition, "top", f"shortname:STR shortdn:STR {_TOP}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        metadata = f"\ufefforadad_version\t3.6.218\r\nforest|rootdns\t{DNS}\r\nforest|systemtime\t{STAMP}\r\n"
        (self.path / "metadata.tsv").write_bytes(metadata.encode("utf-16-le"))
        lines = [
            f"{DNS}_{STAMP}",
            "metadata.tsv\tmetadata\tmetadata\t2\tkey\tnvarchar(255)\tvalue\tnvarchar(1024)",
        ]
        for table in self._tables.values():
            table.file.close()
            lines.append(table.description)
        text = "\n".join(lines) + "\n"
        (self.path / "tables.tsv").write_text(text, encoding="utf-8", newline="\n")

    def write(self, item: Item) -> None:
        """Add one object: a row of `top`, and one of its class's table when it has one."""
        partition = item.partition
        where = f"domain/{DNS}" if partition == "domain" else f"{partition}/{DNS}"
        relative = item.dn.partition(",")[0]
        self._tables[f"{partition}/top"].row(item, (where, relative))
        found = _TABLES.get(item.object_class)
        if found:
            self._table(partition, *found).row(item, ())

    def _table(self, partition: str, name: str, columns: str) -> "_Table":
        key = f"{partition}/{name}"
        if key not in self._tables:
            folder = f"domain\\{DNS}" if partition == "domain" else partition
            path = self.path / folder.replace("\\", "/")
            path.mkdir(parents=True, exist_ok=True)
            self._tables[key] = _Table(path, f"{folder}\\{name}.tsv", columns.split())
        return self._tables[key]


class _Table:
    def __init__(self, folder: Path, path: str, columns: list[str]) -> None:
        name = path.rpartition("\\")[2]
        self.file: BinaryIO = (folder / name).open("wb", buffering=1 << 20)
        self.file.write(b"\xff\xfe")
        self._columns: list[tuple[str, Callable[[list[Value]], str]]] = []
        described = ["dn\tnvarchar(400)"]
        for column in columns:
            attribute, _, kind = column.partition(":")
            if attribute not in ("shortname", "shortdn"):
                self._columns.append((attribute, _FORMS[kind]))
            described += _described(attribute, kind)
        table = path[:-4].replace("\\", "_")
        self.description = "\t".join([path, table, table, str(len(described)), *described])

    def row(self, item: Item, first: tuple[str, ...]) -> None:
        fields = [item.dn, *first]
        attributes = item.attributes
        for name, form in self._columns:
            values = attributes.get(name)
            if values:
                fields.append(form(values))
            elif name == "nTSecurityDescriptor":
                fields.append(item.access.texts.setdefault("hex", item.access.descriptor.hex()))
            else:
                fields.append("\t" if form is _flags or form is _period else "")
        self.file.write("\t".join(fields).encode("utf-16-le") + _END)


_END: Final = "\r\n".encode("utf-16-le")


def _described(attribute: str, kind: str) -> list[str]:
    if kind in ("FLAGS", "PERIOD"):
        number = "int" if kind == "FLAGS" else "bigint"
        return [f"{attribute}\tnvarchar(200)", f"{attribute}_int\t{number}"]
    return [f"{attribute}\t{_SQL[kind]}"]


def _text(values: list[Value]) -> str:
    return str(values[0])


def _texts(values: list[Value]) -> str:
    text = ";".join(map(str, values))
    if len(text) - len(values) + 1 <= _FIELD:
        return text
    kept, room = [], _FIELD
    for value in map(str, values):
        kept.append(value[:room])
        room -= len(kept[-1])
    return ";".join(kept)


def _flags(values: list[Value]) -> str:
    return f"FLAGS\t{values[0]!s}"


def _period(values: list[Value]) -> str:
    return f"42:00:00:00\t{values[0]!s}"


def _hex(values: list[Value]) -> str:
    return ";".join(value.hex() for value in values if isinstance(value, bytes))


def _sids(values: list[Value]) -> str:
    return ";".join(sid_text(value) for value in values if isinstance(value, bytes))


def _guid(values: list[Value]) -> str:
    return str(UUID(bytes_le=values[0])) if isinstance(values[0], bytes) else ""


@lru_cache(maxsize=8192)
def _iso(seconds: int) -> str:
    return strftime("%Y-%m-%d %H:%M:%S", gmtime(seconds))


def _date(values: list[Value]) -> str:
    return _iso(from_generalized(str(values[0])))


def _ticks(values: list[Value]) -> str:
    text = str(values[0])
    if text == _NEVER:
        return "2999-12-12 23:59:59"
    return _iso(from_filetime(text)) if text != "0" else ""


def _boolean(values: list[Value]) -> str:
    return "1" if values[0] == "TRUE" else "0"


_FORMS: Final[dict[str, Callable[[list[Value]], str]]] = {
    "STR": _text,
    "STRS": _texts,
    "INT": _text,
    "INT64": _text,
    "FLAGS": _flags,
    "PERIOD": _period,
    "SID": _sids,
    "SD": _hex,
    "BIN": _hex,
    "GUID": _guid,
    "DATE": _date,
    "TICKS": _ticks,
    "BOOL": _boolean,
}
