"""Plants weaknesses in the database of a stopped Samba domain controller, or mends them.

Run by Debian's own interpreter, the only one that has Samba's bindings:
`/usr/bin/python3 tests/samba_seed.py weaken|mend|people FOLDER`. Each weakness is a pair of functions, so that a
mended directory is the same directory after the gestures of an administrator, and not another one.
"""

import re
import sys
import time
from collections.abc import Callable

import ldb
from samba import sd_utils
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

PASSWORD = "Rempart-2026!"
BYPASS = ("local_oid:1.3.6.1.4.1.7165.4.3.12:0",)  # writes pwdLastSet and sIDHistory as they are
RESET_PASSWORD = "00299570-246d-11d0-a768-00aa006e0529"
MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"
GET_CHANGES = ("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2")
FULL_CONTROL = "CCDCLCSWRPWPDTLOCRSDRCWDWO"
ENROLL = "0e10c968-78fb-11d2-90d4-00c04f79dc55"
DONT_EXPIRE, NO_PREAUTH, DES, REVERSIBLE = 0x10000, 0x400000, 0x200000, 0x80
UNCONSTRAINED, PROTOCOL_TRANSITION, NO_PASSWORD = 0x80000, 0x1000000, 0x20

Gesture = Callable[["Domain"], None]
WEAKNESSES: dict[str, tuple[Gesture, Gesture]] = {}


class Domain:
    """The database, and the few gestures that the weaknesses are made of."""

    def __init__(self, folder: str) -> None:
        lp = LoadParm()
        lp.load(f"{folder}/etc/smb.conf")
        self.db = SamDB(url=f"{folder}/private/sam.ldb", session_info=system_session(lp), lp=lp)
        self.base = str(self.db.domain_dn())
        self.configuration = f"CN=Configuration,{self.base}"
        self.acl = sd_utils.SDUtils(self.db)

    def account(self, name: str) -> ldb.Message:
        """The account or group of this sAMAccountName."""
        found = self.db.search(
            self.base,
            scope=ldb.SCOPE_SUBTREE,
            expression=f"(sAMAccountName={ldb.binary_encode(name)})",
            attrs=["userAccountControl", "objectSid"],
        )
        return found[0]

    def dn(self, name: str) -> ldb.Dn:
        """DN of an account, or of what a DN names."""
        return ldb.Dn(self.db, name) if "=" in name else self.account(name).dn

    def sid(self, name: str) -> str:
        """SID of an account, as text."""
        return str(ndr_unpack(security.dom_sid, self.account(name)["objectSid"][0]))

    def write(
        self, name: str, attribute: str, *values: str | bytes, controls: tuple[str, ...] = ()
    ) -> None:
        """Replace an attribute; no value removes it."""
        message = ldb.Message()
        message.dn = self.dn(name)
        message[attribute] = ldb.MessageElement(list(values), ldb.FLAG_MOD_REPLACE, attribute)
        self.db.modify(message, controls=list(controls))

    def flags(self, name: str, *, add: int = 0, remove: int = 0) -> None:
        """Change bits of userAccountControl."""
        known = int(str(self.account(name)["userAccountControl"][0]))
        self.write(name, "userAccountControl", str((known | add) & ~remove))

    def join(self, group: str, *members: str) -> None:
        """Add members."""
        self.db.add_remove_group_members(group, list(members), add_members_operation=True)

    def leave(self, group: str, *members: str) -> None:
        """Remove members."""
        self.db.add_remove_group_members(group, list(members), add_members_operation=False)

    def grant(self, name: str, ace: str) -> None:
        """Add an ACE (SDDL)."""
        self.acl.dacl_add_ace(self.dn(name), ace)

    def revoke(self, name: str, sid: str) -> None:
        """Remove every explicit ACE of a principal."""
        only_dacl = [f"sd_flags:1:{security.SECINFO_DACL}"]
        text = self.acl.get_sd_as_sddl(self.dn(name), only_dacl)
        head, aces = text.partition("(")[0], re.findall(r"\([^()]*\)", text)
        kept = [ace for ace in aces if not ace.endswith(f";{sid})") or "ID" in ace.split(";")[1]]
        self.acl.modify_sd_on_dn(self.dn(name), head + "".join(kept), only_dacl)


