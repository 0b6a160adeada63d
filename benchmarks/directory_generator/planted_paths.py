"""The containers, policies, servers and certificate objects of the fixed part, and the paths planted in them."""

from collections.abc import Iterator

from benchmarks.directory_generator import access, fixed
from benchmarks.directory_generator.access import Access
from benchmarks.directory_generator.fixed import (
    CONFIGURATION,
    DOCTOR,
    PKI,
    POLICIES,
    POLICY_GUIDS,
    group,
    group_of,
    item,
    sid_of,
)
from benchmarks.directory_generator.items import Item, filetime, sid_value
from benchmarks.directory_generator.shape import DAY, DNS, DOMAIN_SID, ROOT, TODAY, Shape, Who

from rempart.engines.directory.descriptors import build_descriptor

NESTED = Who(sid_of(1301), f"CN=Informatique,CN=Users,{ROOT}", "Group")
WRITABLE = Who(sid_of(1302), f"CN=Prestataires,CN=Users,{ROOT}", "Group")
SERVER = Who(sid_of(1401), f"CN=SRV01,CN=Computers,{ROOT}", "Computer")
DELEGATE = Who(sid_of(1402), f"CN=SRV02,CN=Computers,{ROOT}", "Computer")
CONTROLLERS = [
    Who(sid_of(1000 + i), f"CN=DC{i},OU=Domain Controllers,{ROOT}", "Computer") for i in (1, 2)
]
_EVERYONE = "S-1-5-11"


def _link(name: str, option: int = 0) -> str:
    return f"[LDAP://CN={{{POLICY_GUIDS[name]}}},{POLICIES};{option}]"


def _plain(object_class: str) -> Access:
    return access.below(object_class, DOMAIN_SID)


def domain() -> Iterator[Item]:
    """The root of the domain and its containers."""
    reading = [access.get_changes("S-1-5-9"), access.filtered_set("S-1-5-9")]
    reading += [access.get_changes("S-1-5-32-544"), access.get_changes_all("S-1-5-32-544")]
    planted = [access.get_changes(fixed.BACKUP), access.get_changes_all(fixed.BACKUP)]
    planted.append(access.write_link(DOCTOR))
    grants = [*planted, *reading, *(g.on_children() for g in access.from_domain_root(DOMAIN_SID))]
    yield item(
        ROOT,
        "domainDNS",
        Access("domainDNS", "S-1-5-32-544", grants),
        DOMAIN_SID,
        minPwdLength=7,
        pwdProperties=1,
        maxPwdAge=str(-42 * 864_000_000_000),
        ms_DS_MachineAccountQuota=10,
        msDS_Behavior_Version=7,
        gPLink=_link("Default Domain Policy"),
    )
    for name in ("Users", "Computers", "System", "ForeignSecurityPrincipals"):
        yield item(f"CN={name},{ROOT}", "container", _plain("container"))
    yield item(f"CN=Policies,CN=System,{ROOT}", "container", _plain("container"))
    yield item(f"CN=Builtin,{ROOT}", "builtinDomain", _plain("builtinDomain"))
    holder = access.protected("container", DOMAIN_SID, [access.write_dacl(fixed.PRINTER)])
    yield item(f"CN=AdminSDHolder,CN=System,{ROOT}", "container", holder)
    links = _link("Default Domain Controllers Policy") + _link("Postes", 2)
    controllers = _plain("organizationalUnit")
    yield item(f"OU=Domain Controllers,{ROOT}", "organizationalUnit", controllers, gPLink=links)
    for sid in ("S-1-5-7", _EVERYONE):
        dn = f"CN={sid},CN=ForeignSecurityPrincipals,{ROOT}"
        yield item(dn, "foreignSecurityPrincipal", _plain("foreignSecurityPrincipal"), sid)


def policies() -> Iterator[Item]:
    """The group policies; that of the workstations can be edited by doctors, and reaches the controllers."""
    for name, guid in POLICY_GUIDS.items():
        own = [access.generic_write(DOCTOR)] if name == "Postes" else []
        yield item(
            f"CN={{{guid}}},{POLICIES}",
            "groupPolicyContainer",
            access.below("groupPolicyContainer", DOMAIN_SID, own=own),
            displayName=name,
            gPCFileSysPath=rf"\\{DNS}\sysvol\{DNS}\Policies\{{{guid}}}",
            flags=0,
            versionNumber=1,
        )


def computers(shape: Shape) -> Iterator[Item]:
    """Domain controllers, two servers with delegation and a managed account."""
    for i, who in enumerate(CONTROLLERS):
        own = [access.allow_to_act(fixed.NURSE)] if i else []
        found = _computer(who, 0x82000, own, primaryGroupID=516)
        if not i:
            acting = shape.computer(0)
            found.acting = [acting]
            allowed = build_descriptor("S-1-5-32-544", [access.full(acting.sid).ace()])
            found.attributes["msDS-AllowedToActOnBehalfOfOtherIdentity"] = [allowed]
        yield found
    yield _computer(SERVER, 0x81000, [access.restrictions(fixed.INTERN)])
    delegate = _computer(DELEGATE, 0x1001000, [access.write_key(fixed.INTERN)])
    delegate.attributes["msDS-AllowedToDelegateTo"] = [f"cifs/dc1.{DNS}"]
    delegate.delegates = [CONTROLLERS[0]]
    yield delegate
    managed = item(
        f"CN=gmsa-web,CN=Users,{ROOT}",
        "msDS-GroupManagedServiceAccount",
        access.below("msDS-GroupManagedServiceAccount", DOMAIN_SID),
        sid_of(1501),
        sAMAccountName="gmsa-web$",
        userAccountControl=0x1000,
        primaryGroupID=515,
        pwdLastSet=filetime(TODAY - 10 * DAY),
    )
    readers = build_descriptor("S-1-5-32-544", [access.full(sid_of(515)).ace()])
    managed.attributes["msDS-GroupMSAMembership"] = [readers]
    managed.readers = [group_of(515)]
    yield managed


