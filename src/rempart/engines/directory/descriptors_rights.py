"""From the entries of a descriptor to rights: who may do what to an object of a given class.

Under SharpHound's own names the result is SharpHound's, so that the LDIF and the BloodHound file of one directory
give the same graph. It differs on purpose in these: deny entries are looked at; inherit-only entries never apply;
GENERIC_* bits are mapped to the bits they stand for; a property set that holds a sensitive attribute counts as that
attribute, and every validated write as AddSelf; GenericWrite is said of every class, WriteAccountRestrictions of
users too; AdminSDHolder has the rights of what it protects; ManageCA and ManageCertificates are not read from a
directory entry, where their bits mean "create child" and "delete child": they belong to the registry of the CA.

Deny, approximately: an entry that allows loses what an earlier entry denies to the same SID, to Everyone, to
Authenticated Users, or to a group that holds the principal at any depth. What a group is allowed stays the group's
even when another group, that only some of its members are in, is denied it; and a denial of one property does not
narrow an entry that allows all of them.

Owner Rights (S-1-3-4): where an entry names it, the owner has what these entries give and no longer what owners have
(MS-DTYP 2.4.2.4, MS-ADTS 5.1.3.3.2); BloodHound calls what is left OwnsLimitedRights.
"""

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Final

from rempart.engines.directory.descriptors import Ace, Descriptor
from rempart.engines.directory.rights import AceFlag, Mask, Right

CLASS_GUIDS: Final = {
    "user": "bf967aba-0de6-11d0-a285-00aa003049e2",
    "inetorgperson": "4828cc14-1437-45bc-9b07-ad6f015e5f28",
    "computer": "bf967a86-0de6-11d0-a285-00aa003049e2",
    "group": "bf967a9c-0de6-11d0-a285-00aa003049e2",
    "domaindns": "19195a5b-6da0-11d0-afd3-00c04fd930c9",
    "organizationalunit": "bf967aa5-0de6-11d0-a285-00aa003049e2",
    "container": "bf967a8b-0de6-11d0-a285-00aa003049e2",
    "adminsdholder": "bf967a8b-0de6-11d0-a285-00aa003049e2",
    "grouppolicycontainer": "f30e3bc2-9ff0-11d1-b603-0000f80367c1",
    "msds-managedserviceaccount": "ce206244-5827-4a86-ba1c-1c0c386c1b64",
    "msds-groupmanagedserviceaccount": "7b8b558a-93a5-4af7-adca-c017e67f1057",
    "msds-delegatedmanagedserviceaccount": "0feb936f-47b3-49f2-9386-1dedc2c23765",
    "pkicertificatetemplate": "e5209ca2-3bba-11d2-90cc-00c04fd91ab1",
    "pkienrollmentservice": "ee4aa692-3bba-11d2-90cc-00c04fd91ab1",
    "certificationauthority": "3fdfee50-47f4-11d1-a9c3-0000f80367c1",
    "mspki-enterprise-oid": "37cfd85c-6719-4ad8-8f9e-8678ba627563",
    "foreignsecurityprincipal": "89e31c12-8530-11d0-afda-00c04fd930c9",
    "trusteddomain": "bf967ab8-0de6-11d0-a285-00aa003049e2",
    "site": "bf967ab3-0de6-11d0-a285-00aa003049e2",
    "server": "bf967a92-0de6-11d0-a285-00aa003049e2",
    "ntdsdsa": "f0f8ffab-1191-11d0-a060-00aa006c33ed",
    "dnszone": "e0fa1e8b-9b45-11d0-afdd-00c04fd930c9",
    "dnsnode": "e0fa1e8c-9b45-11d0-afdd-00c04fd930c9",
    "secret": "bf967aae-0de6-11d0-a285-00aa003049e2",
    "contact": "5cb41ed0-0e4c-11d0-a286-00aa003049e2",
    "builtindomain": "bf967a81-0de6-11d0-a285-00aa003049e2",
    "configuration": "bf967a87-0de6-11d0-a285-00aa003049e2",
    "dmd": "bf967a8f-0de6-11d0-a285-00aa003049e2",
    "crossref": "bf967a8d-0de6-11d0-a285-00aa003049e2",
    "printqueue": "bf967aa8-0de6-11d0-a285-00aa003049e2",
    "mskds-provrootkey": "aa02fd41-17e0-4f18-8687-b2239649736b",
}
"""schemaIDGUID of the common classes (MS-ADSC), by lower-case LDAP name."""

