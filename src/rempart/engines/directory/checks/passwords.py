"""Checks on the age of secrets and on silent machines: pwdLastSet and lastLogonTimestamp against a number of days."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.common import (
    KRBTGT_RID,
    accounts,
    carriers,
    cluster_names,
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
    servers,
    since,
)
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.model import UNKNOWN, Fact, Kind, Uac
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


def _passwords(ctx: Context, rows: Mask | list[int]) -> Iterator[Hit | Unmeasured]:
    """Rows whose secret is older than the `days` of the content file."""
    instants = last_password_change(ctx)
    bad = older_than(ctx, instants, ctx.param("days"))
    detail = since(ctx, instants, ctx.directory.password_set, "mot de passe inchangé depuis")
    yield from judged(
        rows, bad, instants != UNKNOWN, detail, "la date du dernier changement de mot de passe"
    )


def _silence(ctx: Context, rows: Mask) -> Iterator[Hit | Unmeasured]:
    """Rows that have not logged on for more than the `days` of the content file."""
    instants = last_activity(ctx)
    bad = older_than(ctx, instants, ctx.param("days"))
    detail = since(ctx, instants, ctx.directory.last_logon, "aucune ouverture de session depuis")
    yield from judged(
        rows, bad, instants != UNKNOWN, detail, "la date de la dernière ouverture de session"
    )


def _controllers(ctx: Context) -> Mask:
    mask = ctx.groups.domain_controllers & in_collection(ctx.directory)
    if not mask.any():
        raise NotMeasured("La collecte ne contient aucun contrôleur de domaine.")
    return mask


@check("vuln_krbtgt", Fact.ACCOUNTS, Fact.PASSWORD_DATES)
def krbtgt_is_old(ctx: Context) -> Findings:
    """krbtgt of each domain, by its RID 502: the name may have been changed."""
    rows = named_accounts(ctx, KRBTGT_RID)
    if not rows:
        raise NotMeasured("La collecte ne contient pas le compte krbtgt.")
    yield from _passwords(ctx, rows)


@check("vuln_password_change_dc_no_change", Fact.ACCOUNTS, Fact.PASSWORD_DATES)
def controllers_keep_their_password(ctx: Context) -> Findings:
    """Domain controllers renew their secret every 30 days when all is well."""
    yield from _passwords(ctx, _controllers(ctx))


@check("vuln_password_change_inactive_dc", Fact.ACCOUNTS, Fact.LOGON_DATES)
def controllers_are_silent(ctx: Context) -> Findings:
    """lastLogonTimestamp of a living controller is at most two weeks late."""
    yield from _silence(ctx, _controllers(ctx))


@check("vuln_password_change_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.PASSWORD_DATES)
def privileged_passwords_are_old(ctx: Context) -> Findings:
    """Disabled accounts count: to be rid of one, it is taken out of the groups as well."""
    yield from _passwords(ctx, privileged(ctx).tolist())


@check(
    "vuln_password_change_server_no_change_90",
    Fact.ACCOUNTS,
    Fact.PASSWORD_DATES,
    Fact.OPERATING_SYSTEM,
)
def servers_keep_their_password_90(ctx: Context) -> Findings:
    """Servers, controllers and cluster names left out."""
    yield from _passwords(ctx, _servers(ctx))


@check(
    "vuln_password_change_server_no_change_45",
    Fact.ACCOUNTS,
    Fact.PASSWORD_DATES,
    Fact.OPERATING_SYSTEM,
)
def servers_keep_their_password_45(ctx: Context) -> Findings:
    """As above, with the shorter delay."""
    yield from _passwords(ctx, _servers(ctx))


@check(
    "vuln_password_change_inactive_servers",
    Fact.ACCOUNTS,
    Fact.LOGON_DATES,
    Fact.OPERATING_SYSTEM,
)
def servers_are_silent(ctx: Context) -> Findings:
    """Enabled servers that no longer log on."""
    yield from _silence(ctx, _servers(ctx))


def _servers(ctx: Context) -> Mask:
    mask = servers(ctx)
    if mask.any():
        return mask
    d = ctx.directory
    nameless = enabled(ctx, Kind.COMPUTER) & ~ctx.groups.domain_controllers & ~cluster_names(ctx)
    nameless &= ~carriers(d, "operatingsystem")
    if nameless.any():
        raise NotMeasured(
            "Aucun serveur n’est reconnu, et le système n’est pas renseigné pour "
            + counted(int(nameless.sum()), "ordinateur")
            + "."
        )
    raise NotApplicable("L’annuaire n’a aucun serveur Windows membre actif.")


@check(
    "vuln_password_change_cluster_no_change_3years",
    Fact.ACCOUNTS,
    Fact.PASSWORD_DATES,
    Fact.SPN,
)
def clusters_keep_their_password(ctx: Context) -> Findings:
    """Cluster name objects, known by their MSClusterVirtualServer service name."""
    mask = cluster_names(ctx) & enabled(ctx, Kind.COMPUTER)
    if not mask.any():
        raise NotApplicable("L’annuaire n’a aucun cluster de basculement Windows.")
    yield from _passwords(ctx, mask)


@check("vuln_password_change_msa_no_change_90", Fact.ACCOUNTS, Fact.PASSWORD_DATES)
def managed_accounts_keep_their_password(ctx: Context) -> Findings:
    """Managed service accounts, told by their class, or by their name and primary group when it was not read."""
    d = ctx.directory
    mask = managed(d)
    if not mask.any() and "objectclass" not in d.attributes:
        users = np.flatnonzero((d.kind == Kind.USER) & (d.primary_group_rid == 515))
        mask[[row for row in users.tolist() if d.names[row].partition("@")[0].endswith("$")]] = True
        if not mask.any():
            raise NotMeasured(
                "La collecte ne dit pas quels comptes sont des comptes de service gérés."
            )
    mask &= enabled(ctx, Kind.USER, Kind.COMPUTER)
    if not mask.any():
        raise NotApplicable("L’annuaire n’a aucun compte de service géré actif.")
    yield from _passwords(ctx, mask)


@check("vuln_trusts_accounts", Fact.ACCOUNTS, Fact.UAC, Fact.PASSWORD_DATES)
def trust_accounts_keep_their_password(ctx: Context) -> Findings:
    """The accounts that carry the secret of a trust, whose name ends with "$" among the users."""
    bad, known = flagged(ctx, Uac.INTERDOMAIN_TRUST_ACCOUNT)
    users = accounts(ctx, Kind.USER)
    if not (users & bad).any():
        if (users & ~known).any():
            raise NotMeasured("La collecte ne dit pas quels comptes portent une approbation.")
        raise NotApplicable("L’annuaire n’a aucun compte de relation d’approbation.")
    yield from _passwords(ctx, users & bad)
