"""The accepted delegation: a principal that is itself protected like AdminSDHolder is no weaker than an administrator.

Rule of the ANSSI list: its access list does not inherit, and gives nothing to anybody that AdminSDHolder does not
give; a group must moreover hold only accounts so protected, and no group.
"""

from collections.abc import Iterable

from rempart.engines.directory.model import UNKNOWN, Directory, Kind
from rempart.engines.directory.registry import Context
from rempart.engines.directory.rights import CONTROL_RIGHTS, REPLICATION_RIGHTS, Right

_COMPARED = CONTROL_RIGHTS | REPLICATION_RIGHTS


def holders(directory: Directory) -> dict[int, int]:
    """Row of the AdminSDHolder container of each domain (domain row → row), where it was read."""
    out = {}
    for row in directory.rows(Kind.CONTAINER).tolist():
        dn, name = directory.dns[row].lower(), directory.names[row].lower()
        if dn.startswith("cn=adminsdholder,cn=system,") or (
            not dn and name.startswith("adminsdholder@")
        ):
            out[int(directory.domain[row])] = row
    return out


def accepted(ctx: Context, principals: Iterable[int]) -> frozenset[int]:
    """The principals, among these, that are protected like the AdminSDHolder of their domain.

    Nothing is accepted on what was not read: access list, protection, AdminSDHolder, members of the group.
    """
    wanted = set(principals)
    templates = holders(ctx.directory) if wanted else {}
    return frozenset(row for row in wanted if _accepts(ctx, row, templates))


def _accepts(ctx: Context, row: int, templates: dict[int, int]) -> bool:
    d = ctx.directory
    if d.kind[row] in (Kind.USER, Kind.COMPUTER):
        return _protected(ctx, row, templates)
    if d.kind[row] != Kind.GROUP or not d.ids[row].startswith("S-1-5-21-"):
        return False
    # Everybody is a member of these groups, or may become one, whatever the directory lists.
    if 0 <= d.rid[row] < 1000 or not _protected(ctx, row, templates):
        return False
    members = _members(ctx, row)
    return all(
        d.kind[m] in (Kind.USER, Kind.COMPUTER) and _protected(ctx, m, templates) for m in members
    )


def _members(ctx: Context, group: int) -> list[int]:
    member, of = ctx.groups.edges
    return [int(m) for m in member[of == group]]


def _protected(ctx: Context, row: int, templates: dict[int, int]) -> bool:
    d = ctx.directory
    holder = templates.get(int(d.domain[row]))
    if holder is None or d.acls.of[row] < 0 or d.acls.of[holder] < 0 or d.acls.protected[row] != 1:
        return False
    given = _given(ctx, holder)
    return _given(ctx, row) <= given


def _given(ctx: Context, row: int) -> frozenset[tuple[int, Right]]:
    """What principals outside the trusted may do to the row, its ownership included."""
    trusted, owner = ctx.groups.trusted, int(ctx.directory.owner[row])
    given = [(p, right) for p, right, _ in ctx.directory.acls.entries(row) if right in _COMPARED]
    if owner != UNKNOWN:
        given.append((owner, Right.Owns))
    return frozenset((p, right) for p, right in given if not trusted[p])
