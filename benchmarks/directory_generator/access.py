"""Access lists: each entry is written with its bytes for LDAP and with the name that SharpHound gives it.

The names are stated here by hand, entry by entry, and not computed by the code under test: reading the three formats
back must therefore agree with an independent statement. Masks and GUIDs are those of MS-ADTS 5.1.3 and MS-ADSC.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rempart.engines.directory.descriptors import Ace, build_descriptor

CLASSES: Final = {
    "user": "bf967aba-0de6-11d0-a285-00aa003049e2",
    "computer": "bf967a86-0de6-11d0-a285-00aa003049e2",
    "group": "bf967a9c-0de6-11d0-a285-00aa003049e2",
    "inetorgperson": "4828cc14-1437-45bc-9b07-ad6f015e5f28",
}
CONTAINER_INHERIT: Final = 0x2
INHERIT_ONLY: Final = 0x8
INHERITED: Final = 0x10
FULL: Final = 0xF01FF
_FILTERED: Final = frozenset({"S-1-5-18", "S-1-3-0", "S-1-5-10"})
_SEES_EXTENDED: Final = frozenset(
    {"user", "msDS-GroupManagedServiceAccount", "domainDNS", "pKICertificateTemplate"}
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One entry; `named` gives (right of SharpHound, classes where it is written or None for all)."""

    sid: str
    mask: int
    object_type: str = ""
    inherited_type: str = ""
    flags: int = 0
    allow: bool = True
    named: tuple[tuple[str, frozenset[str] | None], ...] = ()

    def on_children(self) -> "Grant":
        """As it stands on the container it is set on, to be inherited."""
        only = INHERIT_ONLY if self.inherited_type else 0
        return replace(self, flags=CONTAINER_INHERIT | only)

    def inherited_by(self, object_class: str) -> "Grant":
        """As it stands on an object below, which propagates it without using it when it is for another class."""
        own = self.inherited_type in ("", CLASSES.get(object_class.lower(), "-"))
        return replace(self, flags=CONTAINER_INHERIT | INHERITED | (0 if own else INHERIT_ONLY))

    def ace(self) -> Ace:
        """As bytes are built from."""
        return Ace(
            self.allow, self.flags, self.mask, self.object_type, self.inherited_type, self.sid
        )

    def written(self, object_class: str) -> Iterable[tuple[str, str, bool]]:
        """(principal, right, inherited) that SharpHound writes for it on an object of this class."""
        if not self.allow or self.flags & INHERIT_ONLY or self.sid in _FILTERED:
            return
        for right, classes in self.named:
            if classes is None or object_class in classes:
                yield self.sid, right, bool(self.flags & INHERITED)


def _grant(mask: int, guid: str = "", right: str = "", classes: str = "") -> Callable[[str], Grant]:
    named = ((right, frozenset(classes.split()) or None),) if right else ()
    return lambda sid: Grant(sid, mask, guid, named=named)


