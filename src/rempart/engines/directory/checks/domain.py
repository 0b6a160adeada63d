"""Checks on the settings of domains and forest: levels, quotas, heuristics, compatibility groups, nesting."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from rempart.engines.directory.builder import sid_of
from rempart.engines.directory.checks.common import domains, in_collection, unread
from rempart.engines.directory.model import Directory, Fact, Kind, Relation
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.kernel.french import counted

COMPATIBLE_ACCESS_RID = 554
ANONYMOUS = "S-1-5-7"
AUTHENTICATED_USERS = "S-1-5-11"
STORE_CLEARTEXT = 0x10
_LEVELS = {
    0: "Windows 2000",
    1: "Windows Server 2003 mixte",
    2: "Windows Server 2003",
    3: "Windows Server 2008",
    4: "Windows Server 2008 R2",
    5: "Windows Server 2012",
    6: "Windows Server 2012 R2",
    7: "Windows Server 2016",
    10: "Windows Server 2025",
}


def _per_domain(
    ctx: Context,
    read: Callable[[int], int | None],
    bad: Callable[[int], bool],
    detail: Callable[[int], str],
    missing: str,
) -> Iterator[Hit | Unmeasured]:
    """One value for each domain: hits where it is bad, Unmeasured when one was not read and none is bad."""
    values = {row: read(row) for row in domains(ctx.directory)}
    failing = {row: value for row, value in values.items() if value is not None and bad(value)}
    for row, value in failing.items():
        yield Hit(row, detail(value))
    blind = sum(value is None for value in values.values())
    if blind and not failing:
        yield unread(blind, len(values), missing)


@check("vuln_functional_level", Fact.FUNCTIONAL_LEVEL)
def functional_level_is_low(ctx: Context) -> Findings:
    """Level of each domain, and of the forest, which is on CN=Partitions; a forest is at most at its lowest domain."""
    d = ctx.directory
    attribute = "msds-behavior-version"
    own = {row: d.integer(row, attribute) for row in domains(d)}
    forests = {row: d.integer(row, attribute) for row in d.of_class("crossrefcontainer")}
    measured = {row: v for row, v in (own | forests).items() if v is not None}
    for level in ctx.points:
        minimum = ctx.param("minimum", level)
        failing = {row: v for row, v in measured.items() if v < minimum}
        for row, value in failing.items():
            yield Hit(row, _level_text(value, forest=row in forests), level)
        if failing:
            continue
        if None in own.values():
            yield Unmeasured("La collecte ne donne pas le niveau de tous les domaines.", level)
        elif not any(v is not None for v in forests.values()):
            yield Unmeasured("La collecte ne donne pas le niveau fonctionnel de la forêt.", level)


def _level_text(value: int, *, forest: bool) -> str:
    name = _LEVELS.get(value, "inconnu")
    return f"niveau {'de la forêt' if forest else 'du domaine'} : {value} ({name})"


@check("vuln_dsheuristics_bad", Fact.DSHEURISTICS)
def heuristics_are_dangerous(ctx: Context) -> Findings:
    """One character a setting; a position beyond the end of the value is a zero (MS-ADTS 6.1.1.2.4.1.2)."""
    d = ctx.directory
    holders = set(d.of_class("ntdsservice")) | set(d.attributes.get("dsheuristics", {}))
    for row in sorted(holders) or domains(d):
        value = d.value(row, "dsheuristics") or ""
        for level, params in ctx.points.items():
            for setting in params["settings"]:
                at = setting["position"]
                char = value[at - 1] if len(value) >= at else "0"
                good = setting.get("good")
                if char in setting["bad"] if good is None else char not in good:
                    yield Hit(row, f"{setting['name']} vaut {char} (position {at})", level)


@check("vuln_user_accounts_machineaccountquota", Fact.MACHINE_QUOTA)
def anyone_may_add_computers(ctx: Context) -> Findings:
    """ms-DS-MachineAccountQuota at the root of each domain."""
    d = ctx.directory
    yield from _per_domain(
        ctx,
        lambda row: d.integer(row, "ms-ds-machineaccountquota"),
        lambda value: value > ctx.param("maximum"),
        lambda value: f"chaque compte peut ajouter {counted(value, 'ordinateur')}",
        "ms-DS-MachineAccountQuota",
    )


@check("vuln_smartcard_expire_passwords", Fact.SMARTCARD_EXPIRY)
def smartcard_secrets_never_change(ctx: Context) -> Findings:
    """An absent attribute is false where all attributes were read, as LDAP leaves out what was never set."""
    d = ctx.directory

    def read(row: int) -> int | None:
        text = d.value(row, "msds-expirepasswordsonsmartcardonlyaccounts")
        if text is None:
            return 0 if "objectclass" in d.attributes else None
        return int(text.upper() == "TRUE")

    yield from _per_domain(
        ctx,
        read,
        lambda value: value == 0,
        lambda _: "msDS-ExpirePasswordsOnSmartCardOnlyAccounts n’est pas activé",
        "msDS-ExpirePasswordsOnSmartCardOnlyAccounts",
    )


@check("vuln_reversible_password_priv_namingcontext", Fact.DOMAIN_POLICY)
def domain_keeps_reversible_passwords(ctx: Context) -> Findings:
    """DOMAIN_PASSWORD_STORE_CLEARTEXT in pwdProperties (MS-SAMR 2.2.3.20) at the root of each domain."""
    d = ctx.directory
    yield from _per_domain(
        ctx,
        lambda row: d.integer(row, "pwdproperties"),
        lambda value: bool(value & STORE_CLEARTEXT),
        lambda value: f"pwdProperties vaut {value} : stockage réversible demandé",
        "pwdProperties",
    )


def _compatible_members(ctx: Context) -> Iterator[tuple[int, int, str]]:
    """(group, member, SID of the member) of Pre-Windows 2000 Compatible Access, in each domain."""
    d = ctx.directory
    groups = [r for r in ctx.groups.well_known(COMPATIBLE_ACCESS_RID) if in_collection(d)[r]]
    if not groups:
        raise NotMeasured(
            "La collecte ne contient pas le groupe Accès compatible pré-Windows 2000."
        )
    for group in groups:
        for member in d.pairs(Relation.MEMBER).to(group):
            yield group, member, sid_of(d.ids[member])


@check("vuln_compatible_2000_anonymous", Fact.ACCOUNTS, Fact.MEMBERS)
def anonymous_reads_the_directory(ctx: Context) -> Findings:
    """Anonymous Logon as a direct member of the compatibility group."""
    for group, _, sid in _compatible_members(ctx):
        if sid == ANONYMOUS:
            yield Hit(group, "contient Anonymous Logon (S-1-5-7)")


@check("vuln_compatible_2000_not_default", Fact.ACCOUNTS, Fact.MEMBERS)
def compatible_access_has_members(ctx: Context) -> Findings:
    """Anything but Authenticated Users."""
    for _, member, sid in _compatible_members(ctx):
        if sid != AUTHENTICATED_USERS:
            yield Hit(member, "membre d’Accès compatible pré-Windows 2000")


@check("vuln_group_loop", Fact.ACCOUNTS, Fact.MEMBERS)
def groups_contain_themselves(ctx: Context) -> Findings:
    """Groups that are, through others, members of themselves: strongly connected components of the nesting."""
    d = ctx.directory
    for loop in _loops(d):
        names = " → ".join(d.labels(loop[:6])) + (" → …" if len(loop) > 6 else "")
        for row in loop:
            yield Hit(row, f"boucle de {counted(len(loop), 'groupe')} : {names}")


def _loops(d: Directory) -> list[list[int]]:
    pairs = d.pairs(Relation.MEMBER)
    nested = (d.kind[pairs.src] == Kind.GROUP) & (d.kind[pairs.dst] == Kind.GROUP)
    src, dst = pairs.src[nested], pairs.dst[nested]
    if not len(src):
        return []
    rows, compact = np.unique(np.concatenate([src, dst]), return_inverse=True)
    here, there = compact[: len(src)], compact[len(src) :]
    shape = (len(rows), len(rows))
    graph = csr_array((np.ones(len(src), np.int8), (here, there)), shape=shape)
    _, label = connected_components(graph, directed=True, connection="strong")
    looped = np.bincount(label)[label] > 1
    looped[here[here == there]] = True
    members: dict[int, list[int]] = {}
    for row, component in zip(rows[looped].tolist(), label[looped].tolist(), strict=True):
        members.setdefault(component, []).append(row)
    return list(members.values())
