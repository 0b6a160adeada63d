"""Rights by name, as entries of a descriptor: the way back from `descriptors_rights`, for examples and generators."""

from typing import Any, Final

from rempart.engines.directory.examples.draft import FULL, Draft, Names
from rempart.engines.directory.rights import Right

_COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"
_USER = "bf967aba-0de6-11d0-a285-00aa003049e2"
_GROUP = "bf967a9c-0de6-11d0-a285-00aa003049e2"
_DMSA = "0feb936f-47b3-49f2-9386-1dedc2c23765"

RIGHT_AS_SDDL: Final[dict[Right, tuple[str, str]]] = {
    Right.GenericAll: (FULL, ""),
    Right.GenericWrite: ("WP", ""),
    Right.WriteDacl: ("WD", ""),
    Right.WriteOwner: ("WO", ""),
    Right.AllExtendedRights: ("CR", ""),
    Right.ForceChangePassword: ("CR", "00299570-246d-11d0-a768-00aa006e0529"),
    Right.AddMember: ("WP", "bf9679c0-0de6-11d0-a285-00aa003049e2"),
    Right.AddSelf: ("SW", "bf9679c0-0de6-11d0-a285-00aa003049e2"),
    Right.GetChanges: ("CR", "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"),
    Right.GetChangesAll: ("CR", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"),
    Right.GetChangesInFilteredSet: ("CR", "89e95b76-444d-4c62-991a-0facbeda640c"),
    Right.AddAllowedToAct: ("WP", "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79"),
    Right.AddKeyCredentialLink: ("WP", "5b47d60f-6090-40b2-9f37-2a4de88f3063"),
    Right.WriteSPN: ("WP", "f3a64788-5306-11d1-a9c5-0000f80367c1"),
    Right.WriteAccountRestrictions: ("WP", "4c164200-20c0-11d0-a768-00aa006e0529"),
    Right.WriteGPLink: ("WP", "f30e3bbe-9ff0-11d1-b603-0000f80367c1"),
    Right.ReadLAPSPassword: ("RPCR", "f3531ec6-6330-4f8e-8d39-7a671fbac605"),
    Right.Enroll: ("CR", "0e10c968-78fb-11d2-90d4-00c04f79dc55"),
    Right.AutoEnroll: ("CR", "a05b8cc2-17bc-4802-a710-e7c15ab866a2"),
    Right.WritePKIEnrollmentFlag: ("WP", "d15ef7d8-f226-46db-ae79-b34e560bd12c"),
    Right.WritePKINameFlag: ("WP", "ea1dddc4-60ff-416e-8cc0-17cee534bce7"),
    Right.WriteAltSecurityIdentities: ("WP", "00fbf30c-91fe-11d1-aebc-0000f80367c1"),
    Right.WritePublicInformation: ("WP", "e48d0154-bcf8-11d1-8702-00c04fb96050"),
    Right.WriteUserAccountControl: ("WP", "bf967a68-0de6-11d0-a285-00aa003049e2"),
    Right.WriteLogonScript: ("WP", "bf9679a8-0de6-11d0-a285-00aa003049e2"),
    Right.WriteManagedBy: ("WP", "0296c120-40da-11d1-a9c0-0000f80367c1"),
    Right.WriteAllowedToDelegateTo: ("WP", "800d94d7-b7a1-42a1-b14d-7cae1423d07f"),
    Right.WriteGMSAMembership: ("WP", "888eedd6-ce04-df40-b462-b8a50e41ba38"),
    Right.CreateChild: ("CC", ""),
    Right.CreateComputer: ("CC", _COMPUTER),
    Right.CreateUser: ("CC", _USER),
    Right.CreateGroup: ("CC", _GROUP),
    Right.CreateDMSA: ("CC", _DMSA),
    Right.DeleteChild: ("DC", ""),
    Right.Delete: ("SD", ""),
    Right.ReadSecret: ("RPCR", ""),
}
"""(rights, object type) of the entry that gives a right."""


def right_as_sddl(right: Right, sid: str, *, inherited: bool = False, deny: bool = False) -> str:
    """The SDDL entry that gives (or denies) a right to a SID. Raises KeyError for a right no entry gives."""
    rights, object_type = RIGHT_AS_SDDL[right]
    kind = ("OD" if deny else "OA") if object_type else ("D" if deny else "A")
    return f"({kind};{'CIID' if inherited else ''};{rights};{object_type};;{sid})"


def add_ace(names: Names, given: dict[str, Any]) -> None:
    """Apply one `aces` item of an example. Raises KeyError for an unknown name or right."""
    one = names.draft(str(given["on"]))
    sid = names.sid(str(given["who"]))
    if given.get("owner"):
        one.owner = sid
    right = str(given.get("right", ""))
    if right in ("", "Owns"):
        if right:
            one.owner = sid
        return
    if right == "ReadGMSAPassword":
        one.attributes.setdefault("msds-groupmsamembership", []).append(sid)
        return
    deny = bool(given.get("deny"))
    if right.startswith("("):
        entry = right.replace("%s", sid)
    else:
        entry = right_as_sddl(Right[right], sid, inherited=bool(given.get("inherited")), deny=deny)
    _insert(one, entry, first=deny or not given.get("inherited"))


def _insert(one: Draft, entry: str, *, first: bool) -> None:
    """Explicit entries come before inherited ones, as directories keep them."""
    one.aces.insert(0 if first else len(one.aces), entry)
