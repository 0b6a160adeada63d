"""Contains and GPOAppliesTo: what an OU, a container or a group policy commands.

Rights inherit through `Contains`, except to objects whose list is protected (AdminSDHolder). Policies do not
care for that protection: whoever commands an OU can link a policy to it and reach every account under it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.graph import EdgeCollector, Mask
from rempart.engines.directory.model import UNKNOWN, Directory, Kind, Relation

DEEPEST: Final = 8


def containment_edges(d: Directory, out: EdgeCollector) -> None:
    """Contains: OU or container to its children that rights or policies reach."""
    child = np.flatnonzero(d.parent != UNKNOWN)
    parent = d.parent[child]
    by_policy = np.isin(d.kind[parent], np.array([Kind.OU, Kind.DOMAIN], np.int8)) & np.isin(
        d.kind[child], np.array([Kind.USER, Kind.COMPUTER, Kind.OU], np.int8)
    )
    # Where the source does not tell, the protection is that of the accounts that AdminSDHolder marked.
    told = d.acls.protected[child]
    protected = (told == 1) | ((told == UNKNOWN) & (d.admin_count[child] == 1))
    keep = by_policy | ~protected
    out.add("Contains", parent[keep], child[keep].astype(np.int32))
    for site, controllers in controllers_by_site(d).items():
        out.add("Contains", [site] * len(controllers), controllers)


def controllers_by_site(d: Directory) -> dict[int, list[int]]:
    """Site → the controllers whose server object is under it: a policy linked to the site applies to them."""
    found: dict[int, list[int]] = {}
    for server, controller in d.pairs(Relation.SERVER_REFERENCE):
        at, steps = int(d.parent[server]), 0
        while at != UNKNOWN and d.kind[at] != Kind.SITE and steps < DEEPEST:
            at, steps = int(d.parent[at]), steps + 1
        if at != UNKNOWN and d.kind[at] == Kind.SITE:
            found.setdefault(at, []).append(controller)
    return found


def policy_edges(d: Directory, tier0: Mask, out: EdgeCollector) -> None:
    """GPOAppliesTo: a policy to the users and computers under its links, blocking and enforcement included."""
    links = d.pairs(Relation.GP_LINK)
    if not len(links):
        return
    enforced = set(d.pairs(Relation.GP_LINK_ENFORCED))
    inside, by_site = Subtrees(d), controllers_by_site(d)
    blocking = {row for row, v in d.attributes.get("gpoptions", {}).items() if v and v[0] == "1"}
    for gpo, target in links:
        if tier0[gpo]:
            continue
        if d.kind[target] == Kind.SITE:
            controllers = by_site.get(target, [])
            out.add("GPOAppliesTo", [gpo] * len(controllers), controllers)
        if d.kind[target] not in (Kind.OU, Kind.DOMAIN):
            continue
        stops = set() if (gpo, target) in enforced else blocking - {target}
        reached = inside.accounts(target, stops)
        out.add("GPOAppliesTo", np.full(len(reached), gpo, np.int32), reached)


class Subtrees:
    """Rows under a row, by the parent column; a cycle (which no directory has) ends the descent."""

    def __init__(self, directory: Directory) -> None:
        d = self._d = directory
        child = np.flatnonzero(d.parent != UNKNOWN)
        order = child[np.argsort(d.parent[child], kind="stable")]
        self._children = order
        self._start = np.zeros(len(d) + 1, np.int64)
        np.cumsum(np.bincount(d.parent[child], minlength=len(d)), out=self._start[1:])

    def accounts(self, root: int, stops: set[int]) -> NDArray[np.int32]:
        """Users and computers under `root`, without those under a row of `stops`."""
        d, found, todo, seen = self._d, [], [root], {root}
        while todo:
            row = todo.pop()
            children = self._children[self._start[row] : self._start[row + 1]]
            kinds = d.kind[children]
            found.append(children[(kinds == Kind.USER) | (kinds == Kind.COMPUTER)])
            holders = children[(kinds == Kind.OU) | (kinds == Kind.CONTAINER)]
            fresh = [c for c in holders.tolist() if c not in stops and c not in seen]
            seen.update(fresh)
            todo.extend(fresh)
        return np.concatenate(found).astype(np.int32) if found else np.empty(0, np.int32)