def filetime(days_ago: float) -> str:
    """A date in the past, as Active Directory writes it."""
    return str(int((time.time() - days_ago * 86400 + 11644473600) * 10_000_000))


def weakness(name: str, weaken: Gesture, mend: Gesture) -> None:
    """Register a weakness and its mending."""
    WEAKNESSES[name] = (weaken, mend)


def people(d: Domain) -> None:
    """A small hospital, with nothing wrong in it that a provision does not bring."""
    d.db.create_ou(f"OU=Hopital,{d.base}")
    for unit in ("Soins", "Administrateurs", "Postes", "Serveurs"):
        d.db.create_ou(f"OU={unit},OU=Hopital,{d.base}")
    for i in range(1, 13):
        d.db.newuser(f"soin{i:02}", PASSWORD, userou="OU=Soins,OU=Hopital", description="Soignant")
    for name in (
        "adm_alice",
        "adm_bob",
        "svc_sauvegarde",
        "svc_sql",
        "assistance",
        "svc_synchro",
        "svc_annuaire",
        "lecteur",
    ):
        d.db.newuser(name, PASSWORD, userou="OU=Administrateurs,OU=Hopital")
    for i in range(1, 5):
        d.db.newcomputer(f"POSTE{i:02}", computerou="OU=Postes,OU=Hopital")
    for i in range(1, 4):
        d.db.newcomputer(f"SRV{i:02}", computerou="OU=Serveurs,OU=Hopital")
    for i in range(1, 4):
        d.db.newgroup(f"G_Service{i:02}")
        d.join(f"G_Service{i:02}", *(f"soin{i * 4 - k:02}" for k in range(4)))
    d.db.newgroup("G_Tout_Le_Monde")
    d.join("G_Tout_Le_Monde", "G_Service01", "G_Service02", "G_Service03")
    d.join("Domain Admins", "adm_alice")
    d.write("adm_alice", "adminCount", "1")  # a Windows controller would do it within the hour
    d.write("DC1$", "servicePrincipalName", *controller_names(d))


def controller_names(d: Domain) -> list[str]:
    """The SPNs that a running controller would have given itself."""
    realm = d.base.replace("DC=", "").replace(",", ".")
    return [
        f"{kind}/{host}" for kind in ("ldap", "HOST", "cifs") for host in (f"dc1.{realm}", "DC1")
    ]


weakness(
    "a password that never expires on an administrator",
    lambda d: d.flags("adm_alice", add=DONT_EXPIRE),
    lambda d: d.flags("adm_alice", remove=DONT_EXPIRE),
)
weakness(
    "an old password on an administrator",
    lambda d: d.write("adm_alice", "pwdLastSet", filetime(1500), controls=BYPASS),
    lambda d: d.db.setpassword("(sAMAccountName=adm_alice)", PASSWORD + "2"),
)
weakness(
    "an old krbtgt",
    lambda d: d.write("krbtgt", "pwdLastSet", filetime(800), controls=BYPASS),
    lambda d: d.write("krbtgt", "pwdLastSet", filetime(20), controls=BYPASS),
)
weakness(
    "an account without pre-authentication, with DES and a reversible password",
    lambda d: d.flags("soin01", add=NO_PREAUTH | DES | REVERSIBLE),
    lambda d: d.flags("soin01", remove=NO_PREAUTH | DES | REVERSIBLE),
)
weakness(
    "an account that needs no password",
    lambda d: d.flags("soin02", add=NO_PASSWORD),
    lambda d: d.flags("soin02", remove=NO_PASSWORD),
)
weakness(
    "unconstrained delegation on a server",
    lambda d: d.flags("SRV01$", add=UNCONSTRAINED),
    lambda d: d.flags("SRV01$", remove=UNCONSTRAINED),
)


