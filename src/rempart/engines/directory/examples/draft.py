"""An object of the example directory before it becomes an LDAP entry: values one can read and change.

`Draft.render` gives the entry; what each attribute accepts is in `wire`.
"""

import re
import struct
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from rempart.engines.directory.descriptors import Ace, build_descriptor, sid_bytes
from rempart.engines.directory.entries.attributes import LINKS
from rempart.engines.directory.entries.values import FILETIME_EPOCH
from rempart.engines.directory.sddl import read_ace, read_sddl, resolver

DOMAIN_SID: Final = "S-1-5-21-1004336348-1177238915-682003330"
DOMAIN: Final = "DC=sain,DC=test"
CONFIGURATION: Final = f"CN=Configuration,{DOMAIN}"
SCHEMA: Final = f"CN=Schema,{CONFIGURATION}"
SYSTEM: Final = f"CN=System,{DOMAIN}"
SERVICES: Final = f"CN=Services,{CONFIGURATION}"
PKI: Final = f"CN=Public Key Services,{SERVICES}"
USERS: Final = f"CN=Users,{DOMAIN}"

FULL: Final = "CCDCLCSWRPWPDTLOCRSDRCWDWO"
READ: Final = "RPLCLORC"
RESOLVE: Final[Callable[[str], str]] = resolver(DOMAIN_SID)

_DATES = frozenset(
    {
        "pwdlastset",
        "lastlogontimestamp",
        "whencreated",
        "whenchanged",
        "accountexpires",
        "ms-mcs-admpwdexpirationtime",
        "mslaps-passwordexpirationtime",
    }
)
_DURATIONS = frozenset(
    {
        "maxpwdage",
        "minpwdage",
        "lockoutduration",
        "lockoutobservationwindow",
        "msds-maximumpasswordage",
        "msds-minimumpasswordage",
        "msds-lockoutduration",
        "msds-lockoutobservationwindow",
    }
)
_SIDS = frozenset({"objectsid", "sidhistory", "securityidentifier", "ms-ds-creatorsid"})
PRINCIPALS = frozenset({"msds-allowedtoactonbehalfofotheridentity", "msds-groupmsamembership"})
_DN_BINARY = frozenset({"msds-revealedusers"})
_AGO = re.compile(r"([+-]?\d+)([dhm])")
_SECONDS = {"d": 86400, "h": 3600, "m": 60}
NEVER_TICKS: Final = -(1 << 63)


@dataclass(slots=True)
class Draft:
    """One object. `aces` are SDDL entries; `owner` is an SDDL alias or a SID."""

    dn: str
    classes: list[str]
    attributes: dict[str, list[Any]] = field(default_factory=dict)
    owner: str = "DA"
    protected: bool = False
    aces: list[str] = field(default_factory=list)
    described: bool = True  # False: nTSecurityDescriptor is not in the entry

    @property
    def short_name(self) -> str:
        """sAMAccountName without its dollar, or the value of the first component of the DN."""
        account = self.attributes.get("samaccountname")
        name = str(account[0]) if account else self.dn.partition(",")[0].partition("=")[2]
        return name.removesuffix("$")

    @property
    def sid(self) -> str:
        """SID text, or ""."""
        known = self.attributes.get("objectsid")
        return str(known[0]) if known else ""

    def copy(self) -> "Draft":
        """A draft that can be changed without changing this one."""
        attributes = {name: list(values) for name, values in self.attributes.items()}
        return Draft(
            self.dn,
            list(self.classes),
            attributes,
            self.owner,
            self.protected,
            list(self.aces),
            self.described,
        )


class Names:
    """Finds drafts by the names that people give them."""

    ALIASES: Final = {
        "domaine": DOMAIN,
        "configuration": CONFIGURATION,
        "schéma": SCHEMA,
        "schema": SCHEMA,
        "adminsdholder": f"CN=AdminSDHolder,{SYSTEM}",
        "domaindnszones": f"DC=DomainDnsZones,{DOMAIN}",
        "forestdnszones": f"DC=ForestDnsZones,{DOMAIN}",
        "directory service": f"CN=Directory Service,CN=Windows NT,{SERVICES}",
        "system": SYSTEM,
        "autorité": f"CN=SAIN-CA,CN=Enrollment Services,{PKI}",
        "administrateur": f"CN=Administrator,{USERS}",
        "invité": f"CN=Guest,{USERS}",
    }

    def __init__(self, drafts: dict[str, Draft]) -> None:
        self._drafts = drafts  # by lower-case DN
        self._short: dict[str, Draft] = {}
        for draft in drafts.values():
            if "samaccountname" in draft.attributes:
                self._short.setdefault(draft.short_name.lower(), draft)
        for draft in drafts.values():
            self._short.setdefault(draft.dn.partition(",")[0].partition("=")[2].lower(), draft)
            for shown in draft.attributes.get("displayname", []):
                self._short.setdefault(str(shown).lower(), draft)

    def draft(self, name: str) -> Draft:
        """The object called so: DN, alias, sAMAccountName (dollar or not), cn, displayName, or SID. Raises KeyError."""
        key = name.lower()
        found = self._drafts.get(self.ALIASES.get(key, name).lower())
        found = found or self._short.get(key) or self._short.get(key.removesuffix("$"))
        if found is None and name.startswith("S-1-"):
            found = next((d for d in self._drafts.values() if d.sid == name), None)
        if found is None:
            raise KeyError(f"the example directory has no object called {name}")
        return found

    def sid(self, name: str) -> str:
        """SID of a principal: SID, SDDL alias, or name of an object."""
        if name.startswith("S-1-") or (len(name) == 2 and name.isupper()):
            return RESOLVE(name)
        return self.draft(name).sid

    def dn(self, name: str) -> str:
        """DN of an object; a text with an equals sign is already one."""
        if "=" in name:
            return name
        return self.draft(name).dn