ADMINSDHOLDER: Final = "adminsdholder"
"""Stands for the class of AdminSDHolder, a container whose entries are copied onto users and groups."""
_USERS = frozenset({"user", "inetorgperson", ADMINSDHOLDER})
_MANAGED = frozenset(
    {
        "msds-managedserviceaccount",
        "msds-groupmanagedserviceaccount",
        "msds-delegatedmanagedserviceaccount",
    }
)
_COMPUTERS = frozenset({"computer"})
_ACCOUNTS = _USERS | _MANAGED | _COMPUTERS
_GROUPS = frozenset({"group", ADMINSDHOLDER})
_LINKED = frozenset({"organizationalunit", "domaindns", "site"})
_ROOTS = frozenset({"domaindns", "configuration", "dmd"})
_PUBLISHED = frozenset({"pkicertificatetemplate", "pkienrollmentservice"})
_TEMPLATES = frozenset({"pkicertificatetemplate"})
_EXTENDED = _ACCOUNTS | _ROOTS | _TEMPLATES

_PROPERTIES: Final = (
    ("f3a64788-5306-11d1-a9c5-0000f80367c1", _USERS | _MANAGED, Right.WriteSPN),
    ("3f78c3e5-f79a-46bd-a0b8-9d18116ddc79", _COMPUTERS, Right.AddAllowedToAct),
    ("4c164200-20c0-11d0-a768-00aa006e0529", _ACCOUNTS, Right.WriteAccountRestrictions),
    ("f30e3bbe-9ff0-11d1-b603-0000f80367c1", _LINKED, Right.WriteGPLink),
    ("bf9679c0-0de6-11d0-a285-00aa003049e2", _GROUPS, Right.AddMember),
    ("bc0ac240-79a9-11d0-9020-00c04fc2d4cf", _GROUPS, Right.AddMember),  # Membership
    ("5b47d60f-6090-40b2-9f37-2a4de88f3063", _ACCOUNTS, Right.AddKeyCredentialLink),
    # DS-Validated-Write-Computer, whose attributes hold msDS-KeyCredentialLink.
    ("9b026da6-0d3c-465c-8bee-5199d7165cba", _ACCOUNTS, Right.AddKeyCredentialLink),
    ("d15ef7d8-f226-46db-ae79-b34e560bd12c", _TEMPLATES, Right.WritePKIEnrollmentFlag),
    ("ea1dddc4-60ff-416e-8cc0-17cee534bce7", _TEMPLATES, Right.WritePKINameFlag),
    ("e48d0154-bcf8-11d1-8702-00c04fb96050", _ACCOUNTS, Right.WritePublicInformation),
    ("00fbf30c-91fe-11d1-aebc-0000f80367c1", _ACCOUNTS, Right.WriteAltSecurityIdentities),
    ("bf967a68-0de6-11d0-a285-00aa003049e2", _ACCOUNTS, Right.WriteUserAccountControl),
    ("bf9679a8-0de6-11d0-a285-00aa003049e2", _USERS, Right.WriteLogonScript),
    ("5f202010-79a5-11d0-9020-00c04fc2d4cf", _USERS, Right.WriteLogonScript),  # User-Logon
    ("0296c120-40da-11d1-a9c0-0000f80367c1", None, Right.WriteManagedBy),
    ("800d94d7-b7a1-42a1-b14d-7cae1423d07f", _ACCOUNTS, Right.WriteAllowedToDelegateTo),
    ("888eedd6-ce04-df40-b462-b8a50e41ba38", _MANAGED, Right.WriteGMSAMembership),
)
"""(attribute or property set, classes or None for all, right) for WRITE_PROPERTY."""

_CONTROLS: Final = (
    ("00299570-246d-11d0-a768-00aa006e0529", _USERS | _MANAGED, Right.ForceChangePassword),
    ("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", _ROOTS, Right.GetChanges),
    ("1131f6ad-9c07-11d1-f79f-00c04fc2dcd2", _ROOTS, Right.GetChangesAll),
    ("89e95b76-444d-4c62-991a-0facbeda640c", _ROOTS, Right.GetChangesInFilteredSet),
    ("0e10c968-78fb-11d2-90d4-00c04f79dc55", _PUBLISHED, Right.Enroll),
    ("a05b8cc2-17bc-4802-a710-e7c15ab866a2", _TEMPLATES, Right.AutoEnroll),
)
"""(control access right, classes, right) for CONTROL_ACCESS."""

