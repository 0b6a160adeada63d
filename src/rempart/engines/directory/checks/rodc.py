"""Read-only domain controllers: which secrets they hold or may ask for."""

from collections.abc import Iterator

from rempart.engines.directory.checks.permissions import read_only_controllers
from rempart.engines.directory.identifiers import beginning
from rempart.engines.directory.model import UNKNOWN, Directory, Fact, Kind, Relation
from rempart.engines.directory.registry import (
    Context,
    Hit,
    NotApplicable,
    NotMeasured,
    check,
)


def _controllers(d: Directory) -> list[int]:
    rows = read_only_controllers(d)
    if not rows:
        raise NotApplicable("Cet annuaire n’a pas de contrôleur de domaine en lecture seule.")
    return rows


@check("vuln_rodc_priv_revealed", Fact.RODC, Fact.MEMBERS)
def revealed(ctx: Context) -> Iterator[Hit]:
    """Read-only controllers that hold the secret of a privileged account."""
    d, held = ctx.directory, ctx.directory.pairs(Relation.RODC_REVEALED)
    for row in _controllers(d):
        for account in held.of(row):
            if ctx.groups.privileged[account] and not ctx.groups.domain_controllers[account]:
                yield Hit(account, f"secret conservé par {d.label(row)}")


@check("vuln_rodc_never_reveal", Fact.RODC)
def never_reveal(ctx: Context) -> Iterator[Hit]:
    """Read-only controllers whose list of refused accounts lacks a group that it should refuse."""
    d, refused = ctx.directory, ctx.directory.pairs(Relation.RODC_NEVER_REVEAL)
    rids = [int(rid) for rid in ctx.param("rids")]
    for row in _controllers(d):
        listed = set(refused.of(row))
        present = {int(d.rid[r]) for r in listed}
        missing = [rid for rid in rids if rid not in present]
        if missing:
            names = ", ".join(_name(ctx, rid, int(d.domain[row])) for rid in missing)
            yield Hit(row, f"liste de refus sans {names}")


@check("vuln_rodc_reveal", Fact.RODC)
def reveal_on_demand(ctx: Context) -> Iterator[Hit]:
    """Read-only controllers allowed to hold the secrets of built-in accounts or groups."""
    d, allowed = ctx.directory, ctx.directory.pairs(Relation.RODC_REVEAL_ON_DEMAND)
    limit, tolerated = int(ctx.param("rid_below")), set(ctx.param("tolerated_rids"))
    for row in _controllers(d):
        for principal in allowed.of(row):
            rid = int(d.rid[principal])
            if UNKNOWN < rid < limit and rid not in tolerated:
                yield Hit(row, f"peut conserver les secrets de {d.label(principal)}")


@check("vuln_rodc_allowed_group", Fact.MEMBERS)
def allowed_group(ctx: Context) -> Iterator[Hit]:
    """Members of the domain-wide group whose secrets every read-only controller may hold."""
    d = ctx.directory
    groups = _groups(ctx, int(ctx.param("rid")))
    for group in groups:
        for member in ctx.groups.members([group], recursive=False).tolist():
            yield Hit(member, f"membre de {d.label(group)}")


@check("vuln_rodc_denied_group", Fact.MEMBERS)
def denied_group(ctx: Context) -> Iterator[Hit]:
    """Domain-wide groups of refused accounts that lost a default member."""
    d = ctx.directory
    for group in _groups(ctx, int(ctx.param("rid"))):
        present = {int(d.rid[m]) for m in ctx.groups.members([group], recursive=False)}
        domain = int(d.domain[group])
        wanted = [rid for rid in ctx.param("rids") if ctx.groups.well_known(rid, domain=domain)]
        missing = [rid for rid in wanted if rid not in present]
        if missing:
            names = ", ".join(_name(ctx, rid, domain) for rid in missing)
            yield Hit(group, f"ne contient plus {names}")


def _groups(ctx: Context, rid: int) -> list[int]:
    rows = [r for r in ctx.groups.well_known(rid) if ctx.directory.kind[r] == Kind.GROUP]
    if not rows:
        raise NotMeasured(
            "Les groupes de réplication des contrôleurs en lecture seule ne sont pas dans la collecte."
        )
    return rows


def _name(ctx: Context, rid: int, domain: int) -> str:
    """Name of a well-known principal, by its RID when it was not read."""
    d = ctx.directory
    rows = ctx.groups.well_known(rid, domain=domain) or ctx.groups.well_known(rid)
    named = [row for row in rows if d.names[row]]
    return d.label(named[0]) if named else f"le principal de RID {rid}"


@check("vuln_rodc_orphan_krbtgt", Fact.ACCOUNTS)
def orphan_keys(ctx: Context) -> Iterator[Hit]:
    """krbtgt accounts of read-only controllers that no longer exist."""
    d = ctx.directory
    accounts = _secondary_krbtgt(d)
    if not accounts:
        raise NotApplicable("Aucun compte krbtgt de contrôleur en lecture seule n’existe.")
    if read_only_controllers(d) and not d.has(Fact.RODC):
        raise NotMeasured("La collecte ne relie pas les comptes krbtgt à leurs contrôleurs.")
    used = {dst for _, dst in d.pairs(Relation.KRBTGT_LINK)}
    for row in accounts:
        if row not in used:
            yield Hit(row, "aucun contrôleur en lecture seule n’utilise ce compte")


def _secondary_krbtgt(d: Directory) -> list[int]:
    """Rows of the krbtgt_N accounts: by their number, or by their name when the source lacks it."""
    numbered = set(d.attributes.get("msds-secondarykrbtgtnumber", {}))
    called = [row for row in beginning(d.names, "krbtgt_") if d.kind[row] == Kind.USER]
    numbered.update(row for row in called if d.names[row][7:].partition("@")[0].isdigit())
    return sorted(numbered)
