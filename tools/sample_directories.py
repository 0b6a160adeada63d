"""Directories made from the bundled sample: another name, fewer accounts, some weaknesses mended.

The demonstration and the tests audit them with the real engine: `made("genets.test", users=60, mended=6)`.
"""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[1] / "samples/chu-exemple.zip"
Documents = dict[str, dict[str, Any]]


def _aces(documents: Documents, target: str, trustee: str) -> None:
    sid = _found(documents, trustee)["ObjectIdentifier"]
    for holder in _all(documents):
        if holder["Properties"]["name"].startswith(target):
            holder["Aces"] = [a for a in holder["Aces"] if a["PrincipalSID"] != sid]


def _all(documents: Documents) -> list[dict[str, Any]]:
    return [row for one in documents.values() for row in one["data"]]


def _found(documents: Documents, name: str) -> dict[str, Any]:
    return next(r for r in _all(documents) if r["Properties"]["name"].startswith(name))


def _set(documents: Documents, name: str, **properties: Any) -> None:
    _found(documents, name)["Properties"].update(properties)


def delegations(documents: Documents) -> None:
    """Nobody may act in the name of others on the controller."""
    _found(documents, "DC1.")["AllowedToAct"] = []
    _found(documents, "SRV02.")["AllowedToDelegate"] = []
    _set(documents, "SRV02.", trustedtoauth=False, allowedtodelegate=[])


def rights(documents: Documents) -> None:
    """The rights that led to the heart of the directory are withdrawn."""
    _aces(documents, "DOMAIN ADMINS@", "G_SERVICE09@")
    _aces(documents, "ADM_JEAN@", "HELPDESK1@")
    _found(documents, "DNSADMINS@")["Members"] = []


def replication(documents: Documents) -> None:
    """The old application does not replicate the domain any more."""
    sid = _found(documents, "SVC_OLDAPP@")["ObjectIdentifier"]
    root = next(one for one in documents.values() if one["meta"]["type"] == "domains")["data"][0]
    root["Aces"] = [ace for ace in root["Aces"] if ace["PrincipalSID"] != sid]


def passwords(documents: Documents) -> None:
    """Administrators change their passwords; a service of theirs loses its name of service."""
    recent = _found(documents, "SVC_SQL@")["Properties"]["pwdlastset"]
    _set(documents, "ADM_JEAN@", pwdneverexpires=False, pwdlastset=recent)
    _set(documents, "SVC_SQL@", serviceprincipalnames=[], hasspn=False)
    _set(
        documents,
        "ADMINISTRATOR@",
        lastlogon=recent - 90 * 86400,
        lastlogontimestamp=recent - 90 * 86400,
    )


def tickets(documents: Documents) -> None:
    """Old SID, old krbtgt password and tickets without proof are gone."""
    recent = _found(documents, "SVC_SQL@")["Properties"]["pwdlastset"]
    _set(documents, "SVC_OLDAPP@", dontreqpreauth=False)
    _set(documents, "KRBTGT@", pwdlastset=recent)
    _set(documents, "MED0003@", sidhistory=[])
    _found(documents, "MED0003@")["HasSIDHistory"] = []
    for name in ("ADM_JEAN@", "SVC_BACKUP@", "SVC_SQL@"):
        _set(documents, name, admincount=True)


def protected(documents: Documents) -> None:
    """Administrators are protected users, and powerful groups are empty."""
    _found(documents, "BACKUP OPERATORS@")["Members"] = []
    _aces(documents, "ADMINSDHOLDER@", "SVC_BACKUP@")
    _set(documents, "SVC_BACKUP@", admincount=False)
    _found(documents, "PROTECTED USERS@")["Members"] = [
        {"ObjectIdentifier": _found(documents, name)["ObjectIdentifier"], "ObjectType": "User"}
        for name in ("ADMINISTRATOR@", "ADM_JEAN@", "SVC_SQL@", "SVC_BACKUP@")
    ]


def modern(documents: Documents) -> None:
    """The functional level is a present one."""
    for row in next(one for one in documents.values() if one["meta"]["type"] == "domains")["data"]:
        row["Properties"]["functionallevel"] = "2016"


MENDS: tuple[Callable[[Documents], None], ...] = (
    delegations, rights, replication, passwords, tickets, protected, modern,
)  # fmt: skip
"""What gets mended, in the order in which an establishment would."""


def made(domain: str, *, users: int = 60, mended: int = 0, seed: int = 1) -> bytes:
    """A collection of the domain `domain`, of at most `users` ordinary accounts, where the first `mended` faults are gone."""
    documents = _sample()
    _reduced(documents, users)
    for mend in MENDS[:mended]:
        mend(documents)
    old = domain.split(".")[0]
    swaps = {
        "CHU.TEST": domain.upper(),
        "chu.test": domain,
        "DC=CHU,DC=TEST": ",".join(f"DC={part}" for part in domain.upper().split(".")),
        "4125258006-2952940057-852016267": f"{4125258006 - seed}-2952940057-{852016267 + seed}",
        "G_SERVICE09": f"G_SERVICE_{old[:6].upper()}",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in sorted(documents.items()):
            text = json.dumps(document)
            for before, after in swaps.items():
                text = text.replace(before, after)
            entry = zipfile.ZipInfo(name, (2026, 11, 21, 0, 0, 0))
            archive.writestr(entry, text, compress_type=zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _sample() -> Documents:
    with zipfile.ZipFile(SAMPLE) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def _reduced(documents: Documents, users: int) -> None:
    accounts = next(one for one in documents.values() if one["meta"]["type"] == "users")
    kept, ordinary = [], 0
    for row in accounts["data"]:
        name = row["Properties"]["name"]
        if name.startswith("BULK") or (name.startswith("MED") and name > "MED0005"):
            ordinary += 1
            if ordinary > users:
                continue
        kept.append(row)
    accounts["data"] = kept
    accounts["meta"]["count"] = len(kept)
    left = {row["ObjectIdentifier"] for row in kept}
    for group in next(one for one in documents.values() if one["meta"]["type"] == "groups")["data"]:
        group["Members"] = [
            m
            for m in group["Members"]
            if m["ObjectType"] != "User" or m["ObjectIdentifier"] in left
        ]
