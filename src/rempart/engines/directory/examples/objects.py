"""Objects of the example directory in order, by class: descriptors, objectClass, and the usual attributes."""

from typing import Any, Final

from rempart.engines.directory.examples.draft import (
    DOMAIN,
    DOMAIN_SID,
    FULL,
    READ,
    USERS,
    Draft,
)

INHERITED: Final = [f"(A;CIID;{FULL};;;EA)", "(A;CIID;CCLCSWRPWPLOCRSDRCWDWO;;;BA)"]
CHANGE_PASSWORD: Final = "ab721a53-1e2f-11d0-9819-00aa0040529b"  # noqa: S105 - a schema GUID
ACES: Final[dict[str, list[str]]] = {
    "user": [
        f"(A;;{FULL};;;DA)",
        f"(A;;{FULL};;;SY)",
        f"(A;;{FULL};;;AO)",
        f"(A;;{READ};;;PS)",
        f"(A;;{READ};;;AU)",
        f"(OA;;CR;{CHANGE_PASSWORD};;PS)",
        "(OA;;RPWP;77b5b886-944a-11d1-aebd-0000f80367c1;;PS)",
        *INHERITED,
    ],
    "computer": [
        f"(A;;{FULL};;;DA)",
        f"(A;;{FULL};;;SY)",
        f"(A;;{FULL};;;AO)",
        f"(A;;{READ};;;AU)",
        f"(OA;;CR;{CHANGE_PASSWORD};;WD)",
        "(A;;CCDC;;;PS)",
        "(OA;;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;;PS)",
        "(OA;;RPWP;77b5b886-944a-11d1-aebd-0000f80367c1;;PS)",
        *INHERITED,
    ],
    "group": [
        f"(A;;{FULL};;;DA)",
        f"(A;;{FULL};;;SY)",
        f"(A;;{FULL};;;AO)",
        f"(A;;{READ};;;AU)",
        "(OA;;CR;ab721a55-1e2f-11d0-9819-00aa0040529b;;AU)",
        *INHERITED,
    ],
    "organizationalUnit": [
        f"(A;;{FULL};;;DA)",
        f"(A;;{FULL};;;SY)",
        f"(A;;{READ};;;AU)",
        "(A;;LCRPLORC;;;ED)",
        *INHERITED,
    ],
    "groupPolicyContainer": [
        f"(A;CI;{FULL};;;DA)",
        f"(A;CI;{FULL};;;EA)",
        f"(A;CI;{FULL};;;SY)",
        f"(A;CI;{READ};;;AU)",
        "(OA;CI;CR;edacfd8f-ffb3-11d1-b41d-00a0c968f939;;AU)",
        f"(A;CI;{READ};;;ED)",
    ],
    "secret": [f"(A;;{FULL};;;SY)"],
}
"""Entries of a new object, by class; others take those of a container."""
CONTAINER_ACES: Final = [f"(A;;{FULL};;;DA)", f"(A;;{FULL};;;SY)", f"(A;;{READ};;;AU)", *INHERITED]
PROTECTED_ACES: Final = [
    f"(A;;{FULL};;;SY)",
    "(A;;CCDCLCSWRPWPLOCRSDRCWDWO;;;BA)",
    "(A;;CCDCLCSWRPWPLOCRRCWDWO;;;DA)",
    "(A;;CCDCLCSWRPWPLOCRRCWDWO;;;EA)",
    "(A;;LCRPLORC;;;RU)",
    "(A;;LCRPLORC;;;AU)",
    f"(OA;;CR;{CHANGE_PASSWORD};;WD)",
    f"(OA;;CR;{CHANGE_PASSWORD};;PS)",
]
"""AdminSDHolder, and all that it protects."""
ROOT_ACES: Final = [
    "(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;ED)",
    "(OA;;CR;89e95b76-444d-4c62-991a-0facbeda640c;;ED)",
    "(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;BA)",
    "(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;BA)",
    "(OA;;CR;89e95b76-444d-4c62-991a-0facbeda640c;;BA)",
    "(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;DD)",
    "(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;RO)",
    "(A;;CCLCSWRPWPLOCRRCWDWO;;;DA)",
    f"(A;CI;{FULL};;;EA)",
    f"(A;;{FULL};;;SY)",
    "(A;CI;CCLCSWRPWPLOCRSDRCWDWO;;;BA)",
    f"(A;;{READ};;;AU)",
    "(A;;RP;;;WD)",
]