def _delegate(d: Domain) -> None:
    d.flags("SRV02$", add=PROTOCOL_TRANSITION)
    d.write("SRV02$", "msDS-AllowedToDelegateTo", "ldap/dc1.chu.test")


def _undelegate(d: Domain) -> None:
    d.flags("SRV02$", remove=PROTOCOL_TRANSITION)
    d.write("SRV02$", "msDS-AllowedToDelegateTo")


weakness("constrained delegation to the controller", _delegate, _undelegate)


def _allow_to_act(d: Domain) -> None:
    text = f"O:BAD:(A;;{FULL_CONTROL};;;{d.sid('SRV03$')})"
    descriptor = security.descriptor.from_sddl(text, security.dom_sid(d.db.get_domain_sid()))
    d.write("DC1$", "msDS-AllowedToActOnBehalfOfOtherIdentity", ndr_pack(descriptor))


weakness(
    "resource-based delegation on the controller",
    _allow_to_act,
    lambda d: d.write("DC1$", "msDS-AllowedToActOnBehalfOfOtherIdentity"),
)


def right(name: str, on: str, who: str, *aces: str) -> None:
    """Register rights of `who` over an account or a DN (`{base}` is the domain's); `{who}` is its SID in the ACEs."""

    def weaken(d: Domain) -> None:
        for ace in aces:
            d.grant(on.format(base=d.base), ace.format(who=d.sid(who)))

    weakness(name, weaken, lambda d: d.revoke(on.format(base=d.base), d.sid(who)))


right(
    "a help desk that resets an administrator's password",
    "adm_alice",
    "assistance",
    f"(OA;;CR;{RESET_PASSWORD};;{{who}})",
)
right(
    "a service that may replicate every secret",
    "{base}",
    "svc_synchro",
    *(f"(OA;;CR;{guid};;{{who}})" for guid in GET_CHANGES),
)
right("the first step of a path of groups", "G_Tout_Le_Monde", "soin07", "(A;;WD;;;{who})")
right(
    "the second step of a path of groups",
    "Domain Admins",
    "G_Tout_Le_Monde",
    f"(OA;;WP;{MEMBER};;{{who}})",
)
right(
    "a service with full control of AdminSDHolder",
    "CN=AdminSDHolder,CN=System,{base}",
    "svc_annuaire",
    f"(A;;{FULL_CONTROL};;;{{who}})",
)
weakness(
    "a service account among the administrators, with a name of service",
    lambda d: (
        d.join("Domain Admins", "svc_sql"),
        d.write("svc_sql", "servicePrincipalName", "MSSQLSvc/srv01.chu.test:1433"),
    ),
    lambda d: (
        d.leave("Domain Admins", "svc_sql"),
        d.write("svc_sql", "servicePrincipalName"),
    ),
)
weakness(
    "operators who are not empty",
    lambda d: (d.join("Backup Operators", "svc_sauvegarde"), d.join("DnsAdmins", "assistance")),
    lambda d: (d.leave("Backup Operators", "svc_sauvegarde"), d.leave("DnsAdmins", "assistance")),
)
weakness(
    "a history that holds the administrators' group",
    lambda d: d.write(
        "soin03",
        "sIDHistory",
        ndr_pack(security.dom_sid(d.db.get_domain_sid() + "-512")),
        controls=BYPASS,
    ),
    lambda d: d.write("soin03", "sIDHistory", controls=BYPASS),
)

SERVICE = "CN=Directory Service,CN=Windows NT,CN=Services,{configuration}"
# Characters 10 and 20 count the length; 28 and 29 refuse what KB5008383 refuses.
HARDENED = "00000000010000000002000000011"

weakness(
    "a directory that answers anonymous readers",
    lambda d: d.write(SERVICE.format(configuration=d.configuration), "dSHeuristics", "0000002"),
    lambda d: d.write(SERVICE.format(configuration=d.configuration), "dSHeuristics", HARDENED),
)
weakness(
    "machines that anyone joins",
    lambda d: d.write(d.base, "ms-DS-MachineAccountQuota", "10"),
    lambda d: d.write(d.base, "ms-DS-MachineAccountQuota", "0"),
)


