"""How SYSVOL is replicated, and how far the domain was prepared for its controllers."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.places import below, placed
from rempart.engines.directory.model import Directory, Fact, Kind
from rempart.engines.directory.registry import Context, Hit, NotMeasured, Unmeasured, check
from rempart.kernel.french import counted, plural

_DFSR = "cn=domain system volume,cn=dfsr-localsettings,"
_NTFRS = "cn=domain system volume (sysvol share),cn=ntfrs subscriptions,"


@check("vuln_sysvol_ntfrs", Fact.DFSR)
def sysvol_by_ntfrs(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Domain controllers that still replicate SYSVOL with the former service."""
    d = ctx.directory
    controllers = np.flatnonzero(ctx.groups.domain_controllers).tolist()
    if not controllers:
        raise NotMeasured("Aucun contrôleur de domaine n’est dans la collecte.")
    old, new = _holders(d, _NTFRS), _holders(d, _DFSR)
    silent = 0
    for row in controllers:
        dn = d.dns[row].lower()
        if dn in old and dn not in new:
            yield Hit(row, "SYSVOL est répliqué par NTFRS")
        silent += dn not in old and dn not in new
    if silent:
        yield Unmeasured(
            f"{counted(silent, 'contrôleur')} de domaine sur {len(controllers)} ne "
            f"{plural(silent, 'dit', 'disent')} pas comment SYSVOL est répliqué."
        )


def _holders(d: Directory, prefix: str) -> set[str]:
    """Lower-case DNs of the computers that have this object below them."""
    rows = d.rows(Kind.DFSR).tolist()
    return {dn.partition(prefix)[2] for dn in (d.dns[row].lower() for row in rows) if prefix in dn}


@check("vuln_adupdate_bad", Fact.ACCOUNTS)
def domain_preparation(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Domains prepared by the version that gave key administrators too much."""
    d = ctx.directory
    rows = placed(d, "cn=activedirectoryupdate,cn=domainupdates,cn=system,")
    domains = [int(row) for row in d.rows(Kind.DOMAIN) if d.dns[row]]
    read = [(row, d.integer(row, "revision")) for row in rows]
    known = [(row, revision) for row, revision in read if revision is not None]
    bad = set(ctx.param("revisions"))
    for row, revision in known:
        if revision in bad:
            yield Hit(row, f"révision {revision} de la préparation du domaine")
    silent = [dom for dom in domains if not below(d, [dom], [row for row, _ in known])]
    if silent or not domains:
        yield Unmeasured("La révision de la préparation du domaine n’est pas dans la collecte.")
