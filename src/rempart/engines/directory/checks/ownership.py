"""Owners of objects, and access lists that the collection could not read."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.builder import rid_of, sid_of
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.model import NEVER, UNKNOWN, Directory, Fact, Kind
from rempart.engines.directory.registry import Context, Hit, NotMeasured, Unmeasured, check
from rempart.kernel.french import counted, grouped

_OWNED = (Kind.USER, Kind.COMPUTER, Kind.GROUP, Kind.OU, Kind.GPO)


@check("vuln_owner", Fact.OWNERS, Fact.CREATION_DATES)
def owners(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Objects older than some days whose owner is not an administrator: the owner may change their permissions."""
    d = ctx.directory
    rows = d.rows(*_OWNED)
    # Well-known principals that only appear in memberships are no objects of this directory.
    rows = rows[(d.created[rows] > NEVER) | (d.acls.of[rows] >= 0)]
    created, owner = d.created[rows], d.owner[rows]
    old = created < ctx.today - int(ctx.param("older_than_days")) * 86400
    dated, owned = created != UNKNOWN, owner != UNKNOWN
    for row in rows[old & dated & owned & ~_expected(ctx)[owner]].tolist():
        yield Hit(row, f"propriétaire : {d.label(int(d.owner[row]))}")
    unknown = int((~dated | (~owned & old)).sum())
    if unknown:
        yield Unmeasured(
            f"Le propriétaire ou la date de création manque pour {counted(unknown, 'objet')} sur "
            f"{grouped(len(rows))}."
        )


def _expected(ctx: Context) -> Mask:
    """Mask of the owners that are expected."""
    d: Directory = ctx.directory
    mask = np.zeros(len(d), np.bool_)
    mask[ctx.groups.well_known(*ctx.param("owner_rids"))] = True
    sids = set(ctx.param("owner_sids"))
    rids = np.array([rid_of(sid) for sid in sids], np.int64)
    for row in np.flatnonzero((d.kind <= Kind.GROUP) & np.isin(d.rid, rids)).tolist():
        if not d.ids[row].startswith("S-1-5-21-") and sid_of(d.ids[row]) in sids:
            mask[row] = True
    return mask


@check("vuln_sd_failed_sd_read_on_priv", Fact.ACL, Fact.MEMBERS)
def unread_access_lists(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Privileged objects whose permissions the collection could not read: nobody knows who controls them."""
    d = ctx.directory
    described = np.isin(d.kind, np.array([Kind.USER, Kind.COMPUTER, Kind.GROUP]))
    mask = ctx.groups.privileged.copy()
    mask[ctx.groups.privileged_groups] = True
    rows = np.flatnonzero(mask & described)
    if not len(rows):
        raise NotMeasured("Aucun objet privilégié n’est dans la collecte.")
    lists = d.acls.of[rows]
    unread = lists < 0
    if d.has(Fact.DESCRIPTORS):
        for row in rows[unread].tolist():
            yield Hit(row, "permissions illisibles avec le compte de collecte")
        return
    # SharpHound writes an empty list both for what it could not read and for what it does not read.
    length = np.diff(d.acls.start)
    unread[~unread] = length[lists[~unread]] == 0
    if unread.any():
        objects = counted(int(unread.sum()), "objet privilégié", "objets privilégiés")
        yield Unmeasured(
            f"La collecte ne dit pas si les permissions de {objects} sont illisibles ou n’ont pas été demandées."
        )
