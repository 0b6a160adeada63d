"""Checks on who is privileged and how these accounts are protected."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.acl import graded
from rempart.engines.directory.checks.common import (
    ADMINISTRATOR_RID,
    KRBTGT_RID,
    collected_domains,
    days_text,
    domains,
    flagged,
    in_collection,
    judged,
    managed,
    privileged,
)
from rempart.engines.directory.checks.policy import Policies, Policy
from rempart.engines.directory.model import Fact, Kind, Trust, Uac
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotApplicable,
    Unmeasured,
    check,
)

PROTECTED_USERS_RID = 525
_ACCOUNTS = {KRBTGT_RID: "le compte krbtgt", ADMINISTRATOR_RID: "le compte Administrateur intégré"}
_ROOT_GROUPS = {
    518: "le groupe Administrateurs du schéma",
    519: "le groupe Administrateurs de l’entreprise",
}


@check("vuln_critical_objects", Fact.ACCOUNTS)
def critical_objects_are_missing(ctx: Context) -> Findings:
    """What the collection must hold for the rest to mean something, in each domain."""
    read = domains(ctx.directory)
    for domain in read:
        names = {**_ACCOUNTS, 512: "le groupe Administrateurs du domaine"}
        root = _is_forest_root(ctx, domain)
        if root:
            names |= _ROOT_GROUPS
        for rid, name in names.items():
            if not _is_read(ctx, domain, rid):
                yield Hit(domain, f"{name} est absent de la collecte")
        if root is None and not any(_is_read(ctx, other, 519) for other in read):
            yield Unmeasured("La collecte ne contient pas la racine de la forêt.")
        yield from _admin_sd_holder(ctx, domain)


def _is_read(ctx: Context, domain: int, rid: int) -> bool:
    d = ctx.directory
    row = d.index.get(f"{d.ids[domain]}-{rid}")
    if row is None or not d.names[row]:
        return False
    return bool(d.uac_known[row]) if rid in _ACCOUNTS else d.kind[row] == Kind.GROUP


def _is_forest_root(ctx: Context, domain: int) -> bool | None:
    """By the configuration partition, whose name ends with the root's; else by the absence of a trust within the
    forest; None when neither tells."""
    d = ctx.directory
    prefix = "cn=configuration,"
    roots = {
        d.dns[row].lower().removeprefix(prefix)
        for row in d.rows(Kind.NAMING_CONTEXT).tolist()
        if d.dns[row].lower().startswith(prefix)
    }
    if roots:
        return d.dns[domain].lower() in roots
    within = any(t.domain == domain and t.bit(Trust.WITHIN_FOREST) for t in d.trusts)
    return True if d.has(Fact.TRUSTS) and not within else None


def _admin_sd_holder(ctx: Context, domain: int) -> Iterator[Hit | Unmeasured]:
    d = ctx.directory
    boxes = d.rows(Kind.CONTAINER)
    boxes = boxes[d.domain[boxes] == domain]
    if not len(boxes):
        yield Unmeasured("La collecte ne contient pas les conteneurs, dont AdminSDHolder.")
    elif not any(
        d.dns[row].upper().startswith("CN=ADMINSDHOLDER,CN=SYSTEM,") for row in boxes.tolist()
    ):
        yield Hit(domain, "l’objet AdminSDHolder est absent de la collecte")


@check("vuln_privileged_members", Fact.ACCOUNTS, Fact.MEMBERS)
def too_many_privileged_accounts(ctx: Context) -> Findings:
    """Level 1 counts a name once for the whole forest, level 2 every account; RID 500 and controllers aside."""
    d = ctx.directory
    rows = [row for row in privileged(ctx).tolist() if d.rid[row] != ADMINISTRATOR_RID]
    names = {d.names[row].partition("@")[0].upper() or d.ids[row] for row in rows}
    domain_count = len(collected_domains(d))
    failing = {}
    for level, params in ctx.points.items():
        limit = max(params["accounts"], params["accounts_per_domain"] * domain_count)
        count = len(names) if params["by_name"] else len(rows)
        if count > limit:
            failing[level] = f"l’un des {count} comptes privilégiés (seuil : {limit})"
    # The same words at every level are said once.
    everywhere = len(failing) == len(ctx.points) and len(set(failing.values())) == 1
    for row in rows:
        if everywhere:
            yield Hit(row, next(iter(failing.values())))
        else:
            yield from (Hit(row, text, level) for level, text in failing.items())


@check(
    "vuln_privileged_members_password",
    Fact.ACCOUNTS,
    Fact.MEMBERS,
    Fact.DOMAIN_POLICY,
    Fact.PASSWORD_SETTINGS,
)
def privileged_accounts_have_a_weak_policy(ctx: Context) -> Findings:
    """The policy that holds for each account; managed accounts choose their own long passwords."""
    d = ctx.directory
    policies = Policies(ctx)
    rows = [row for row in privileged(ctx).tolist() if d.kind[row] == Kind.USER]
    found = {row: policies.of_account(row) for row in rows if not managed(d)[row]}
    bad, known = np.zeros(len(d), np.bool_), np.zeros(len(d), np.bool_)
    for row, policy in found.items():
        faults = _faults(ctx, policy)
        bad[row] = bool(faults)
        known[row] = bool(faults) or None not in (policy.min_length, policy.max_age_days)
    yield from judged(
        list(found),
        bad,
        known,
        lambda row: ", ".join(_faults(ctx, found[row])),
        "la politique de mot de passe",
    )


def _faults(ctx: Context, policy: Policy) -> list[str]:
    out = []
    if policy.min_length is not None and policy.min_length < ctx.param("min_length"):
        out.append(f"longueur minimale de {policy.min_length} caractères")
    age = policy.max_age_days
    if age is not None and age > ctx.param("max_age_days"):
        out.append(
            "expiration jamais exigée"
            if age == float("inf")
            else f"durée maximale de {days_text(int(age))}"
        )
    if out:
        origin = ctx.directory
        kind = "politique du domaine" if origin.kind[policy.row] == Kind.DOMAIN else "politique"
        out[0] = f"{kind} {origin.label(policy.row)} : {out[0]}"
    return out


@check("vuln_privileged_members_no_admincount", Fact.ACCOUNTS, Fact.MEMBERS, Fact.ADMIN_COUNT)
def privileged_accounts_lost_their_mark(ctx: Context) -> Findings:
    """adminCount is written by the domain itself; an account that was read without it was tampered with."""
    d = ctx.directory
    known = (d.uac_known != 0) | (d.admin_count >= 0)
    yield from judged(
        privileged(ctx), d.admin_count != 1, known, "adminCount vide ou nul", "adminCount"
    )


@check("vuln_protected_users", Fact.ACCOUNTS, Fact.MEMBERS)
def privileged_accounts_are_not_protected_users(ctx: Context) -> Findings:
    """Members of Protected Users (RID 525) of any domain, at any depth."""
    outside = np.ones(len(ctx.directory), np.bool_)
    outside[ctx.groups.members(ctx.groups.well_known(PROTECTED_USERS_RID))] = False
    everyone = np.ones(len(ctx.directory), np.bool_)
    yield from judged(
        privileged(ctx), outside, everyone, "hors du groupe Protected Users", "les membres"
    )


@check("vuln_silo_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.SILOS)
def privileged_accounts_are_outside_silos(ctx: Context) -> Findings:
    """An account is held by a silo that is assigned to it and enforced."""
    d = ctx.directory
    enforced = {
        d.dns[row].casefold()
        for row in d.rows(Kind.AUTHN_SILO).tolist()
        if d.value(row, "msds-authnpolicysiloenforced") == "TRUE"
    }
    for row in privileged(ctx).tolist():
        silo = d.value(row, "msds-assignedauthnpolicysilo")
        if silo is None:
            yield Hit(row, "aucun silo d’authentification")
        elif silo.casefold() not in enforced:
            yield Hit(row, f"silo non appliqué : {silo.partition(',')[0].removeprefix('CN=')}")


@check("vuln_dont_expire_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.UAC_COMMON)
def privileged_passwords_never_expire(ctx: Context) -> Findings:
    """Enabled privileged accounts; managed accounts renew their secret by themselves."""
    bad, known = flagged(ctx, Uac.DONT_EXPIRE_PASSWORD)
    rows = np.zeros(len(ctx.directory), np.bool_)
    rows[privileged(ctx)] = True
    rows &= ctx.directory.enabled() & ~managed(ctx.directory)
    yield from judged(
        rows, bad, known, "mot de passe qui n’expire jamais", "l’expiration du mot de passe"
    )


@check("vuln_reversible_password_priv_uac", Fact.ACCOUNTS, Fact.MEMBERS)
def privileged_passwords_are_reversible(ctx: Context) -> Findings:
    """The password is kept in a form that whoever copies the directory reads in clear."""
    bad, known = flagged(ctx, Uac.REVERSIBLE_PASSWORD)
    yield from judged(
        privileged(ctx),
        bad,
        known,
        "mot de passe réversible",
        "l’indicateur de mot de passe réversible",
    )


@check("vuln_dnsadmins", Fact.ACCOUNTS, Fact.MEMBERS)
def dnsadmins_is_open(ctx: Context) -> Findings:
    """DnsAdmins has no fixed RID: it is known by its name, the same in every language."""
    d = ctx.directory
    rows = d.rows(Kind.GROUP)
    rows = rows[in_collection(d)[rows]]
    groups = [r for r in rows.tolist() if d.names[r].partition("@")[0].upper() == "DNSADMINS"]
    if not groups:
        raise NotApplicable("L’annuaire n’a pas de groupe DnsAdmins.")
    members = ctx.groups.members(groups)
    for row in members[~ctx.groups.trusted[members]].tolist():
        yield Hit(row, "membre de DnsAdmins")
    if d.has(Fact.ACL):
        yield from graded(ctx, groups)
    else:
        yield Unmeasured("La collecte ne donne pas les droits sur le groupe DnsAdmins.")