full = _grant(FULL, "", "GenericAll")
read = _grant(0x20094)
write_dacl = _grant(0x40000, "", "WriteDacl")
write_owner = _grant(0x80000, "", "WriteOwner")
generic_write = _grant(0x20, "", "GenericWrite")
reset_password = _grant(
    0x100, "00299570-246d-11d0-a768-00aa006e0529", "ForceChangePassword", "user"
)
add_member = _grant(0x20, "bf9679c0-0de6-11d0-a285-00aa003049e2", "AddMember", "group")
add_self = _grant(0x8, "bf9679c0-0de6-11d0-a285-00aa003049e2", "AddSelf", "group")
write_spn = _grant(0x20, "f3a64788-5306-11d1-a9c5-0000f80367c1", "WriteSPN", "user")
write_key = _grant(
    0x20, "5b47d60f-6090-40b2-9f37-2a4de88f3063", "AddKeyCredentialLink", "user computer"
)
allow_to_act = _grant(0x20, "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79", "AddAllowedToAct", "computer")
restrictions = _grant(
    0x20, "4c164200-20c0-11d0-a768-00aa006e0529", "WriteAccountRestrictions", "computer"
)
write_link = _grant(
    0x20, "f30e3bbe-9ff0-11d1-b603-0000f80367c1", "WriteGPLink", "organizationalUnit domainDNS"
)
get_changes = _grant(0x100, "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "GetChanges", "domainDNS")
get_changes_all = _grant(
    0x100, "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2", "GetChangesAll", "domainDNS"
)
filtered_set = _grant(
    0x100, "89e95b76-444d-4c62-991a-0facbeda640c", "GetChangesInFilteredSet", "domainDNS"
)
enroll = _grant(
    0x100,
    "0e10c968-78fb-11d2-90d4-00c04f79dc55",
    "Enroll",
    "pKICertificateTemplate pKIEnrollmentService",
)
change_password = _grant(0x100, "ab721a53-1e2f-11d0-9819-00aa0040529b")


def all_but_delete_children(sid: str) -> Grant:
    """What Administrators inherit everywhere: everything except deleting children and subtrees."""
    named: tuple[tuple[str, frozenset[str] | None], ...] = (
        ("WriteDacl", None),
        ("WriteOwner", None),
        ("AllExtendedRights", _SEES_EXTENDED),
        ("GenericWrite", None),
    )
    return Grant(sid, 0xF01BD, named=named)


def _reads(sid: str, *guids: str, mask: int = 0x10, inherited: str = "") -> list[Grant]:
    return [Grant(sid, mask, guid, inherited) for guid in guids]


_SETS = (
    "4c164200-20c0-11d0-a768-00aa006e0529",
    "5f202010-79a5-11d0-9020-00c04fc2d4cf",
    "bc0ac240-79a9-11d0-9020-00c04fc2d4cf",
    "59ba2f42-79a2-11d0-9020-00c04fc2d3cf",
    "037088f8-0ae1-11d2-b422-00a0c968f939",
)
_NESTED_GROUPS = "b7c69e6d-2cc7-11d2-854e-00a0c983f608"
_NESTED_GROUPS_GLOBAL = "46a9b11d-60ae-405a-b7e8-ff8a58d456d2"


def from_domain_root(domain: str) -> list[Grant]:
    """What every object inherits from the root of the domain whose SID is `domain`."""
    out = [
        grant
        for guid in _SETS
        for kind in ("inetorgperson", "user")
        for grant in _reads("S-1-5-32-554", guid, inherited=CLASSES[kind])
    ]
    for kind in ("computer", "group", "user"):
        out += _reads("S-1-5-9", _NESTED_GROUPS, inherited=CLASSES[kind])
    for kind in ("inetorgperson", "group", "user"):
        out.append(Grant("S-1-5-32-554", 0x20094, "", CLASSES[kind]))
    out += _reads("S-1-5-10", "91e647de-d96f-4b70-9557-d63ff4f3ccd8", mask=0x130)
    out += [full(f"{domain}-519"), Grant("S-1-5-32-554", 0x4)]
    out.append(all_but_delete_children("S-1-5-32-544"))
    return out


def default_of(object_class: str, domain: str) -> list[Grant]:
    """The explicit entries that the schema gives to a new object, near enough to a real forest's."""
    common = [full(f"{domain}-512"), full("S-1-5-18")]
    match object_class:
        case "user":
            out = [full("S-1-5-32-548"), read("S-1-5-10"), Grant("S-1-5-11", 0x20000)]
            out += [change_password("S-1-1-0"), change_password("S-1-5-10")]
            out += _reads(f"{domain}-553", *_SETS[:4])
            out += _reads("S-1-5-11", *_SETS[3:], "77b5b886-944a-11d1-aebd-0000f80367c1")
            own = ("77b5b886-944a-11d1-aebd-0000f80367c1", "e45795b2-9455-11d1-aebd-0000f80367c1")
            out += _reads("S-1-5-10", *own, mask=0x30)
            out += _reads("S-1-5-32-560", _NESTED_GROUPS_GLOBAL)
            out += _reads("S-1-5-32-561", "6db69a1c-9422-11d1-aebd-0000f80367c1", mask=0x30)
            out += _reads(f"{domain}-517", "bf967a7f-0de6-11d0-a285-00aa003049e2", mask=0x30)
        case "computer":
            out = [full("S-1-5-32-548"), Grant("S-1-5-10", 0x3), read("S-1-5-11")]
            out += _reads("S-1-5-10", "72e39547-7b18-11d1-adef-00c04fd8d5cd", mask=0x8)
            out += _reads("S-1-5-10", "f3a64788-5306-11d1-a9c5-0000f80367c1", mask=0x8)
            out += _reads("S-1-5-32-550", "bf967aa8-0de6-11d0-a285-00aa003049e2", mask=0x3)
            out += _reads(f"{domain}-517", "bf967a7f-0de6-11d0-a285-00aa003049e2", mask=0x30)
        case "group":
            out = [full("S-1-5-32-548"), read("S-1-5-11"), read("S-1-5-10")]
            out += _reads("S-1-5-11", "ab721a55-1e2f-11d0-9819-00aa0040529b", mask=0x100)
            out += _reads("S-1-5-32-560", _NESTED_GROUPS_GLOBAL)
        case _:
            out = [read("S-1-5-11"), Grant("S-1-5-9", 0x20094)]
    return common + out


@dataclass(slots=True)
class Access:
    """The descriptor of one or many objects of one class."""

    object_class: str
    owner: str
    grants: list[Grant]
    protected: bool = False
    descriptor: bytes = b""
    texts: dict[str, Any] = field(default_factory=dict)
    """Forms that the writers keep: hexadecimal, folded base64, JSON."""

    def __post_init__(self) -> None:
        aces = [grant.ace() for grant in self.grants]
        self.descriptor = build_descriptor(self.owner, aces, protected=self.protected)

    def written(self) -> list[tuple[str, str, bool]]:
        """(principal, right, inherited) as SharpHound writes them, ownership first."""
        owner = [] if self.owner in _FILTERED else [(self.owner, "Owns", False)]
        rights = (one for grant in self.grants for one in grant.written(self.object_class))
        return list(dict.fromkeys([*owner, *rights]))

    def json(self, principal: Callable[[str], tuple[str, str]]) -> bytes:
        """The `Aces` of SharpHound; `principal` gives the id and type of a SID."""
        if "json" not in self.texts:
            aces = []
            for sid, right, inherited in self.written():
                identifier, kind = principal(sid)
                aces.append(
                    {
                        "PrincipalSID": identifier,
                        "PrincipalType": kind,
                        "RightName": right,
                        "IsInherited": inherited,
                        "InheritanceHash": "",
                    }
                )
            self.texts["json"] = json.dumps(aces).encode()
        found: bytes = self.texts["json"]
        return found


def below(
    object_class: str,
    domain: str,
    delegations: Iterable[Grant] = (),
    own: Iterable[Grant] = (),
    owner: str = "",
) -> Access:
    """The access list of an ordinary object: its own entries, its class's, then what it inherits."""
    inherited = [
        grant.inherited_by(object_class) for grant in [*delegations, *from_domain_root(domain)]
    ]
    explicit = [*own, *default_of(object_class, domain)]
    return Access(object_class, owner or f"{domain}-512", [*explicit, *inherited])


def protected(object_class: str, domain: str, own: Iterable[Grant] = ()) -> Access:
    """The access list that AdminSDHolder gives: protected, without anything inherited."""
    sids = (f"{domain}-512", f"{domain}-519", "S-1-5-32-544")
    grants = [*own, full(sids[0]), full(sids[1]), all_but_delete_children(sids[2])]
    grants += [full("S-1-5-18"), read("S-1-5-11"), change_password("S-1-1-0")]
    return Access(object_class, f"{domain}-512", grants, protected=True)
