"""Checks on ordinary accounts: passwords that never expire, dormant accounts, primary groups, SID history, guest."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.builder import sid_of
from rempart.engines.directory.checks.common import (
    GUEST_RID,
    Detail,
    accounts,
    days_text,
    enabled,
    flagged,
    in_collection,
    judged,
    last_activity,
    last_password_change,
    managed,
    named_accounts,
    older_than,
    unread,
)
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.model import NEVER, UNKNOWN, Fact, Kind, Relation, Uac
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotMeasured,
    Unmeasured,
    check,
)

USER_GROUPS = (513, 514)
COMPUTER_GROUP = 515
CONTROLLER_GROUP = 516
READ_ONLY_CONTROLLER_GROUP = 521


@check("vuln_dont_expire", Fact.ACCOUNTS, Fact.UAC_COMMON)
def many_passwords_never_expire(ctx: Context) -> Findings:
    """A share of the enabled users; managed service accounts renew theirs by themselves."""
    bad, known = flagged(ctx, Uac.DONT_EXPIRE_PASSWORD)
    users = enabled(ctx, Kind.USER) & ~managed(ctx.directory)
    yield from _above_share(
        ctx, users, bad, known, "mot de passe qui n’expire jamais", "l’expiration du mot de passe"
    )


@check(
    "vuln_user_accounts_dormant",
    Fact.ACCOUNTS,
    Fact.UAC_COMMON,
    Fact.PASSWORD_DATES,
    Fact.LOGON_DATES,
)
def many_accounts_are_dormant(ctx: Context) -> Findings:
    """Old password and no logon for long, or none ever on an account that is not new."""
    password, activity = last_password_change(ctx), last_activity(ctx)
    old = older_than(ctx, password, ctx.param("password_days"))
    silent = older_than(ctx, activity, ctx.param("logon_days"))
    # One date that clears the account is enough to know; both are needed to blame it.
    known = ((password != UNKNOWN) & ~old) | ((activity != UNKNOWN) & ~silent) | (old & silent)

    age, silence = (ctx.today - password) // 86400, (ctx.today - activity) // 86400

    def detail(row: int) -> str:
        never = ctx.directory.last_logon[row] == NEVER
        quiet = days_text(int(silence[row]))
        logon = f"aucune session en {quiet}" if never else f"dernière session il y a {quiet}"
        return f"mot de passe de {days_text(int(age[row]))}, {logon}"

    yield from _above_share(
        ctx, enabled(ctx), old & silent, known, detail, "les dates de mot de passe et de session"
    )


def _above_share(
    ctx: Context, rows: Mask, bad: Mask, known: Mask, detail: Detail, missing: str
) -> Iterator[Hit | Unmeasured]:
    """Hits when the bad rows exceed `share` per cent; Unmeasured when the rows not read could tip the balance."""
    total = int(rows.sum())
    if not total:
        raise NotMeasured("La collecte ne contient aucun compte actif.")
    limit = ctx.param("share") * total / 100
    found, blind = int((rows & bad & known).sum()), int((rows & ~known).sum())
    if found > limit:
        yield from judged(rows & known, bad, known, detail, missing)
    elif found + blind > limit:
        yield unread(blind, total, missing)


def _unusual_group(ctx: Context) -> tuple[Mask, Mask]:
    """(bad, known) of the primary group: 513 or 514 for a user, 515 for a computer or a managed account, 516 for a
    controller, 521 for a read-only one."""
    d = ctx.directory
    group = d.primary_group_rid
    known: Mask = group != UNKNOWN
    machine = (d.kind == Kind.COMPUTER) | managed(d)
    usual = np.isin(group, np.array(USER_GROUPS)) & ~machine
    told = (d.uac_known & Uac.SERVER_TRUST_ACCOUNT) != 0
    read_only = d.flag(Uac.PARTIAL_SECRETS_ACCOUNT)
    controller = d.flag(Uac.SERVER_TRUST_ACCOUNT) & ~read_only
    usual |= machine & (group == COMPUTER_GROUP) & ~controller & ~read_only
    # Without these indicators, a workstation that hides in the controllers' group cannot be told from one.
    usual |= machine & (group == CONTROLLER_GROUP) & (controller | ~told)
    usual |= machine & (group == READ_ONLY_CONTROLLER_GROUP) & (read_only | ~told)
    return known & ~usual, known


def _primary_groups(ctx: Context, below: int | None) -> Iterator[Hit | Unmeasured]:
    d = ctx.directory
    bad, known = _unusual_group(ctx)
    if below is not None:
        bad &= d.primary_group_rid < below

    def detail(row: int) -> str:
        rid = int(d.primary_group_rid[row])
        group = d.index.get(f"{d.ids[row].rpartition('-')[0]}-{rid}")
        name = f", {d.label(group)}" if group is not None and d.names[group] else ""
        return f"groupe principal {rid}{name}"

    yield from judged(accounts(ctx), bad, known, detail, "le groupe principal")


@check("vuln_primary_group_id_1000", Fact.ACCOUNTS, Fact.PRIMARY_GROUP)
def primary_group_is_built_in(ctx: Context) -> Findings:
    """A low RID is a group made with the domain, often a privileged one."""
    yield from _primary_groups(ctx, below=ctx.param("rid_below"))


@check("vuln_primary_group_id_nochange", Fact.ACCOUNTS, Fact.PRIMARY_GROUP)
def primary_group_was_changed(ctx: Context) -> Findings:
    """Whatever the group: membership by this way does not show in most consoles."""
    yield from _primary_groups(ctx, below=None)


@check("vuln_guest", Fact.ACCOUNTS, Fact.UAC_COMMON)
def guest_is_enabled(ctx: Context) -> Findings:
    """By its RID 501, the name being translated or changed."""
    rows = named_accounts(ctx, GUEST_RID)
    if not rows:
        raise NotMeasured("La collecte ne contient pas le compte Invité.")
    disabled, known = flagged(ctx, Uac.DISABLED)
    yield from judged(rows, ~disabled, known, "compte actif", "l’état du compte")


@check("vuln_sidhistory_present", Fact.ACCOUNTS, Fact.SID_HISTORY)
def sid_history_is_there(ctx: Context) -> Findings:
    """Accounts and groups that carry any further SID."""
    pairs = ctx.directory.pairs(Relation.SID_HISTORY)
    yield from _carried(ctx, np.ones(len(pairs), np.bool_))


@check("vuln_sidhistory_dangerous", Fact.ACCOUNTS, Fact.SID_HISTORY)
def sid_history_is_privileged(ctx: Context) -> Findings:
    """Carried SIDs that no migration brings: well-known ones, and those of privileged accounts and groups."""
    d = ctx.directory
    rids = set(ctx.param("privileged_rids"))
    carried = d.pairs(Relation.SID_HISTORY).dst.tolist()
    bad = [
        not sid_of(d.ids[row]).startswith("S-1-5-21-") or int(d.rid[row]) in rids for row in carried
    ]
    yield from _carried(ctx, np.array(bad, np.bool_))


def _carried(ctx: Context, chosen: NDArray[np.bool_]) -> Iterator[Hit]:
    d = ctx.directory
    pairs = d.pairs(Relation.SID_HISTORY)
    inside = in_collection(d)
    carried: dict[int, list[str]] = {}
    for src, dst in zip(pairs.src[chosen].tolist(), pairs.dst[chosen].tolist(), strict=True):
        if inside[src]:
            sid = sid_of(d.ids[dst])
            name = f" ({d.names[dst]})" if d.names[dst] else ""
            carried.setdefault(src, []).append(sid + name)
    for row, sids in carried.items():
        yield Hit(row, "porte aussi " + ", ".join(sids))