_CHILDREN: Final = {
    "": Right.CreateChild,
    CLASS_GUIDS["computer"]: Right.CreateComputer,
    CLASS_GUIDS["user"]: Right.CreateUser,
    CLASS_GUIDS["inetorgperson"]: Right.CreateUser,
    CLASS_GUIDS["group"]: Right.CreateGroup,
    CLASS_GUIDS["msds-delegatedmanagedserviceaccount"]: Right.CreateDMSA,
}
_MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"
_KDS_KEY_DATA = "26627c27-08a2-0a40-a1b1-8dce85b42993"
_SECRET_VALUE = "bf967947-0de6-11d0-a285-00aa003049e2"  # noqa: S105 - a schema GUID

NOBODY: Final = frozenset({"S-1-5-18", "S-1-3-0", "S-1-5-10"})
"""SYSTEM, Creator Owner, Self: left out, as SharpHound does; the owner is kept apart anyway."""
OWNER_RIGHTS: Final = "S-1-3-4"
_EVERYBODY = frozenset({"S-1-1-0", "S-1-5-11"})
_GENERIC_WRITE = Mask.READ_CONTROL | Mask.WRITE_PROPERTY | Mask.SELF
_FULL = int(Mask.FULL_CONTROL)
_INHERIT_ONLY, _INHERITED = int(AceFlag.INHERIT_ONLY), int(AceFlag.INHERITED)


def specific(mask: int) -> int:
    """An access mask with its GENERIC_* bits replaced by the directory bits they stand for (MS-ADTS 5.1.3.2)."""
    if mask & 0xF0000000:
        if mask & Mask.GENERIC_ALL:
            mask |= _FULL
        if mask & Mask.GENERIC_WRITE:
            mask |= int(_GENERIC_WRITE)
        if mask & Mask.GENERIC_READ:
            mask |= 0x20094
    return mask & 0xFFFFFFF


@lru_cache(maxsize=65536)
def rights_of_mask(
    object_class: str, mask: int, object_type: str, laps: frozenset[str] | None
) -> tuple[Right, ...]:
    """Rights that one mask gives on an object of this class (lower-case LDAP name).

    `object_type` is the GUID of the entry or ""; `laps` holds the GUIDs of the LAPS password attributes of the
    schema when the object is a computer that has one, else None.
    """
    mask = specific(mask)
    if mask & _FULL == _FULL:
        if not object_type:
            return (Right.GenericAll,)
        mask &= ~(Mask.WRITE_DAC | Mask.WRITE_OWNER | Mask.DELETE)
    out = []
    if mask & Mask.WRITE_DAC:
        out.append(Right.WriteDacl)
    if mask & Mask.WRITE_OWNER:
        out.append(Right.WriteOwner)
    if mask & Mask.CONTROL_ACCESS:
        out += _control_rights(object_class, object_type, laps)
    if mask & Mask.WRITE_PROPERTY:
        out += _write_rights(object_class, object_type)
    elif mask & Mask.SELF and object_class in _GROUPS and object_type in ("", _MEMBER):
        out.append(Right.AddSelf)
    if mask & Mask.CREATE_CHILD and object_type in _CHILDREN:
        out.append(_CHILDREN[object_type])
    if mask & Mask.DELETE_CHILD and not object_type:
        out.append(Right.DeleteChild)
    if mask & Mask.DELETE:
        out.append(Right.Delete)
    if _reads_secret(object_class, mask, object_type):
        out.append(Right.ReadSecret)
    return tuple(out)


def _control_rights(
    object_class: str, object_type: str, laps: frozenset[str] | None
) -> list[Right]:
    if not object_type:
        # SharpHound says it of a computer only when LAPS gives it a meaning.
        silent = object_class in _COMPUTERS and laps is None
        return [Right.AllExtendedRights] if object_class in _EXTENDED and not silent else []
    if laps is not None and object_type in laps:
        return [Right.ReadLAPSPassword]
    return [r for guid, kinds, r in _CONTROLS if guid == object_type and object_class in kinds]


def _write_rights(object_class: str, object_type: str) -> list[Right]:
    if not object_type:
        return [Right.GenericWrite]
    return [
        right
        for guid, kinds, right in _PROPERTIES
        if guid == object_type and (kinds is None or object_class in kinds)
    ]


def _reads_secret(object_class: str, mask: int, object_type: str) -> bool:
    if object_class == "secret":
        return bool(mask & Mask.READ_PROPERTY) and object_type in ("", _SECRET_VALUE)
    if object_class == "mskds-provrootkey":
        # The attribute is confidential: reading it takes both bits.
        both = Mask.READ_PROPERTY | Mask.CONTROL_ACCESS
        return mask & both == both and object_type in ("", _KDS_KEY_DATA)
    return False


