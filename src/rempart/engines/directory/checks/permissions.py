"""Control of the sensitive objects of a domain: domain controllers, administrators, roots, schema, keys."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.acl import graded
from rempart.engines.directory.checks.adminsdholder import holders
from rempart.engines.directory.checks.places import below, placed
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Directory, Fact, Kind, Relation, Uac
from rempart.engines.directory.registry import (
    Context,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
    check,
)

Findings = Iterator[Hit | Unmeasured]


@check("vuln_permissions_adminsdholder", Fact.ACL)
def adminsdholder(ctx: Context) -> Findings:
    """Who controls AdminSDHolder controls every protected account and group within the hour."""
    found = holders(ctx.directory)
    if not found:
        raise NotMeasured("L’objet AdminSDHolder n’est pas dans la collecte.")
    yield from graded(ctx, found.values())


@check("vuln_permissions_dc", Fact.ACL)
def domain_controllers(ctx: Context) -> Findings:
    """Control of the computer objects of domain controllers, the manager of a read-only one included."""
    rows = np.flatnonzero(ctx.groups.domain_controllers)
    if not len(rows):
        raise NotMeasured("Aucun contrôleur de domaine n’est dans la collecte.")
    yield from graded(ctx, rows)
    yield from _rodc_managers(ctx)


def read_only_controllers(directory: Directory) -> list[int]:
    """Rows of the read-only domain controllers."""
    mask = directory.flag(Uac.PARTIAL_SECRETS_ACCOUNT) | (directory.primary_group_rid == 521)
    return [int(row) for row in np.flatnonzero(mask & (directory.kind == Kind.COMPUTER))]


def _rodc_managers(ctx: Context) -> Iterator[Hit]:
    d = ctx.directory
    managers = d.pairs(Relation.MANAGED_BY)
    for row in read_only_controllers(d):
        for manager in managers.of(row):
            if not ctx.groups.trusted[manager]:
                text = f"{d.label(manager)} en est le gestionnaire, donc l’administrateur local"
                yield Hit(row, text, max(ctx.points))


@check("vuln_privileged_members_perm", Fact.ACL, Fact.MEMBERS)
def privileged_members(ctx: Context) -> Findings:
    """Control of the privileged groups and of what they hold, domain controllers left to their own check."""
    mask = ctx.groups.privileged & ~ctx.groups.domain_controllers
    mask[ctx.groups.privileged_groups] = True
    described = np.isin(ctx.directory.kind, np.array([Kind.USER, Kind.COMPUTER, Kind.GROUP]))
    yield from graded(ctx, np.flatnonzero(mask & described))


@check("vuln_permissions_naming_context", Fact.ACL)
def naming_contexts(ctx: Context) -> Findings:
    """Control and replication rights on the roots of the partitions."""
    d = ctx.directory
    roots = d.rows(Kind.DOMAIN, Kind.NAMING_CONTEXT)
    read = [int(row) for row in roots if d.dns[row] or d.acls.of[row] >= 0]
    whole = d.has(Fact.ACL_CONFIGURATION, Fact.ACL_SCHEMA, Fact.ACL_DNS_PARTITIONS)
    yield from graded(ctx, read, certain=whole)


@check("vuln_permissions_schema", Fact.ACL_SCHEMA)
def schema(ctx: Context) -> Findings:
    """Control of classes and attributes of the schema, and of its root."""
    d = ctx.directory
    rows = d.rows(Kind.SCHEMA_OBJECT).tolist()
    rows += [
        row
        for row in d.rows(Kind.NAMING_CONTEXT).tolist()
        if d.dns[row].lower().startswith("cn=schema,")
    ]
    yield from graded(ctx, rows)


@check("vuln_permissions_dfsr_sysvol", Fact.DFSR, Fact.DESCRIPTORS)
def dfsr(ctx: Context) -> Findings:
    """Control of the objects that describe the replication of SYSVOL."""
    rows = sysvol_replication(ctx.directory, ctx.groups)
    if not rows:
        raise NotApplicable("SYSVOL n’est pas répliqué par DFSR dans cet annuaire.")
    yield from graded(ctx, rows)


def sysvol_replication(directory: Directory, groups: Groups) -> list[int]:
    """Rows of the DFSR objects of SYSVOL: global settings, and those below each domain controller."""
    controllers = np.flatnonzero(groups.domain_controllers).tolist()
    local = below(directory, controllers, directory.rows(Kind.DFSR).tolist())
    local = [row for row in local if "ntfrs" not in directory.dns[row].lower()]
    shared = placed(directory, "cn=dfsr-globalsettings,cn=system,", inside=True)
    return sorted(set(local) | set(shared))


@check("vuln_permissions_dpapi", Fact.DESCRIPTORS)
def dpapi(ctx: Context) -> Findings:
    """Control or reading of the backup keys of DPAPI, which open every secret that users protect."""
    d = ctx.directory
    rows = [r for r in d.rows(Kind.SECRET).tolist() if d.dns[r].lower().startswith("cn=bckupkey_")]
    if not rows:
        raise NotMeasured(
            "Les clés de sauvegarde DPAPI (BCKUPKEY) ne sont pas dans la collecte : elle demande des "
            "droits d’administrateur."
        )
    yield from graded(ctx, rows)


@check("vuln_permissions_gmsa_keys", Fact.ACL)
def gmsa_keys(ctx: Context) -> Findings:
    """Control or reading of the KDS root keys, from which every managed password is derived."""
    d = ctx.directory
    rows = set(d.rows(Kind.KDS_ROOT_KEY).tolist())
    rows |= set(placed(d, "cn=master root keys,cn=group key distribution service,"))
    yield from graded(ctx, sorted(rows), certain=d.has(Fact.ACL_CONFIGURATION))


@check("vuln_permissions_msdns", Fact.ACL)
def microsoft_dns(ctx: Context) -> Findings:
    """Writing on CN=MicrosoftDNS: it makes the DNS service of a domain controller load a library."""
    d = ctx.directory
    rows = placed(d, "cn=microsoftdns,cn=system,")
    if not rows:
        if d.has(Fact.DESCRIPTORS):
            raise NotApplicable(
                "Le conteneur MicrosoftDNS n’existe pas dans la partition du domaine."
            )
        raise NotMeasured("Le conteneur MicrosoftDNS n’est pas dans la collecte.")
    # The members of DnsAdmins have a check of their own.
    yield from graded(ctx, rows, extra_trusted=dns_admins(d), certain=d.has(Fact.DESCRIPTORS))


def dns_admins(directory: Directory) -> list[int]:
    """Rows of the DnsAdmins groups, which have no fixed RID."""
    return [
        int(row)
        for row in directory.rows(Kind.GROUP)
        if directory.names[row].upper().partition("@")[0] == "DNSADMINS"
    ]