def ticks(value: str, today: int) -> int | None:
    """FILETIME of `-800d`, `+3h` (from today), `never` or `2026-01-31`; None when it is none of these."""
    if value == "never":
        return 0
    found = _AGO.fullmatch(value)
    if found:
        instant = today + int(found.group(1)) * _SECONDS[found.group(2)]
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        instant = int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
    else:
        return None
    return (instant + FILETIME_EPOCH) * 10_000_000


def wire(name: str, value: Any, names: Names, today: int) -> bytes:
    """One value as LDAP carries it.

    Dates accept `-800d`, durations `42d` or `never`, SIDs and links the names of objects, binary values `hex:…`
    or `b64:…`, dNSProperty the number of the zone's ALLOW_UPDATE.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return b"TRUE" if value else b"FALSE"
    if name == "dnsproperty" and isinstance(value, int):
        return struct.pack("<IIIIIB", 1, 0, 0, 1, 2, value) + b"\0"
    written = str(value)
    if written.startswith("hex:"):
        return bytes.fromhex(written[4:])
    if written.startswith("b64:"):
        return b64decode(written[4:])
    if name in _DATES:
        found = ticks(written, today)
        return written.encode() if found is None else str(found).encode()
    if name in _DURATIONS:
        return _duration(written)
    if name in _SIDS:
        return sid_bytes(names.sid(written))
    if name in ("objectguid", "schemaidguid", "attributesecurityguid"):
        return UUID(written).bytes_le
    if name in LINKS:
        dn = names.dn(written)
        return f"B:8:00000000:{dn}".encode() if name in _DN_BINARY else dn.encode()
    return written.encode()


def _duration(written: str) -> bytes:
    if written == "never":
        return str(NEVER_TICKS).encode()
    found = _AGO.fullmatch(written)
    if not found:
        return written.encode()
    return str(-abs(int(found.group(1))) * _SECONDS[found.group(2)] * 10_000_000).encode()


def render(draft: Draft, names: Names, today: int) -> tuple[str, dict[str, list[bytes]]]:
    """The LDAP entry of a draft: (DN, attributes)."""
    out: dict[str, list[bytes]] = {"objectclass": [name.encode() for name in draft.classes]}
    out["objectguid"] = [uuid5(NAMESPACE_URL, draft.dn.lower()).bytes_le]
    out["whencreated"] = [wire("whencreated", "-1500d", names, today)]
    out["usnchanged"], out["instancetype"] = [b"12345"], [b"4"]
    for name, values in draft.attributes.items():
        if name in PRINCIPALS:
            out[name] = [_principals(values, names)]
        elif name == "gplink":
            out[name] = [_policy_links(values, names)]
        else:
            out[name] = [wire(name, value, names, today) for value in values]
    if draft.described:
        out["ntsecuritydescriptor"] = [_descriptor(draft, names)]
    return draft.dn, out


_READ_ACES: dict[str, Ace | None] = {}
_BUILT: dict[tuple[str, tuple[str, ...], bool], bytes] = {}


def _descriptor(draft: Draft, names: Names) -> bytes:
    owner = names.sid(draft.owner) if draft.owner else ""
    key = (owner, tuple(draft.aces), draft.protected)
    built = _BUILT.get(key)
    if built is None:
        aces = [_ace(text) for text in draft.aces]
        present = [ace for ace in aces if ace is not None]
        built = _BUILT[key] = build_descriptor(owner, present, protected=draft.protected)
    return built


def _ace(text: str) -> Ace | None:
    if text not in _READ_ACES:
        _READ_ACES[text] = read_ace(text, RESOLVE)
    return _READ_ACES[text]


def _principals(values: list[Any], names: Names) -> bytes:
    aces = [Ace(True, 0, 0xF01FF, "", "", names.sid(str(value))) for value in values]
    return build_descriptor("S-1-5-32-544", aces)


def _policy_links(values: list[Any], names: Names) -> bytes:
    """gPLink from names of policies, or from {gpo, enforced, disabled}; a text with a bracket is already one."""
    out = []
    for value in values:
        if isinstance(value, str) and "[" in value:
            out.append(value)
            continue
        link = value if isinstance(value, dict) else {"gpo": value}
        options = 2 * bool(link.get("enforced")) | bool(link.get("disabled"))
        out.append(f"[LDAP://{names.dn(str(link['gpo']))};{options}]")
    return "".join(out).encode()


def set_descriptor(draft: Draft, text: str) -> None:
    """Replace the descriptor of a draft by one given as SDDL."""
    read = read_sddl(text, DOMAIN_SID)
    draft.owner, draft.protected = read.owner, read.protected
    draft.aces = re.findall(r"\([^()]*\)", text)