CLASSES: Final[dict[str, list[str]]] = {
    "user": ["top", "person", "organizationalPerson", "user"],
    "inetOrgPerson": ["top", "person", "organizationalPerson", "user", "inetOrgPerson"],
    "computer": ["top", "person", "organizationalPerson", "user", "computer"],
    "msDS-GroupManagedServiceAccount": [
        *("top", "person", "organizationalPerson", "user", "computer"),
        "msDS-GroupManagedServiceAccount",
    ],
    "msDS-ManagedServiceAccount": [
        *("top", "person", "organizationalPerson", "user", "computer"),
        "msDS-ManagedServiceAccount",
    ],
    "msDS-DelegatedManagedServiceAccount": [
        *("top", "person", "organizationalPerson", "user", "computer"),
        "msDS-DelegatedManagedServiceAccount",
    ],
    "groupPolicyContainer": ["top", "container", "groupPolicyContainer"],
    "domainDNS": ["top", "domain", "domainDNS"],
    "secret": ["top", "leaf", "secret"],
    "trustedDomain": ["top", "leaf", "trustedDomain"],
    "nTDSDSA": ["top", "applicationSettings", "nTDSDSA"],
    "nTDSDSARO": ["top", "applicationSettings", "nTDSDSA", "nTDSDSARO"],
}
"""objectClass of a class, when there is more than `top` above it."""


def draft(object_class: str, dn: str, **attributes: Any) -> Draft:
    """An object with the descriptor and objectClass of its class; `_` in names of attributes stands for `-`."""
    cells = {name.replace("_", "-"): _listed(value) for name, value in attributes.items()}
    aces = ACES.get("computer" if "ServiceAccount" in object_class else object_class)
    classes = CLASSES.get(object_class, ["top", object_class])
    out = Draft(dn, list(classes), cells, aces=list(aces or CONTAINER_ACES))
    if object_class == "secret":
        out.owner = "BA"
    return out


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def protect(one: Draft) -> Draft:
    """Give an account or a group what AdminSDHolder gives."""
    one.aces, one.protected = list(PROTECTED_ACES), True
    one.attributes["admincount"] = [1]
    return one


def user(name: str, rid: int, parent: str = f"OU=Personnel,{DOMAIN}", **more: Any) -> Draft:
    """A user in order: enabled, recent password, logged on this week."""
    cells: dict[str, Any] = {
        "samaccountname": name,
        "objectsid": f"{DOMAIN_SID}-{rid}",
        "useraccountcontrol": 512,
        "primarygroupid": 513,
        "pwdlastset": "-60d",
        "lastlogontimestamp": "-4d",
        "userprincipalname": f"{name}@sain.test",
    }
    cells.update({key.replace("_", "-"): value for key, value in more.items()})
    made = draft("user", f"CN={name},{parent}")
    made.attributes = {key: _listed(value) for key, value in cells.items()}
    return made


def computer(name: str, rid: int, parent: str, **more: Any) -> Draft:
    """A machine in order: supported system, password and logon of the month, LAPS."""
    cells: dict[str, Any] = {
        "samaccountname": f"{name}$",
        "objectsid": f"{DOMAIN_SID}-{rid}",
        "useraccountcontrol": 4096,
        "primarygroupid": 515,
        "pwdlastset": "-12d",
        "lastlogontimestamp": "-3d",
        "dnshostname": f"{name.lower()}.sain.test",
        "operatingsystem": "Windows Server 2022 Standard",
        "operatingsystemversion": "10.0 (20348)",
        "serviceprincipalname": [f"HOST/{name}", f"HOST/{name.lower()}.sain.test"],
        "msds-supportedencryptiontypes": 24,
        "mslaps-passwordexpirationtime": "+20d",
    }
    cells.update({key.replace("_", "-"): value for key, value in more.items()})
    made = draft("computer", f"CN={name},{parent}")
    made.attributes = {key: _listed(value) for key, value in cells.items()}
    return made


def group(name: str, sid: str, parent: str = USERS, members: tuple[str, ...] = ()) -> Draft:
    """A security group; built-in ones live under CN=Builtin."""
    kind = -2147483643 if sid.startswith("S-1-5-32-") else -2147483646
    made = draft("group", f"CN={name},{parent}", samaccountname=name, objectsid=sid, grouptype=kind)
    if members:
        made.attributes["member"] = list(members)
    return made
