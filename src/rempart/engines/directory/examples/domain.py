"""The healthy example domain `sain.test`: accounts, groups, machines, policies, and the system objects that checks read."""

from rempart.engines.directory.examples.draft import (
    DOMAIN,
    DOMAIN_SID,
    SYSTEM,
    USERS,
    Draft,
)
from rempart.engines.directory.examples.objects import (
    CLASSES,
    PROTECTED_ACES,
    ROOT_ACES,
    computer,
    draft,
    group,
    protect,
    user,
)


def domain_drafts() -> list[Draft]:
    """Every object of the domain partition."""
    return [*_roots(), *_groups(), *_accounts(), *_machines(), *_policies(), *_system()]


def _roots() -> list[Draft]:
    root = draft(
        "domainDNS",
        DOMAIN,
        objectsid=DOMAIN_SID,
        minpwdlength=14,
        maxpwdage="365d",
        minpwdage="1d",
        pwdhistorylength=24,
        pwdproperties=1,
        lockoutthreshold=10,
        lockoutduration="30m",
        lockoutobservationwindow="30m",
        ms_ds_machineaccountquota=0,
        msds_behavior_version=7,
        msds_expirepasswordsonsmartcardonlyaccounts=True,
        gplink=["Politique du domaine"],
        dc="sain",
    )
    root.owner, root.aces = "BA", list(ROOT_ACES)
    units = [draft("organizationalUnit", f"OU={name},{DOMAIN}") for name in _UNITS]
    units[0].attributes["gplink"] = ["Politique des contrôleurs"]
    containers = ("Users", "Computers", "Builtin", "System", "ForeignSecurityPrincipals")
    made = [draft("container", f"CN={name},{DOMAIN}") for name in containers]
    made[2].classes = ["top", "builtinDomain"]
    made[2].attributes["objectsid"] = ["S-1-5-32"]
    made.append(draft("container", f"CN=Managed Service Accounts,{DOMAIN}"))
    foreign = draft(
        "foreignSecurityPrincipal",
        f"CN=S-1-5-11,CN=ForeignSecurityPrincipals,{DOMAIN}",
        objectsid="S-1-5-11",
    )
    return [root, *units, *made, foreign]


_UNITS = ("Domain Controllers", "Personnel", "Administration", "Serveurs", "Postes")
_DENIED = (
    "Domain Controllers",
    "Read-only Domain Controllers",
    "Group Policy Creator Owners",
    "Domain Admins",
    "Cert Publishers",
    "Enterprise Admins",
    "Schema Admins",
    "krbtgt",
)
_DOMAIN_GROUPS: dict[int, tuple[str, tuple[str, ...]]] = {
    498: ("Enterprise Read-only Domain Controllers", ()),
    512: ("Domain Admins", ("Administrator", "adm-anne", "adm-bruno")),
    513: ("Domain Users", ()),
    514: ("Domain Guests", ()),
    515: ("Domain Computers", ()),
    516: ("Domain Controllers", ()),
    517: ("Cert Publishers", ("SRV-PKI",)),
    518: ("Schema Admins", ()),
    519: ("Enterprise Admins", ()),
    520: ("Group Policy Creator Owners", ()),
    521: ("Read-only Domain Controllers", ()),
    522: ("Cloneable Domain Controllers", ()),
    525: ("Protected Users", ("Administrator", "adm-anne", "adm-bruno")),
    526: ("Key Admins", ()),
    527: ("Enterprise Key Admins", ()),
    553: ("RAS and IAS Servers", ()),
    571: ("Allowed RODC Password Replication Group", ()),
    572: ("Denied RODC Password Replication Group", _DENIED),
    1101: ("DnsAdmins", ()),
    1102: ("DnsUpdateProxy", ()),
    1110: ("G-Soignants", ("u01", "u02", "u03", "u04", "u05")),
    1111: ("G-Laboratoire", ("u06", "u07", "u08")),
    1112: ("G-Pharmacie", ("u09", "u10")),
    1113: ("G-Accès-DPI", ("G-Soignants", "G-Pharmacie")),
    1114: ("G-RODC-Annexe", ("u11", "u12")),
    1115: ("G-Informatique", ("u19", "u20")),
}
_BUILTIN_GROUPS: dict[int, tuple[str, tuple[str, ...]]] = {
    544: ("Administrators", ("Administrator", "Domain Admins", "Enterprise Admins")),
    545: ("Users", ("Domain Users",)),
    546: ("Guests", ("Guest", "Domain Guests")),
    548: ("Account Operators", ()),
    549: ("Server Operators", ()),
    550: ("Print Operators", ()),
    551: ("Backup Operators", ()),
    552: ("Replicator", ()),
    554: ("Pre-Windows 2000 Compatible Access", ("S-1-5-11",)),
    555: ("Remote Desktop Users", ()),
    560: ("Windows Authorization Access Group", ()),
}
_PROTECTED_RIDS = frozenset({512, 516, 518, 519, 521, 526, 527, 544, 548, 549, 550, 551, 552})


