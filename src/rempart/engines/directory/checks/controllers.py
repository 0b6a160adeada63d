"""Checks on domain controllers themselves: coherence of their attributes, age of their system."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.common import in_collection, support
from rempart.engines.directory.groups import Rows
from rempart.engines.directory.model import Fact, Kind, Relation, Uac
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotMeasured,
    Unmeasured,
    check,
)

READ_ONLY_GROUP = 521
_WRITABLE = {
    Uac.SERVER_TRUST_ACCOUNT: "SERVER_TRUST_ACCOUNT",
    Uac.TRUSTED_FOR_DELEGATION: "TRUSTED_FOR_DELEGATION",
}
_READ_ONLY = {
    Uac.PARTIAL_SECRETS_ACCOUNT: "PARTIAL_SECRETS_ACCOUNT",
    Uac.TRUSTED_TO_AUTH_FOR_DELEGATION: "TRUSTED_TO_AUTH_FOR_DELEGATION",
    Uac.WORKSTATION_ACCOUNT: "WORKSTATION_TRUST_ACCOUNT",
}


def _controllers(ctx: Context) -> Rows:
    rows = np.flatnonzero(ctx.groups.domain_controllers & in_collection(ctx.directory))
    if not len(rows):
        raise NotMeasured("La collecte ne contient aucun contrôleur de domaine.")
    return rows


@check("vuln_dc_obsolete", Fact.ACCOUNTS, Fact.OPERATING_SYSTEM)
def controllers_are_out_of_support(ctx: Context) -> Findings:
    """End of public support, by the name and build that the controller states; an unknown system is not judged."""
    d = ctx.directory
    unknown = []
    failed = False
    for row in _controllers(ctx).tolist():
        system = support(d, row)
        if system is None:
            unknown.append(d.value(row, "operatingsystem") or "système non renseigné")
        elif ctx.today >= system.ends_at:
            failed = True
            day = "/".join(reversed(system.ends_on.split("-")))
            yield Hit(row, f"{d.value(row, 'operatingsystem')} : support terminé le {day}")
    if unknown and not failed:
        named = ", ".join(sorted(set(unknown)))
        yield Unmeasured(f"La fin de support de ces systèmes n’est pas connue : {named}.")


@check("vuln_dc_inconsistent_uac", Fact.ACCOUNTS, Fact.UAC, Fact.CONFIGURATION)
def controllers_are_inconsistent(ctx: Context) -> Findings:
    """Indicators of the account, server object of the site that names it, NTDS Settings under it, and its level."""
    for row in _controllers(ctx).tolist():
        faults = [*_indicator_faults(ctx, row), *_server_faults(ctx, row)]
        if faults:
            yield Hit(row, ", ".join(faults))


def _indicator_faults(ctx: Context, row: int) -> Iterator[str]:
    d = ctx.directory
    read_only = (
        bool(d.uac[row] & Uac.PARTIAL_SECRETS_ACCOUNT)
        or d.primary_group_rid[row] == READ_ONLY_GROUP
    )
    for bit, name in (_READ_ONLY if read_only else _WRITABLE).items():
        if d.uac_known[row] & bit and not d.uac[row] & bit:
            yield f"indicateur {name} absent"


def _server_faults(ctx: Context, row: int) -> Iterator[str]:
    d = ctx.directory
    places = d.pairs(Relation.SERVER_REFERENCE).to(row)
    if not places:
        yield "aucun objet serveur de site ne le désigne"
        return
    settings = d.rows(Kind.NTDS_SETTINGS)
    below = settings[np.isin(d.parent[settings], np.array(places))].tolist()
    if not below:
        yield "objet NTDS Settings absent"
    elif all(d.integer(child, "msds-behavior-version") is None for child in below):
        yield "msDS-Behavior-Version absent de NTDS Settings"