def _weak_passwords(d: Domain) -> None:
    d.write(d.base, "minPwdLength", "7")
    d.write("DC1$", "msDS-SupportedEncryptionTypes", "28")


def _strong_passwords(d: Domain) -> None:
    d.write(d.base, "minPwdLength", "14")
    d.write(d.base, "maxPwdAge", str(-365 * 86400 * 10_000_000))
    d.write("DC1$", "msDS-SupportedEncryptionTypes", "24")
    d.join("Protected Users", "adm_alice", "Administrator")


weakness("short passwords, and old ciphers", _weak_passwords, _strong_passwords)


def _authority(d: Domain) -> None:
    services = f"CN=Public Key Services,CN=Services,{d.configuration}"
    for name in ("Certificate Templates", "Enrollment Services"):
        try:
            d.db.add({"dn": f"CN={name},{services}", "objectClass": "container"})
        except ldb.LdbError as error:
            if error.args[0] != ldb.ERR_ENTRY_ALREADY_EXISTS:
                raise
    d.db.add(
        {
            "dn": f"CN=Soignant,CN=Certificate Templates,{services}",
            "objectClass": "pKICertificateTemplate",
            "displayName": "Soignant",
            "flags": "131680",
            "revision": "100",
            "pKIDefaultKeySpec": "1",
            "msPKI-Template-Schema-Version": "2",
            "msPKI-RA-Signature": "0",
            "msPKI-Certificate-Name-Flag": "1",
            "msPKI-Enrollment-Flag": "0",
            "msPKI-Private-Key-Flag": "16842752",
            "pKIExtendedKeyUsage": "1.3.6.1.5.5.7.3.2",
            "msPKI-Certificate-Application-Policy": "1.3.6.1.5.5.7.3.2",
            "msPKI-Cert-Template-OID": "1.3.6.1.4.1.311.21.8.1.2.3",
        }
    )
    d.grant(f"CN=Soignant,CN=Certificate Templates,{services}", f"(OA;;CR;{ENROLL};;AU)")
    d.db.add(
        {
            "dn": f"CN=CHU-CA,CN=Enrollment Services,{services}",
            "objectClass": "pKIEnrollmentService",
            "displayName": "CHU-CA",
            "dNSHostName": "srv03.chu.test",
            "certificateTemplates": ["Soignant"],
            "cACertificateDN": "CN=CHU-CA",
            "flags": "10",
        }
    )


def _no_authority(d: Domain) -> None:
    services = f"CN=Public Key Services,CN=Services,{d.configuration}"
    d.db.delete(f"CN=CHU-CA,CN=Enrollment Services,{services}")
    d.db.delete(f"CN=Soignant,CN=Certificate Templates,{services}")


weakness("a template where the applicant chooses the name", _authority, _no_authority)


def _trust(d: Domain) -> None:
    d.db.add(
        {
            "dn": f"CN=partenaire.test,CN=System,{d.base}",
            "objectClass": "trustedDomain",
            "trustPartner": "partenaire.test",
            "flatName": "PARTENAIRE",
            "trustDirection": "3",
            "trustType": "2",
            "trustAttributes": "0",
            "securityIdentifier": ndr_pack(security.dom_sid("S-1-5-21-1-2-3")),
        },
        controls=["relax:0"],
    )


weakness(
    "a trust without filtering",
    _trust,
    lambda d: d.db.delete(f"CN=partenaire.test,CN=System,{d.base}", ["relax:0"]),
)


def main(state: str, folder: str) -> None:
    """Apply one state to the stopped controller of `folder`, whole or not at all."""
    domain = Domain(folder)
    domain.db.transaction_start()
    try:
        if state == "people":
            people(domain)
        for weaken, mend in WEAKNESSES.values() if state != "people" else ():
            (weaken if state == "weaken" else mend)(domain)
    except BaseException:
        domain.db.transaction_cancel()
        raise
    domain.db.transaction_commit()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
