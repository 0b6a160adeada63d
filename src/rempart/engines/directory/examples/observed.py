"""What an example adds beyond LDAP: what collectors see on machines, and the files of group policies.

observed: {object: {attribute: value}}: attributes as readers name them (`smbsigning`, `haslaps`…), taken as they are;
`rights: [{who, right}]` are those of the access list that a certification authority keeps to itself, and
`local_admin`, `local_rdp`… (names of `model.Relation`) the members of the local groups of a machine.
policies: [{gpo, registry: {"key\\name": value}, services: {name: 2|3|4}, passwords: [{file, account}], changed,
explicit_rights, protected_files, folder_protected}]: the folder of a policy in SYSVOL.
facts: facts added, as a richer source would give. collector: what the collection says of its collector.
"""

from typing import Any

import numpy as np

from rempart.content.directory import Example
from rempart.engines.directory.entries.values import FILETIME_EPOCH
from rempart.engines.directory.examples.draft import Names, ticks
from rempart.engines.directory.model import Acls, Directory, Fact, Pairs, Relation
from rempart.engines.directory.policies import (
    PolicyFiles,
    RegistryValue,
    StoredPassword,
    policy_key_of_dn,
)
from rempart.engines.directory.rights import Right


def observe(directory: Directory, names: Names, example: Example, day: int) -> None:
    """Add what the example observes to a directory just built. Raises KeyError for a name that nobody has."""
    rows = {dn.lower(): row for row, dn in enumerate(directory.dns) if dn}
    for name, attributes in example.observed.items():
        row = rows[names.dn(name).lower()]
        for attribute, value in attributes.items():
            if attribute.startswith("local_"):
                relation = Relation(attribute)
                pairs = directory.pairs(relation)
                found = [directory.index[names.sid(name)] for name in value]
                directory.relations[relation] = Pairs(
                    np.append(pairs.src, found).astype(np.int32),
                    np.append(pairs.dst, [row] * len(found)).astype(np.int32),
                )
                continue
            if attribute == "rights":
                _give(directory, row, [(names.sid(v["who"]), Right[v["right"]]) for v in value])
                continue
            values = value if isinstance(value, list) else [value]
            directory.attributes.setdefault(attribute.lower(), {})[row] = [_text(v) for v in values]
    for given in example.policies:
        dn = names.dn(str(given["gpo"]))
        directory.sysvol[policy_key_of_dn(dn)] = _files(dict(given), day)
    directory.facts |= {Fact(name) for name in example.facts}


def _give(directory: Directory, row: int, given: list[tuple[str, Right]]) -> None:
    """Add rights to the access list of a row, which gets one of its own."""
    acls = directory.acls
    entries = acls.entries(row) + [(directory.index[sid], right, False) for sid, right in given]
    of = acls.of.copy()
    of[row] = len(acls.start) - 1
    directory.acls = Acls(
        of=of,
        start=np.append(acls.start, acls.start[-1] + len(entries)),
        principal=np.append(acls.principal, [e[0] for e in entries]).astype(np.int32),
        right=np.append(acls.right, [int(e[1]) for e in entries]).astype(np.uint8),
        inherited=np.append(acls.inherited, [e[2] for e in entries]).astype(np.bool_),
        protected=acls.protected,
    )


def _text(value: Any) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)


def _files(given: dict[str, Any], day: int) -> PolicyFiles:
    registry = []
    for path, value in given.get("registry", {}).items():
        key, _, name = str(path).lower().rpartition("\\")
        registry.append(RegistryValue(key, name, str(value)))
    passwords = [
        StoredPassword(str(p["file"]), str(p.get("account", "")), str(p.get("kind", "groups")))
        for p in given.get("passwords", [])
    ]
    changed = ticks(str(given.get("changed", "")), day)
    return PolicyFiles(
        domain="sain.test",
        guid="",
        registry=tuple(registry),
        services={str(k).lower(): int(v) for k, v in given.get("services", {}).items()},
        passwords=tuple(passwords),
        changed_at=None if changed is None else changed // 10_000_000 - FILETIME_EPOCH,
        explicit_rights=tuple(given.get("explicit_rights", ())),
        protected_files=tuple(given.get("protected_files", ())),
        folder_protected=given.get("folder_protected"),
    )
