"""The objects that every directory has, and those that carry the planted weaknesses: about a hundred."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.directory_generator import access
from benchmarks.directory_generator.access import Access, Grant
from benchmarks.directory_generator.items import (
    CLASSES,
    Attributes,
    Item,
    filetime,
    generalized,
    guid_text,
    sid_value,
)
from benchmarks.directory_generator.shape import DAY, DNS, DOMAIN_SID, ROOT, TODAY, Who

CONFIGURATION: Final = f"CN=Configuration,{ROOT}"
PKI: Final = f"CN=Public Key Services,CN=Services,{CONFIGURATION}"
POLICIES: Final = f"CN=Policies,CN=System,{ROOT}"
NEVER_EXPIRES: Final = "9223372036854775807"
WELL_KNOWN: Final = {  # names of groups by RID, in the domain and in Builtin
    512: "Domain Admins",
    513: "Domain Users",
    514: "Domain Guests",
    515: "Domain Computers",
    516: "Domain Controllers",
    517: "Cert Publishers",
    518: "Schema Admins",
    519: "Enterprise Admins",
    520: "Group Policy Creator Owners",
    521: "Read-only Domain Controllers",
    525: "Protected Users",
    526: "Key Admins",
    527: "Enterprise Key Admins",
    553: "RAS and IAS Servers",
    571: "Allowed RODC Password Replication Group",
    572: "Denied RODC Password Replication Group",
    1101: "DnsAdmins",
}
BUILTIN: Final = {
    544: "Administrators",
    545: "Users",
    546: "Guests",
    548: "Account Operators",
    549: "Server Operators",
    550: "Print Operators",
    551: "Backup Operators",
    554: "Pre-Windows 2000 Compatible Access",
    555: "Remote Desktop Users",
    560: "Windows Authorization Access Group",
    561: "Terminal Server License Servers",
}
_PROTECTED: Final = frozenset({512, 516, 518, 519, 521, 526, 527, 544, 548, 549, 550, 551})
_FLAGS: Final = {"normal": 0x200, "disabled": 0x2, "never": 0x10000, "no_preauth": 0x400000}
_NO_EXPIRY: Final = _FLAGS["normal"] | _FLAGS["never"]


def guid_of(name: str) -> bytes:
    """The GUID of a fixed object: its DN decides, so that links can be written before the object is."""
    return hashlib.blake2b(name.lower().encode(), digest_size=16).digest()


def sid_of(rid: int) -> str:
    """A SID of the domain."""
    return f"{DOMAIN_SID}-{rid}"


def group_of(rid: int) -> Who:
    """One of the well-known groups."""
    if rid in BUILTIN:
        return Who(f"S-1-5-32-{rid}", f"CN={BUILTIN[rid]},CN=Builtin,{ROOT}", "Group")
    return Who(sid_of(rid), f"CN={WELL_KNOWN[rid]},CN=Users,{ROOT}", "Group")


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the fixed part: RID, name, where it is, how it differs from an ordinary one."""

    rid: int
    name: str
    uac: int = 0x200
    password_age: int = 60
    admin: bool = False
    extra: tuple[tuple[str, tuple[str | bytes, ...]], ...] = ()
    own: tuple[Grant, ...] = ()
    owner: str = ""
    primary_group: int = 513

    @property
    def who(self) -> Who:
        """How others name it."""
        return Who(sid_of(self.rid), f"CN={self.name},CN=Users,{ROOT}", "User")