def rights_of(
    descriptor: Descriptor,
    object_class: str,
    *,
    class_guid: str = "",
    laps: frozenset[str] | None = None,
    above: Callable[[str], Collection[str]] = lambda _: (),
) -> list[tuple[str, Right, bool]]:
    """(principal SID, right, inherited) of a descriptor on an object of this class (lower-case LDAP name).

    `class_guid` is the schemaIDGUID of the class when it is not in `CLASS_GUIDS`; without either, the inherit-only
    flag alone tells whether an inherited entry applies. `above` gives the SIDs of the groups that hold a principal,
    and is asked only where an entry denies. Ownership comes first, as `Right.Owns`.
    """
    out: list[tuple[str, Right, bool]] = []
    meanings = _meanings(object_class, class_guid or CLASS_GUIDS.get(object_class, ""), laps)
    owner = "" if descriptor.owner in NOBODY else descriptor.owner
    limited = any(
        ace.sid == OWNER_RIGHTS and meanings.of(ace) is not None for ace in descriptor.aces or ()
    )
    if owner and not limited:
        out.append((owner, Right.Owns, False))
    denied: dict[str, list[Ace]] = {}
    for ace in descriptor.aces or ():
        given = meanings.of(ace)
        if not ace.allow:
            if given is not None:
                denied.setdefault(ace.sid, []).append(ace)
        elif given:
            out += (
                _less(given, ace, _denials(ace.sid, denied, above), object_class, laps)
                if denied
                else given
            )
    if limited:
        out = [(owner if sid == OWNER_RIGHTS else sid, right, i) for sid, right, i in out]
    return [one for one in dict.fromkeys(out) if one[0]]


Given = tuple[tuple[str, Right, bool], ...]
_KNOWN_LIMIT = 500_000


class _Meanings:
    """What each distinct entry gives on objects of one class, read once."""

    def __init__(self, object_class: str, guid: str, laps: frozenset[str] | None) -> None:
        self._class, self._guid, self._laps = object_class, guid, laps
        self._known: dict[Ace, Given | None] = {}

    def of(self, ace: Ace) -> Given | None:
        """(principal, right, inherited) of an entry; None when it does not apply to the object itself."""
        try:
            return self._known[ace]
        except KeyError:
            pass
        found = self._read(ace)
        if len(self._known) < _KNOWN_LIMIT:
            self._known[ace] = found
        return found

    def _read(self, ace: Ace) -> Given | None:
        if ace.flags & _INHERIT_ONLY or ace.sid in NOBODY:
            return None
        inherited = bool(ace.flags & _INHERITED)
        if inherited and self._guid and ace.inherited_type not in ("", self._guid):
            return None
        rights = rights_of_mask(self._class, ace.mask, ace.object_type, self._laps)
        return tuple((ace.sid, right, inherited) for right in rights)


@lru_cache(maxsize=1024)
def _meanings(object_class: str, guid: str, laps: frozenset[str] | None) -> _Meanings:
    return _Meanings(object_class, guid, laps)


def _less(
    given: Given,
    ace: Ace,
    denials: Iterable[Ace],
    object_class: str,
    laps: frozenset[str] | None,
) -> Given:
    """What is left of an allowing entry after the denials met before it."""
    mask = specific(ace.mask)
    for denial in denials:
        if denial.object_type in ("", ace.object_type):
            mask &= ~specific(denial.mask)
    if given[0][1] == Right.GenericAll and mask & Mask.WRITE_DAC:
        return given  # who may rewrite the DACL takes back what is denied
    left = rights_of_mask(object_class, mask, ace.object_type, laps)
    return tuple(one for one in given if one[1] in left)


def _denials(
    sid: str, denied: dict[str, list[Ace]], above: Callable[[str], Collection[str]]
) -> Iterable[Ace]:
    """The denials that reach a principal, of those met so far."""
    reaching = {sid, *_EVERYBODY}
    if not denied.keys() <= reaching:
        reaching.update(above(sid))
    return (denial for name, denials in denied.items() if name in reaching for denial in denials)


def principals_of(descriptor: Descriptor) -> list[str]:
    """SIDs that any entry allows: for descriptors that are lists of principals (RBCD, gMSA readers)."""
    allowed: Iterable[str] = (
        ace.sid for ace in descriptor.aces or () if ace.allow and ace.sid not in NOBODY
    )
    return list(dict.fromkeys(allowed))
