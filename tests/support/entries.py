"""A small domain as LDAP entries, for the tests of the reader of entries."""

from typing import Any

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.descriptors import sid_bytes
from rempart.engines.directory.entries.reader import EntryReader
from rempart.engines.directory.model import Directory
from rempart.engines.directory.sddl import sddl_bytes
from rempart.kernel.progress import Silent

SID = "S-1-5-21-1-2-3"
BASE = "DC=chu,DC=test"
CONFIGURATION = f"CN=Configuration,{BASE}"
CLASSES = {
    "user": ["top", "person", "user"],
    "computer": ["top", "person", "user", "computer"],
    "msDS-GroupManagedServiceAccount": [
        *("top", "user", "computer"),
        "msDS-GroupManagedServiceAccount",
    ],
}


class Notes(Silent):
    """An observer that remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, message: str) -> None:
        self.told.append(message)


def entry(object_class: str, dn: str, **attributes: Any) -> tuple[str, dict[str, list[bytes]]]:
    """(DN, attributes); `_` in names stands for `-`, `sid=1105` for the SID with this RID, `sddl=` for a descriptor."""
    out = {"objectclass": [c.encode() for c in CLASSES.get(object_class, ["top", object_class])]}
    rid = attributes.pop("sid", None)
    if rid is not None:
        sid = f"{SID}-{rid}" if isinstance(rid, int) else rid
        out["objectsid"] = [sid_bytes(sid)]
    text = attributes.pop("sddl", None)
    if text is not None:
        out["ntsecuritydescriptor"] = [sddl_bytes(text, SID)]
    for name, value in attributes.items():
        values = value if isinstance(value, list) else [value]
        out[name.replace("_", "-")] = [
            v if isinstance(v, bytes) else str(v).encode() for v in values
        ]
    return dn, out


def root(**attributes: Any) -> tuple[str, dict[str, list[bytes]]]:
    """The root of the domain."""
    return entry("domainDNS", BASE, sid=SID, **attributes)


def account(name: str, rid: int, object_class: str = "user", **attributes: Any) -> Any:
    """An account or a group directly under CN=Users."""
    dn = f"CN={name.removesuffix('$')},CN=Users,{BASE}"
    return entry(object_class, dn, sid=rid, samaccountname=name, **attributes)


def read(
    *entries: tuple[str, dict[str, list[bytes]]],
    complete: bool | frozenset[str] = True,
    observer: Silent | None = None,
) -> Directory:
    """The directory that these entries make."""
    builder = Builder()
    reader = EntryReader(builder, complete=complete, observer=observer or Silent())
    for dn, attributes in entries:
        reader.add(dn, attributes)
    reader.finish()
    return builder.build()


def row(directory: Directory, name: str) -> int:
    """Row of the object called so (`NAME`, without its domain)."""
    wanted = f"{name}@CHU.TEST".upper()
    return directory.names.index(wanted)
