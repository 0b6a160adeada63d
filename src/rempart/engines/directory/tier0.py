"""Tier 0: what commands the whole directory, computed, then adjusted by the establishment.

Source of the list: the ANSSI privileged groups (directory audit guide), the tiering model of Microsoft, and the
default Tier Zero of BloodHound CE; what differs is stated in docs/dev/control-graph.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.groups import Groups
from rempart.engines.directory.logins import called
from rempart.engines.directory.model import Directory, Kind, Relation

Mask = NDArray[np.bool_]

GROUP_RIDS: Final = (512, 516, 518, 519, 526, 527, 544, 548, 549, 550, 551, 498, 521)
PKI_KINDS: Final = (Kind.ENTERPRISE_CA, Kind.ROOT_CA, Kind.NTAUTH_STORE, Kind.AIA_CA)
# Accounts that Entra Connect creates: they replicate the secrets of the domain.
SYNC_PREFIXES: Final = ("msol_", "azureadssoacc", "sync_", "aad_")
_HOLDER: Final = "ADMINSDHOLDER@"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the establishment adds to Tier 0 or takes out, by id, name, DN or sAMAccountName."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def tier0(directory: Directory, groups: Groups, adjustment: Adjustment | None = None) -> Mask:
    """Mask of the rows of Tier 0, members at any depth included."""
    d = directory
    mask = np.zeros(len(d), np.bool_)
    roots = groups.well_known(*GROUP_RIDS)
    mask[roots] = True
    # A default group placed in Tier 0 is the weakness to show, not a reason to count everybody in Tier 0.
    mask[groups.members(roots, barred=groups.default_groups)] = True
    mask[groups.well_known(500, 502)] = True
    mask |= groups.domain_controllers
    mask |= np.isin(d.kind, np.array([Kind.DOMAIN, *PKI_KINDS], np.int8))
    mask[d.pairs(Relation.HOSTS_CA).src] = True
    for row in d.rows(Kind.CONTAINER).tolist():
        if d.dns[row][:17].upper() == "CN=ADMINSDHOLDER," or d.names[row].startswith(_HOLDER):
            mask[row] = True
    logins = d.attributes.get("samaccountname", {})
    mask[[row for row in called(d, *SYNC_PREFIXES) if row in logins]] = True
    # SYSTEM and Enterprise Domain Controllers are the machines of Tier 0 themselves.
    mask[groups.special(("S-1-5-18", "S-1-5-9"))] = True
    mask[groups.host_administrators] = True
    mask[_policies_on(d, mask)] = True
    if adjustment is not None:
        mask[find(d, adjustment.add)] = True
        mask[groups.members(find(d, adjustment.add))] = True
        mask[find(d, adjustment.remove)] = False
    return mask


def find(directory: Directory, wanted: Iterable[str]) -> list[int]:
    """Rows that a person names by id, name, DN or sAMAccountName, whatever the case."""
    names = {w.upper() for w in wanted}
    if not names:
        return []
    sam = directory.attributes.get("samaccountname", {})
    return [
        row
        for row in range(len(directory))
        if names.intersection(
            (
                directory.ids[row].upper(),
                directory.names[row].upper(),
                directory.dns[row].upper(),
                sam.get(row, [""])[0].upper(),
            )
        )
    ]


def _policies_on(d: Directory, mask: Mask) -> list[int]:
    """GPOs linked to a domain or to the OU of its controllers, whose editor commands the controllers."""
    controllers = mask & (d.kind == Kind.COMPUTER)
    parents = set(d.parent[controllers].tolist())
    links = d.pairs(Relation.GP_LINK)
    return [
        gpo
        for gpo, target in links
        if d.kind[target] == Kind.DOMAIN
        or (target in parents and d.dns[target].upper().startswith("OU=DOMAIN CONTROLLERS,"))
    ]
