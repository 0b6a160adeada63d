"""Unscored items of the ANSSI list on accounts: what deserves a look, without deciding the level."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.checks.common import (
    ADMINISTRATOR_RID,
    KRBTGT_RID,
    Detail,
    accounts,
    ago,
    carriers,
    days_ago,
    enabled,
    flagged,
    in_collection,
    judged,
    last_activity,
    last_password_change,
    managed,
    named_accounts,
    older_than,
    privileged,
    remembered,
    since,
)
from rempart.engines.directory.checks.policy import Policies
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.model import NEVER, UNKNOWN, Fact, Kind, Relation, Uac
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

# Groups that the directory protects like administrators, without being privileged here: replicators, read-only
# controllers, controllers of the enterprise.
_PROTECTED_BESIDES = (552, 521, 498, KRBTGT_RID)


@check("warning_admincount", Fact.ACCOUNTS, Fact.MEMBERS, Fact.ADMIN_COUNT)
def marked_without_reason(ctx: Context) -> Findings:
    """adminCount is 1 on what is no longer privileged: access rights stayed those of an administrator."""
    d = ctx.directory
    expected = ctx.groups.privileged | ctx.groups.domain_controllers
    expected[ctx.groups.privileged_groups] = True
    besides = ctx.groups.well_known(*_PROTECTED_BESIDES)
    expected[besides] = True
    expected[ctx.groups.members(besides)] = True
    rows = accounts(ctx, Kind.USER, Kind.COMPUTER, Kind.GROUP) & ~expected
    detail = "adminCount vaut 1 sans appartenance à un groupe privilégié"
    yield from judged(rows, d.admin_count == 1, d.admin_count != UNKNOWN, detail, "adminCount")


@check("warning_admincount_0", Fact.ACCOUNTS, Fact.ADMIN_COUNT, Fact.DESCRIPTORS)
def mark_set_to_zero(ctx: Context) -> Iterator[Hit]:
    """adminCount is 0, and not merely absent: somebody took the mark away. BloodHound does not tell one from the
    other, hence the descriptors, which it does not have."""
    d = ctx.directory
    mine = in_collection(d)
    for row, values in d.attributes.get("admincount", {}).items():
        if values == ["0"] and mine[row]:
            still = " d’un compte privilégié" if ctx.groups.privileged[row] else ""
            yield Hit(row, f"marque{still} remise à 0")


@check("warning_dont_expire", Fact.ACCOUNTS, Fact.UAC_COMMON)
def passwords_never_expire(ctx: Context) -> Findings:
    """Every enabled user whose password never expires, even below the share that fails the control."""
    bad, known = flagged(ctx, Uac.DONT_EXPIRE_PASSWORD)
    users = enabled(ctx, Kind.USER) & ~managed(ctx.directory)
    detail = "mot de passe qui n’expire jamais"
    yield from judged(users, bad, known, detail, "l’expiration du mot de passe")


@check("warning_password_change", Fact.ACCOUNTS, Fact.PASSWORD_DATES)
def old_passwords(ctx: Context) -> Findings:
    """Every enabled account whose password has not changed for long."""
    changed = last_password_change(ctx)
    yield from judged(
        enabled(ctx),
        older_than(ctx, changed, ctx.param("days")),
        changed != UNKNOWN,
        since(ctx, changed, ctx.directory.password_set, "mot de passe inchangé depuis"),
        "la date du mot de passe",
    )


@check("warning_logonscript_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.UAC)
def scripts_of_administrators(ctx: Context) -> Iterator[Hit]:
    """A privileged account with a logon script runs what whoever writes the script wants."""
    d = ctx.directory
    for row in privileged(ctx).tolist():
        script = d.value(row, "scriptpath")
        if script:
            yield Hit(row, f"script d’ouverture de session : {script}")


@check("warning_reversible_password", Fact.ACCOUNTS, Fact.UAC)
def reversible_passwords(ctx: Context) -> Findings:
    """Passwords that the directory can give back in clear."""
    bad, known = flagged(ctx, Uac.REVERSIBLE_PASSWORD)
    detail = "mot de passe conservé sous une forme réversible"
    yield from judged(enabled(ctx), bad, known, detail, "la forme de conservation du mot de passe")


@check("warning_rid500", Fact.ACCOUNTS, Fact.LOGON_DATES)
def builtin_administrator_in_use(ctx: Context) -> Findings:
    """The built-in administrator is for emergencies: recent use means daily use."""
    d = ctx.directory
    rows = named_accounts(ctx, ADMINISTRATOR_RID)
    if not rows:
        raise NotMeasured("La collecte ne contient pas le compte Administrateur intégré.")
    recent = ~older_than(ctx, d.last_logon, ctx.param("days") - 1)

    def detail(row: int) -> str:
        return f"dernière session {ago(ctx, int(d.last_logon[row]))}"

    yield from judged(rows, recent, d.last_logon != UNKNOWN, detail, "la date de dernière session")


@check("warning_spn_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.SPN)
def tolerated_service_names(ctx: Context) -> Findings:
    """Privileged users with a service name that the control tolerates: still a target for password cracking."""
    d = ctx.directory
    spn, service = carriers(d, "serviceprincipalname"), managed(d)
    policies = Policies(ctx)
    unjudged = 0
    figures = {"min_length": ctx.param("min_length"), "max_age_days": ctx.param("max_age_days")}
    for row in privileged(ctx).tolist():
        if not spn[row] or d.kind[row] != Kind.USER:
            continue
        if service[row]:
            yield Hit(row, "compte de service géré privilégié, avec un nom de service")
        elif policies.hardened(row, **figures):
            yield Hit(row, "nom de service toléré : mot de passe très long et clés AES seules")
        elif not d.has(Fact.PASSWORD_SETTINGS, Fact.ENCRYPTION_TYPES):
            unjudged += 1
    if unjudged:
        yield Unmeasured(f"La tolérance de {counted(unjudged, 'compte')} ne peut être établie.")


def _dormant(ctx: Context) -> tuple[Mask, Mask]:
    """(silent, known): enabled users without a logon for `days`; the built-in administrator is meant to sleep."""
    activity = last_activity(ctx)
    return older_than(ctx, activity, ctx.param("days")), activity != UNKNOWN


def _users(ctx: Context) -> Mask:
    users = enabled(ctx, Kind.USER) & ~managed(ctx.directory)
    users[named_accounts(ctx, ADMINISTRATOR_RID)] = False
    return users


def _silence(ctx: Context) -> Detail:
    never = ctx.directory.last_logon == NEVER
    days = (ctx.today - last_activity(ctx)) // 86400
    return remembered(ctx, "silence", lambda: _Silence(days, never)).__getitem__


class _Silence(dict[int, str]):
    """Row → when it was last used: two checks say it of the same accounts. It keeps nothing of the directory."""

    def __init__(self, days: NDArray[np.int64], never: Mask) -> None:
        super().__init__()
        self._days, self._never = days, never

    def __missing__(self, row: int) -> str:
        when = days_ago(int(self._days[row]))
        never = f"jamais utilisé depuis sa création, {when}"
        found = self[row] = never if self._never[row] else f"dernière session {when}"
        return found


@check("warning_user_accounts_dormant", Fact.ACCOUNTS, Fact.LOGON_DATES)
def many_dormant_accounts(ctx: Context) -> Findings:
    """A significant share of the enabled users no longer opens sessions."""
    users = _users(ctx)
    silent, known = _dormant(ctx)
    total = int(users.sum())
    if not total:
        raise NotMeasured("La collecte ne contient aucun compte actif.")
    limit = ctx.param("share") * total / 100
    if int((users & silent & known).sum()) > limit:
        missing = "la date de dernière session"
        yield from judged(users, silent, known, _silence(ctx), missing)
    elif int((users & ~known).sum()) > limit:
        raise NotMeasured("Trop de comptes n’ont pas de date de dernière session.")


@check("info_user_accounts_dormant", Fact.ACCOUNTS, Fact.LOGON_DATES)
def dormant_accounts(ctx: Context) -> Findings:
    """Every enabled user without a recent logon."""
    silent, known = _dormant(ctx)
    missing = "la date de dernière session"
    yield from judged(_users(ctx), silent, known, _silence(ctx), missing)


def _keys(ctx: Context, rows: Mask) -> Iterator[Hit]:
    d = ctx.directory
    keys = d.attributes.get("msds-keycredentiallink", {})
    for row in np.flatnonzero(rows & carriers(d, "msds-keycredentiallink")).tolist():
        yield Hit(row, f"clés d’authentification : {len(keys[row])}")


@check("info_keycredentiallink_dc", Fact.ACCOUNTS, Fact.KEY_CREDENTIALS)
def keys_of_controllers(ctx: Context) -> Iterator[Hit]:
    """Domain controllers that authenticate with a public key."""
    yield from _keys(ctx, ctx.groups.domain_controllers)


@check("info_keycredentiallink_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.KEY_CREDENTIALS)
def keys_of_administrators(ctx: Context) -> Iterator[Hit]:
    """Privileged accounts that authenticate with a public key."""
    mask = np.zeros(len(ctx.directory), np.bool_)
    mask[privileged(ctx)] = True
    yield from _keys(ctx, mask)


@check("info_keycredentiallink_silo", Fact.ACCOUNTS, Fact.SILOS, Fact.KEY_CREDENTIALS)
def keys_in_silos(ctx: Context) -> Iterator[Hit]:
    """Members of an authentication silo that authenticate with a public key."""
    d = ctx.directory
    members = d.pairs(Relation.SILO_MEMBER)
    if not len(members):
        raise NotApplicable("Aucun compte n’est rattaché à un silo d’authentification.")
    mask = np.zeros(len(d), np.bool_)
    mask[members.src] = True
    yield from _keys(ctx, mask)


def _laps_machines(ctx: Context) -> tuple[Mask, Mask]:
    """(eligible, covered): enabled Windows computers that are not domain controllers, and those where LAPS wrote."""
    return remembered(ctx, "laps machines", lambda: _machines_of_laps(ctx))


def _machines_of_laps(ctx: Context) -> tuple[Mask, Mask]:
    d = ctx.directory
    eligible = enabled(ctx, Kind.COMPUTER) & ~ctx.groups.domain_controllers
    other = np.zeros(len(d), np.bool_)
    systems = d.attributes.get("operatingsystem", {}).items()
    other[[row for row, values in systems if values and "windows" not in values[0].lower()]] = True
    covered = carriers(d, "ms-mcs-admpwdexpirationtime") | carriers(
        d, "mslaps-passwordexpirationtime"
    )
    stated = d.attributes.get("haslaps", {})
    covered[[row for row, values in stated.items() if values == ["TRUE"]]] = True
    return eligible & ~other, covered


def _need_machines(eligible: Mask) -> None:
    if not eligible.any():
        raise NotApplicable("La collecte ne contient aucun ordinateur Windows actif à gérer.")


@check("info_laps", Fact.ACCOUNTS, Fact.LAPS)
def laps_coverage(ctx: Context) -> Iterator[Hit]:
    """Share of the machines whose local administrator password is managed, said for each domain below the target."""
    d = ctx.directory
    eligible, covered = _laps_machines(ctx)
    _need_machines(eligible)
    for domain in np.unique(d.domain[eligible]).tolist():
        mine = eligible & (d.domain == domain)
        total, good = int(mine.sum()), int((mine & covered).sum())
        if domain != UNKNOWN and good * 100 < ctx.param("share") * total:
            share = f"sur {total}, soit {good * 100 // total} %"
            yield Hit(domain, f"{counted(good, 'ordinateur géré', 'ordinateurs gérés')} {share}")


@check("info_laps_missing", Fact.ACCOUNTS, Fact.LAPS)
def laps_is_not_used(ctx: Context) -> Iterator[Hit]:
    """A domain where no machine at all has its local administrator password managed."""
    d = ctx.directory
    eligible, covered = _laps_machines(ctx)
    _need_machines(eligible)
    for domain in np.unique(d.domain[eligible]).tolist():
        mine = eligible & (d.domain == domain)
        if domain != UNKNOWN and not (mine & covered).any():
            total = int(mine.sum())
            alone = "le seul ordinateur n’est pas géré par LAPS"
            many = f"aucun des {total} ordinateurs n’est géré par LAPS"
            yield Hit(domain, many if total > 1 else alone)


@check("extra_laps_missing", Fact.ACCOUNTS, Fact.LAPS)
def machines_without_laps(ctx: Context) -> Findings:
    """Each enabled Windows machine whose local administrator password nobody changes."""
    eligible, covered = _laps_machines(ctx)
    _need_machines(eligible)
    known = np.ones(len(ctx.directory), np.bool_)
    detail = "aucune trace de LAPS sur cet ordinateur"
    yield from judged(eligible, ~covered, known, detail, "l’état de LAPS")