def _groups() -> list[Draft]:
    out = []
    for rid, (name, members) in _DOMAIN_GROUPS.items():
        parent = f"OU=Personnel,{DOMAIN}" if rid >= 1110 else USERS
        out.append(group(name, f"{DOMAIN_SID}-{rid}", parent, members))
        if rid in _PROTECTED_RIDS:
            protect(out[-1])
    for rid, (name, members) in _BUILTIN_GROUPS.items():
        out.append(group(name, f"S-1-5-32-{rid}", f"CN=Builtin,{DOMAIN}", members))
        out[-1].owner = "BA"
        if rid in _PROTECTED_RIDS:
            protect(out[-1])
    return out


def _accounts() -> list[Draft]:
    silo = "Silo-Administration"
    smartcard = {"msds-assignedauthnpolicysilo": silo}
    administrator = user(
        "Administrator", 500, USERS, pwdlastset="-200d", lastlogontimestamp="-120d", **smartcard
    )
    guest = user("Guest", 501, USERS, useraccountcontrol=66082, primarygroupid=514)
    guest.attributes["pwdlastset"] = guest.attributes["lastlogontimestamp"] = ["never"]
    krbtgt = user("krbtgt", 502, USERS, useraccountcontrol=514, pwdlastset="-100d")
    krbtgt.attributes["serviceprincipalname"] = ["kadmin/changepw"]
    krbtgt.attributes["lastlogontimestamp"] = ["never"]
    admins = f"OU=Administration,{DOMAIN}"
    named = [user(n, r, admins, **smartcard) for n, r in (("adm-anne", 1120), ("adm-bruno", 1121))]
    out = [protect(one) for one in (administrator, krbtgt, *named)]
    out += [guest, *(user(f"u{n:02}", 1200 + n) for n in range(1, 21))]
    service = user("svc-dpi", 1130, serviceprincipalname=["HTTP/dpi.sain.test"])
    service.attributes["msds-supportedencryptiontypes"] = [24]
    managed = computer("gmsa-sql", 1131, f"CN=Managed Service Accounts,{DOMAIN}")
    managed.classes = list(CLASSES["msDS-GroupManagedServiceAccount"])
    for name in ("operatingsystem", "operatingsystemversion", "mslaps-passwordexpirationtime"):
        del managed.attributes[name]
    managed.attributes["serviceprincipalname"] = ["MSSQLSvc/srv-sql.sain.test:1433"]
    managed.attributes["msds-groupmsamembership"] = ["SRV-SQL"]
    managed.attributes["msds-managedpasswordinterval"] = [30]
    rodc_krbtgt = user("krbtgt_21001", 1132, USERS, useraccountcontrol=514, pwdlastset="-100d")
    rodc_krbtgt.attributes["msds-secondarykrbtgtnumber"] = [21001]
    rodc_krbtgt.attributes["lastlogontimestamp"] = ["never"]
    partner = user("PARTENAIRE$", 1133, USERS, useraccountcontrol=2080, pwdlastset="-20d")
    del partner.attributes["userprincipalname"]
    return [*out, service, managed, rodc_krbtgt, partner]


def _machines() -> list[Draft]:
    controllers, servers = f"OU=Domain Controllers,{DOMAIN}", f"OU=Serveurs,{DOMAIN}"
    out = []
    for number in (1, 2):
        one = computer(f"DC{number}", 1000 + number, controllers)
        one.attributes |= {"useraccountcontrol": [532480], "primarygroupid": [516]}
        del one.attributes["mslaps-passwordexpirationtime"]
        out.append(one)
    rodc = computer("RODC1", 1003, controllers)
    rodc.attributes |= {
        "useraccountcontrol": [83890176],
        "primarygroupid": [521],
        "msds-krbtgtlink": ["krbtgt_21001"],
        "msds-revealondemandgroup": ["G-RODC-Annexe"],
        "msds-neverrevealgroup": [
            *("Administrators", "Server Operators", "Account Operators", "Backup Operators"),
            "Denied RODC Password Replication Group",
        ],
        "msds-revealedusers": ["u11"],
    }
    del rodc.attributes["mslaps-passwordexpirationtime"]
    cluster = computer("CLU1", 1143, servers)
    cluster.attributes["serviceprincipalname"] = ["MSClusterVirtualServer/clu1.sain.test"]
    named = ("SRV-PKI", "SRV-SQL", "SRV-DPI")
    out += [rodc, cluster, *(computer(n, 1140 + i, servers) for i, n in enumerate(named))]
    system = {"operatingsystem": "Windows 11 Enterprise", "operatingsystemversion": "10.0 (26100)"}
    return out + [
        computer(f"PC{n:02}", 1150 + n, f"OU=Postes,{DOMAIN}", **system) for n in (1, 2, 3)
    ]


