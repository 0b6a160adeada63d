"""Control of the group policies that apply to administrators and domain controllers, and of where they are linked."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.acl import graded
from rempart.engines.directory.checks.places import Tree
from rempart.engines.directory.model import Directory, Fact, Kind, Relation
from rempart.engines.directory.registry import Context, Hit, NotApplicable, Unmeasured, check


@check("vuln_permissions_gpo_priv", Fact.ACL, Fact.GPO_LINKS, Fact.MEMBERS)
def policies(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Who may change a policy that applies to an administrator or a domain controller runs code as they."""
    applied = sorted(applied_policies(ctx))
    if not applied:
        raise NotApplicable("Aucune stratégie de groupe ne s’applique à un compte privilégié.")
    yield from graded(ctx, applied)


@check("vuln_permissions_gpo_container_priv", Fact.ACL, Fact.GPO_LINKS, Fact.MEMBERS)
def containers(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Who may link a policy above an administrator or a domain controller chooses what they run."""
    d = ctx.directory
    above = {row for _, chain in _chains(ctx) for row in chain if d.kind[row] == Kind.OU}
    yield from graded(ctx, sorted(above | _sites(d)))


def applied_policies(ctx: Context) -> set[int]:
    """Rows of the policies that apply to privileged accounts and domain controllers.

    Links of sites count, since a domain controller belongs to one; the filtering of a policy by security group does
    not, since who controls the policy controls its filter.
    """
    d = ctx.directory
    linked: dict[int, set[int]] = {}
    for policy, place in d.pairs(Relation.GP_LINK):
        linked.setdefault(place, set()).add(policy)
    enforced = set(d.pairs(Relation.GP_LINK_ENFORCED))
    applied = {policy for site in _sites(d) for policy in linked.get(site, ())}
    done: set[tuple[int, ...]] = set()
    for _, chain in _chains(ctx):
        if chain not in done:
            done.add(chain)
            applied |= _through(d, chain, linked, enforced)
    return applied


def _through(
    d: Directory,
    chain: tuple[int, ...],
    linked: dict[int, set[int]],
    enforced: set[tuple[int, int]],
) -> set[int]:
    """Policies that reach the foot of a chain of containers, nearest first."""
    out: set[int] = set()
    blocked = False
    for place in chain:
        here = linked.get(place, set())
        out |= {policy for policy in here if not blocked or (policy, place) in enforced}
        blocked = blocked or d.integer(place, "gpoptions") == 1
    return out


def _chains(ctx: Context) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Privileged accounts and domain controllers, with the containers above them."""
    tree = Tree(ctx.directory)
    above: dict[int, tuple[int, ...]] = {}
    rows = np.union1d(ctx.groups.privileged_accounts, np.flatnonzero(ctx.groups.domain_controllers))
    for row in rows.tolist():
        parent = tree.parent(row)
        if parent not in above:
            above[parent] = tuple(tree.above(row))
        yield row, above[parent]


def _sites(d: Directory) -> set[int]:
    return {int(row) for row in d.rows(Kind.SITE)}