def _computer(who: Who, uac: int, own: list[access.Grant], primaryGroupID: int = 515) -> Item:  # noqa: N803
    name = who.dn.partition(",")[0][3:]
    return item(
        who.dn,
        "computer",
        access.below("computer", DOMAIN_SID, own=own),
        who.sid,
        sAMAccountName=f"{name}$",
        dNSHostName=f"{name.lower()}.{DNS}",
        userAccountControl=uac,
        primaryGroupID=primaryGroupID,
        pwdLastSet=filetime(TODAY - 12 * DAY),
        lastLogonTimestamp=filetime(TODAY - 2 * DAY),
        operatingSystem="Windows Server 2022 Standard",
        servicePrincipalName=[f"HOST/{name}", f"HOST/{name.lower()}.{DNS}"],
    )


def groups(shape: Shape) -> Iterator[Item]:
    """The well-known groups, and two that lead ordinary users to Domain Admins."""
    person = {p.rid: p.who for p in fixed.PEOPLE}
    members = {
        512: [person[500], person[1207], person[1208], person[1209], NESTED],
        518: [person[500]],
        519: [person[500]],
        544: [group_of(512), group_of(519), person[500]],
        545: [group_of(513), _foreign(_EVERYONE)],
        546: [group_of(514), person[501]],
        551: [person[1202]],
        554: [_foreign(_EVERYONE), _foreign("S-1-5-7")],
        572: [group_of(512), group_of(516), group_of(518), group_of(519), person[502]],
        1101: [person[1201]],
    }
    yield from fixed.groups(members)
    yield group(NESTED, _plain("group"), [WRITABLE, shape.user(0)])
    own = [access.add_member(fixed.NURSE), access.add_member(shape.group(0).sid)]
    yield group(WRITABLE, access.below("group", DOMAIN_SID, own=own), [shape.user(1)])


def _foreign(sid: str) -> Who:
    return Who(sid, f"CN={sid},CN=ForeignSecurityPrincipals,{ROOT}", "Group")


def trust() -> Item:
    """An external trust whose SIDs are not filtered."""
    sid = "S-1-5-21-11-22-33"
    return item(
        f"CN=partenaire.test,CN=System,{ROOT}",
        "trustedDomain",
        _plain("trustedDomain"),
        trustPartner="partenaire.test",
        flatName="PARTENAIRE",
        trustDirection=3,
        trustType=2,
        trustAttributes=8 | 0x40,
        securityIdentifier=sid_value(sid),
    )


def configuration(shape: Shape) -> Iterator[Item]:
    """The configuration and schema roots, and the certification authority with its templates."""
    yield item(CONFIGURATION, "configuration", _plain("configuration"))
    yield item(f"CN=Schema,{CONFIGURATION}", "dMD", _plain("dMD"), objectVersion=88)
    for dn in (f"CN=Services,{CONFIGURATION}", PKI, f"CN=Certificate Templates,{PKI}"):
        yield item(dn, "container", _plain("container"))
    for name in ("Enrollment Services", "Certification Authorities", "AIA"):
        yield item(f"CN={name},{PKI}", "container", _plain("container"))
    yield item(f"CN=Windows NT,CN=Services,{CONFIGURATION}", "container", _plain("container"))
    yield item(
        f"CN=Directory Service,CN=Windows NT,CN=Services,{CONFIGURATION}",
        "nTDSService",
        _plain("nTDSService"),
        tombstoneLifetime=180,
    )
    yield from _templates(shape)
    enrolling = access.below("pKIEnrollmentService", DOMAIN_SID, own=[access.enroll(_EVERYONE)])
    yield item(
        f"CN=HOPITAL-CA,CN=Enrollment Services,{PKI}",
        "pKIEnrollmentService",
        enrolling,
        dNSHostName=f"srv01.{DNS}",
        certificateTemplates=["ServeurWeb", "PosteTravail"],
        flags=10,
    )
    for dn in (f"CN=HOPITAL-CA,CN=Certification Authorities,{PKI}", f"CN=NTAuthCertificates,{PKI}"):
        yield item(dn, "certificationAuthority", _plain("certificationAuthority"))


def _templates(shape: Shape) -> Iterator[Item]:
    grants = {
        "ServeurWeb": [access.enroll(shape.group(5).sid)],
        "PosteTravail": [access.enroll(sid_of(515)), access.write_dacl(shape.group(6).sid)],
        "Interne": [access.enroll(sid_of(512))],
    }
    for name, own in grants.items():
        yield item(
            f"CN={name},CN=Certificate Templates,{PKI}",
            "pKICertificateTemplate",
            access.below("pKICertificateTemplate", DOMAIN_SID, own=own),
            displayName=name,
            flags=131680,
            revision=100,
            pKIExtendedKeyUsage=["1.3.6.1.5.5.7.3.2"],
            msPKI_Certificate_Name_Flag=1 if name == "ServeurWeb" else 0x8000000,
            msPKI_Enrollment_Flag=0,
            msPKI_RA_Signature=0,
            msPKI_Template_Schema_Version=2,
            msPKI_Cert_Template_OID=f"1.3.6.1.4.1.311.21.8.1.{len(name)}",
        )