def _policies() -> list[Draft]:
    parent = f"CN=Policies,{SYSTEM}"
    named = {
        "{31B2F340-016D-11D2-945F-00C04FB984F9}": "Politique du domaine",
        "{6AC1786C-016F-11D2-945F-00C04FB984F9}": "Politique des contrôleurs",
        "{0F5E0B39-6D3B-4B0B-9D8E-3C1E5C0A7B11}": "Politique des postes",
    }
    out = [draft("container", parent)]
    for guid, name in named.items():
        path = f"\\\\sain.test\\sysvol\\sain.test\\Policies\\{guid}"
        one = draft("groupPolicyContainer", f"CN={guid},{parent}", gpcfilesyspath=path)
        one.attributes |= {"displayname": [name], "flags": [0], "versionnumber": [3]}
        one.protected = True
        out.append(one)
    return out


def _system() -> list[Draft]:
    holder = draft("container", f"CN=AdminSDHolder,{SYSTEM}")
    holder.aces, holder.protected = list(PROTECTED_ACES), True
    updates = f"CN=DomainUpdates,{SYSTEM}"
    forest = draft(
        "trustedDomain",
        f"CN=partenaire.test,{SYSTEM}",
        trustpartner="partenaire.test",
        flatname="PARTENAIRE",
        trustdirection=3,
        trusttype=2,
        trustattributes=8,
        securityidentifier="S-1-5-21-2111111111-2222222222-2333333333",
    )
    secrets = [draft("secret", f"CN=BCKUPKEY_{n},{SYSTEM}") for n in ("P Secret", "7f1f Secret")]
    settings = f"CN=Password Settings Container,{SYSTEM}"
    policy = draft(
        "msDS-PasswordSettings",
        f"CN=PSO-Administration,{settings}",
        msds_minimumpasswordlength=16,
        msds_maximumpasswordage="365d",
        msds_minimumpasswordage="1d",
        msds_passwordhistorylength=24,
        msds_passwordsettingsprecedence=10,
        msds_passwordcomplexityenabled=True,
        msds_passwordreversibleencryptionenabled=False,
        msds_lockoutthreshold=10,
        msds_psoappliesto=["Domain Admins"],
    )
    return [
        holder,
        draft("container", updates),
        draft("container", f"CN=ActiveDirectoryUpdate,{updates}", revision=16),
        draft("rIDManager", f"CN=RID Manager$,{SYSTEM}"),
        draft("container", f"CN=MicrosoftDNS,{SYSTEM}"),
        forest,
        *secrets,
        draft("msDS-PasswordSettingsContainer", settings),
        policy,
        *_replication(),
    ]


def _replication() -> list[Draft]:
    """SYSVOL replicated by DFSR, migration over."""
    settings = f"CN=DFSR-GlobalSettings,{SYSTEM}"
    volume = f"CN=Domain System Volume,{settings}"
    out = [
        draft("msDFSR-GlobalSettings", settings, msdfsr_flags=48),
        draft("msDFSR-ReplicationGroup", volume, msdfsr_replicationgrouptype=1),
        draft("msDFSR-Content", f"CN=Content,{volume}"),
        draft("msDFSR-ContentSet", f"CN=SYSVOL Share,CN=Content,{volume}"),
        draft("msDFSR-Topology", f"CN=Topology,{volume}"),
    ]
    for host in ("DC1", "DC2", "RODC1"):
        local = f"CN=DFSR-LocalSettings,CN={host},OU=Domain Controllers,{DOMAIN}"
        own = f"CN=Domain System Volume,{local}"
        out += [
            draft("msDFSR-Member", f"CN={host},CN=Topology,{volume}"),
            draft("msDFSR-LocalSettings", local, msdfsr_flags=48),
            draft("msDFSR-Subscriber", own),
            draft("msDFSR-Subscription", f"CN=SYSVOL Subscription,{own}"),
        ]
    return out