HELPDESK, BACKUP, PRINTER, NURSE, DOCTOR, INTERN = (sid_of(rid) for rid in range(1201, 1207))
PEOPLE: Final = (
    Person(500, "Administrator", _NO_EXPIRY, 1500, admin=True),
    Person(501, "Guest", 0x10222 & ~0x2, 0),
    Person(502, "krbtgt", 0x202, 2000, admin=True),
    Person(1201, "helpdesk"),
    Person(1202, "svc-sauvegarde", _NO_EXPIRY, 900),
    Person(1203, "svc-impression", _NO_EXPIRY | _FLAGS["no_preauth"], 1400),
    Person(1204, "infirmiere"),
    Person(1205, "medecin"),
    Person(1206, "stagiaire"),
    Person(1207, "adm-jean", admin=True, own=(access.reset_password(HELPDESK),)),
    Person(1208, "adm-paul", _NO_EXPIRY, 1300, admin=True, owner=HELPDESK),
    Person(
        1209,
        "svc-sql",
        _NO_EXPIRY,
        1200,
        admin=True,
        extra=(("servicePrincipalName", (f"MSSQLSvc/srv01.{DNS}:1433",)),),
    ),
    Person(1210, "ancien-migre", extra=(("sIDHistory", (sid_value(sid_of(512)),)),)),
    Person(1211, "vieux-logiciel", 0x200 | 0x80 | 0x200000 | 0x20),
    Person(1212, "compte-primaire", primary_group=512),
    Person(1213, "cible-spn", own=(access.write_spn(INTERN), access.write_key(NURSE))),
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A weakness put there on purpose: what it is, the ids of the objects that carry it, and the ANSSI control that
    must name them ("" when it is seen in the paths only)."""

    what: str
    objects: tuple[str, ...]
    control: str = ""


POLICY_GUIDS: Final = {
    "Default Domain Policy": "31B2F340-016D-11D2-945F-00C04FB984F9",
    "Default Domain Controllers Policy": "6AC1786C-016F-11D2-945F-00C04FB984F9",
    "Postes": "A1B2C3D4-0000-4000-8000-000000000001",
}

_TEMPLATE = guid_text(guid_of(f"CN=ServeurWeb,CN=Certificate Templates,{PKI}"))
_OWNED = guid_text(guid_of(f"CN=PosteTravail,CN=Certificate Templates,{PKI}"))
_POLICY = guid_text(guid_of(f"CN={{{POLICY_GUIDS['Postes']}}},{POLICIES}"))
_HOLDER = guid_text(guid_of(f"CN=AdminSDHolder,CN=System,{ROOT}"))
_PLANTED: Final = (
    (
        "dcsync",
        "replication rights to an ordinary account",
        DOMAIN_SID,
        "vuln_permissions_naming_context",
    ),
    (
        "admin_reset",
        "an administrator's password can be reset",
        sid_of(1207),
        "vuln_privileged_members_perm",
    ),
    (
        "admin_owned",
        "an administrator is owned by an ordinary account",
        sid_of(1208),
        "vuln_owner",
    ),
    ("admin_kerberoastable", "an administrator has an SPN", sid_of(1209), "vuln_spn_priv"),
    ("no_preauth", "no pre-authentication", sid_of(1203), "vuln_kerberos_properties_preauth"),
    ("sid_history", "SID history of Domain Admins", sid_of(1210), "vuln_sidhistory_dangerous"),
    ("des_only", "DES keys only", sid_of(1211), "vuln_kerberos_properties_deskey"),
    (
        "primary_group",
        "hidden in Domain Admins",
        sid_of(1212),
        "vuln_primary_group_id_nochange",
    ),
    (
        "adminsdholder",
        "AdminSDHolder can be rewritten",
        _HOLDER,
        "vuln_permissions_adminsdholder",
    ),
    ("group_nested", "ordinary users reach Domain Admins by groups", sid_of(1301), ""),
    (
        "group_writable",
        "a nested group can be filled",
        sid_of(1302),
        "vuln_privileged_members_perm",
    ),
    ("self_backup", "an intern can join Backup Operators", "S-1-5-32-551", ""),
    (
        "policy_writable",
        "a policy of the controllers can be edited",
        _POLICY,
        "vuln_permissions_gpo_priv",
    ),
    ("link_writable", "policies can be linked", DOMAIN_SID, "vuln_permissions_naming_context"),
    (
        "delegation_to_dc",
        "constrained delegation to a controller",
        sid_of(1402),
        "vuln_delegation_t2a4d",
    ),
    (
        "unconstrained",
        "unconstrained delegation of a server",
        sid_of(1401),
        "vuln_delegation_t4d",
    ),
    (
        "acting_on_dc",
        "a workstation acts on a controller",
        sid_of(1001),
        "vuln_delegation_sourcedeleg",
    ),
    ("gmsa_readable", "every computer reads a managed password", sid_of(1501), ""),
    (
        "template_esc1",
        "the requester names the subject",
        _TEMPLATE,
        "vuln_adcs_template_auth_enroll_with_name",
    ),
    ("template_esc4", "a template can be rewritten", _OWNED, "vuln_adcs_template_control"),
    ("krbtgt_old", "krbtgt password of 2000 days", sid_of(502), "vuln_krbtgt"),
    ("guest_enabled", "the guest account is enabled", sid_of(501), "vuln_guest"),
)


def planted() -> dict[str, Planted]:
    """Every planted weakness, by its own id."""
    return {key: Planted(what, (found,), control) for key, what, found, control in _PLANTED}


def item(
    dn: str,
    object_class: str,
    access_list: Access,
    sid: str = "",
    age: int = 4000,
    **attributes: list[str | bytes] | str | bytes | int,
) -> Item:
    """A fixed object with the attributes that every object has."""
    guid = guid_of(dn)
    name = dn.partition(",")[0].partition("=")[2]
    when = generalized(TODAY - age * DAY)
    values: Attributes = {
        "objectClass": CLASSES[object_class],
        "cn": [name],
        "name": [name],
        "distinguishedName": [dn],
        "objectGUID": [guid],
        "instanceType": ["4"],
        "whenCreated": [when],
        "whenChanged": [when],
        "uSNCreated": ["12345"],
        "uSNChanged": ["12345"],
    }
    if sid:
        values["objectSid"] = [sid_value(sid)]
    for key, value in attributes.items():
        listed = (
            value
            if isinstance(value, list)
            else [value if isinstance(value, bytes) else str(value)]
        )
        values[key.replace("_", "-")] = listed
    return Item(dn, object_class, guid, access_list, values, sid)


def people() -> Iterator[Item]:
    """The fixed users."""
    for person in PEOPLE:
        own = list(person.own)
        if person.admin:
            rights = access.protected("user", DOMAIN_SID, own)
        else:
            rights = access.below("user", DOMAIN_SID, own=own)
        if person.owner:
            rights = Access("user", person.owner, rights.grants, rights.protected)
        changed = filetime(TODAY - person.password_age * DAY) if person.password_age else "0"
        found = item(
            person.who.dn,
            "user",
            rights,
            sid_of(person.rid),
            sAMAccountName=person.name,
            userAccountControl=person.uac,
            pwdLastSet=changed,
            lastLogonTimestamp=filetime(TODAY - 3 * DAY),
            accountExpires=NEVER_EXPIRES,
            primaryGroupID=person.primary_group,
        )
        found.attributes |= {key: list(values) for key, values in person.extra}
        if person.admin:
            found.attributes["adminCount"] = ["1"]
        if person.rid == 1210:
            found.history = [group_of(512)]
        yield found


def groups(members: dict[int, list[Who]]) -> Iterator[Item]:
    """The well-known groups, with these members by RID."""
    for rid in [*WELL_KNOWN, *BUILTIN]:
        who = group_of(rid)
        own = [access.add_self(INTERN)] if rid == 551 else []
        if rid in _PROTECTED:
            rights = access.protected("group", DOMAIN_SID, own)
        else:
            rights = access.below("group", DOMAIN_SID, own=own)
        yield group(who, rights, members.get(rid, []), admin=rid in _PROTECTED)


def group(who: Who, rights: Access, members: list[Who], admin: bool = False) -> Item:
    """A group and its members."""
    found = item(who.dn, "group", rights, who.sid, groupType="-2147483646")
    found.attributes["sAMAccountName"] = found.attributes["cn"]
    if members:
        found.attributes["member"] = [member.dn for member in members]
    if admin:
        found.attributes["adminCount"] = ["1"]
    found.members = members
    return found
