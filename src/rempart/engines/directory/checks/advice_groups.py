"""Unscored items of the ANSSI list on privileged groups: how many members, from where, in what state."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.builder import sid_of
from rempart.engines.directory.checks.common import (
    ago,
    collected_domains,
    in_collection,
    judged,
    privileged,
)
from rempart.engines.directory.model import UNKNOWN, Fact, Kind, Relation, Trust, Uac
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.kernel.french import counted

_NEVER_EXPIRES = 0x7FFFFFFFFFFFFFFF
_FILETIME_EPOCH = 11_644_473_600


@check("warning_privileged_members", Fact.ACCOUNTS, Fact.MEMBERS)
def many_administrators(ctx: Context) -> Iterator[Hit]:
    """Domains whose privileged accounts exceed the warning threshold, well below that of the control."""
    d = ctx.directory
    rows = privileged(ctx)
    for domain in collected_domains(d):
        mine = rows[(d.domain[rows] == domain) & (d.rid[rows] != 500)]
        if len(mine) > ctx.param("accounts"):
            yield Hit(
                domain,
                f"{len(mine)} comptes privilégiés, seuil d’attention {ctx.param('accounts')}",
            )


@check("warning_privileged_members_builtin_notpriv", Fact.ACCOUNTS, Fact.MEMBERS)
def members_of_powerful_groups(ctx: Context) -> Iterator[Hit]:
    """Members of default groups that give power without being protected like the privileged ones."""
    d = ctx.directory
    named = {str(name).lower() for name in ctx.param("names")}
    groups = set(ctx.groups.well_known(*ctx.param("domain_rids"), *ctx.param("builtin_rids")))
    accounts = d.attributes.get("samaccountname", {})
    groups |= {
        row
        for row in d.rows(Kind.GROUP).tolist()
        if (accounts.get(row) or [d.names[row].partition("@")[0]])[0].lower() in named
    }
    expected = ctx.groups.privileged | ctx.groups.trusted
    # An authority publishes certificates: its host belongs to that group.
    expected[d.pairs(Relation.HOSTS_CA).src] = True
    for group in sorted(groups & set(np.flatnonzero(in_collection(d)).tolist())):
        for row in ctx.groups.members([group], recursive=False).tolist():
            if not expected[row]:
                yield Hit(row, f"membre de {d.label(group)}")


@check("warning_privileged_members_expired_disabled", Fact.ACCOUNTS, Fact.MEMBERS, Fact.UAC_COMMON)
def unusable_administrators(ctx: Context) -> Findings:
    """Disabled or expired accounts that kept their place: enabling one gives an administrator."""
    d = ctx.directory
    rows = privileged(ctx)
    known = (d.uac_known & Uac.DISABLED) != 0
    disabled = d.flag(Uac.DISABLED)
    # The built-in administrator and krbtgt are disabled by good practice or by design, and cannot leave.
    disabled[ctx.groups.well_known(500, 502)] = False
    expired = np.zeros(len(d), np.bool_)
    for row in rows.tolist():
        end = expires_at(d.integer(row, "accountexpires"))
        expired[row] = end is not None and end < ctx.today

    def detail(row: int) -> str:
        return "compte désactivé" if disabled[row] else "compte expiré"

    yield from judged(rows, disabled | expired, known, detail, "l’état du compte")


def expires_at(ticks: int | None) -> int | None:
    """Unix seconds of accountExpires (a FILETIME); None when the account never expires."""
    if ticks is None or ticks in (0, _NEVER_EXPIRES):
        return None
    return ticks // 10_000_000 - _FILETIME_EPOCH


@check("warning_privileged_members_foreign", Fact.ACCOUNTS, Fact.MEMBERS)
def foreign_administrators(ctx: Context) -> Iterator[Hit]:
    """Members of privileged groups that belong to another forest."""
    d = ctx.directory
    home = forests(ctx)
    groups = set(ctx.groups.privileged_groups) & set(np.flatnonzero(in_collection(d)).tolist())
    inside = set(ctx.groups.members(groups).tolist()) | groups
    nested = [row for row in inside if d.kind[row] == Kind.GROUP]
    members, of = ctx.groups.edges
    watched = np.isin(of, np.array([*groups, *nested], np.int64))
    for member, group in zip(members[watched].tolist(), of[watched].tolist(), strict=True):
        sid = sid_of(d.ids[member])
        if not sid.startswith("S-1-5-21-"):
            continue
        domain = int(d.domain[member])
        if domain == UNKNOWN or home.get(domain) != home.get(int(d.domain[group])):
            yield Hit(member, f"d’une autre forêt, membre de {d.label(group)}")


def forests(ctx: Context) -> dict[int, int]:
    """Forest of each domain (row → smallest row of its forest), by the trusts inside a forest and by the names."""
    d = ctx.directory
    home = {int(row): int(row) for row in d.rows(Kind.DOMAIN)}

    def find(row: int) -> int:
        while home[row] != row:
            row = home[row]
        return row

    pairs = [
        (t.domain, d.index.get(t.partner_sid, UNKNOWN))
        for t in d.trusts
        if t.bit(Trust.WITHIN_FOREST)
    ]
    names = {d.names[row].lower(): row for row in home}
    pairs += [(row, names.get(name.partition(".")[2], UNKNOWN)) for name, row in names.items()]
    for a, b in pairs:
        if a in home and b in home:
            first, second = sorted((find(a), find(b)))
            home[second] = first
    return {row: find(row) for row in home}


@check("warning_privileged_members_no_adminsdholder", Fact.ACCOUNTS, Fact.MEMBERS, Fact.DESCRIPTORS)
def unprotected_administrators(ctx: Context) -> Findings:
    """Members of privileged groups whose access list still inherits: AdminSDHolder does not watch them."""
    d = ctx.directory
    groups = [row for row in ctx.groups.privileged_groups if d.rid[row] != 516]
    mask = np.zeros(len(d), np.bool_)
    mask[ctx.groups.members(groups)] = True
    mask &= in_collection(d) & (d.kind >= Kind.USER) & (d.kind <= Kind.GROUP)
    mask &= ~ctx.groups.domain_controllers
    bad = d.acls.protected == 0
    known = d.acls.protected != UNKNOWN
    detail = "hérite encore des droits de son conteneur"
    yield from judged(np.flatnonzero(mask), bad, known, detail, "la protection contre l’héritage")


@check("warning_privileged_members_not_empty", Fact.ACCOUNTS, Fact.MEMBERS)
def groups_that_should_be_empty(ctx: Context) -> Iterator[Hit]:
    """Operators and groups used once in years: a permanent member is a permanent risk."""
    d = ctx.directory
    for group in ctx.groups.well_known(*ctx.param("rids")):
        members = ctx.groups.members([group], recursive=False)
        kept = members[d.rid[members] != 500] if ctx.param("spare_administrator") else members
        if len(kept) and in_collection(d)[group]:
            yield Hit(
                group,
                f"{counted(len(kept), 'membre')} : {_some(ctx, kept.tolist())}",
            )


def _some(ctx: Context, rows: list[int]) -> str:
    shown = ", ".join(ctx.directory.labels(rows[:5]))
    return shown + (f" et {len(rows) - 5} autres" if len(rows) > 5 else "")


@check("info_privileged_members_recent_changes", Fact.ACCOUNTS, Fact.MEMBERS)
def recent_changes(ctx: Context) -> Findings:
    """Privileged groups modified in the last days, and privileged accounts created then."""
    d = ctx.directory
    dates = {row: d.integer(row, "whenchanged") for row in ctx.groups.privileged_groups}
    if not any(dates.values()):
        raise NotMeasured("La collecte ne donne pas la date de modification des groupes.")
    for row, changed in dates.items():
        if changed is not None and ctx.days_since(changed) <= ctx.param("days"):
            yield Hit(row, f"groupe modifié {ago(ctx, changed)}")
    unread = sum(changed is None for changed in dates.values())
    if unread:
        yield Unmeasured(f"La date de modification de {counted(unread, 'groupe')} n’a pas été lue.")


@check("extra_exchange_groups", Fact.ACCOUNTS, Fact.MEMBERS)
def exchange_groups(ctx: Context) -> Iterator[Hit]:
    """Members of the groups of Exchange that hold wide rights over the domain, its servers left out."""
    d = ctx.directory
    named = {str(name).lower() for name in ctx.param("groups")}
    groups = [
        row
        for row in d.rows(Kind.GROUP).tolist()
        if d.names[row].partition("@")[0].lower() in named and in_collection(d)[row]
    ]
    if not groups:
        raise NotApplicable("Exchange n’a pas laissé de groupe dans cet annuaire.")
    for group in groups:
        for row in ctx.groups.members([group]).tolist():
            if d.kind[row] == Kind.USER and not d.flag(Uac.DISABLED)[row]:
                yield Hit(row, f"membre de {d.label(group)}")


@check("extra_rbcd_anywhere", Fact.ACCOUNTS, Fact.DELEGATION)
def delegations_to_act(ctx: Context) -> Iterator[Hit]:
    """Computers and accounts that let another principal act there in anybody's name; controllers have a control."""
    d = ctx.directory
    for principal, target in d.pairs(Relation.ALLOWED_TO_ACT):
        if not ctx.groups.domain_controllers[target] and not ctx.groups.trusted[principal]:
            yield Hit(target, f"{d.label(principal)} peut y agir au nom de n’importe qui")
