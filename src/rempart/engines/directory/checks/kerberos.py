"""Checks on Kerberos: pre-authentication, weak keys, service names on privileged accounts, delegation."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.common import (
    KRBTGT_RID,
    accounts,
    carriers,
    enabled,
    flagged,
    in_collection,
    judged,
    managed,
    privileged,
)
from rempart.engines.directory.checks.policy import AES, Policies
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.model import UNKNOWN, Fact, Kind, Relation, Uac
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotMeasured,
    Unmeasured,
    check,
)

DES = 0x3
RC4 = 0x4
_NAMES = {0x1: "DES-CBC-CRC", 0x2: "DES-CBC-MD5", 0x4: "RC4", 0x8: "AES 128", 0x10: "AES 256"}


@check("vuln_kerberos_properties_preauth_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.UAC_COMMON)
def privileged_accounts_skip_preauthentication(ctx: Context) -> Findings:
    """No tolerance for a privileged account."""
    bad, known = flagged(ctx, Uac.DONT_REQUIRE_PREAUTH)
    yield from judged(privileged(ctx), bad, known, _NO_PREAUTH, "la pré-authentification")


@check("vuln_kerberos_properties_preauth", Fact.ACCOUNTS, Fact.UAC_COMMON)
def accounts_skip_preauthentication(ctx: Context) -> Findings:
    """Every enabled account, unless a settings object makes its password uncrackable."""
    bad, known = flagged(ctx, Uac.DONT_REQUIRE_PREAUTH)
    rows = enabled(ctx)
    yield from judged(
        rows, bad & ~_tolerated(ctx, rows & bad), known, _NO_PREAUTH, "la pré-authentification"
    )


_NO_PREAUTH = "pré-authentification Kerberos non exigée"


def _tolerated(ctx: Context, rows: Mask) -> Mask:
    policies = Policies(ctx)
    mask = np.zeros(len(ctx.directory), np.bool_)
    for row in np.flatnonzero(rows).tolist():
        mask[row] = policies.hardened(
            row, min_length=ctx.param("min_length"), max_age_days=ctx.param("max_age_days")
        )
    return mask


@check("vuln_kerberos_properties_deskey", Fact.ACCOUNTS)
def accounts_use_des(ctx: Context) -> Findings:
    """USE_DES_KEY_ONLY, whether the account is enabled or not."""
    bad, known = flagged(ctx, Uac.USE_DES_KEY_ONLY)
    yield from judged(
        accounts(ctx), bad, known, "clés DES seulement", "l’indicateur de chiffrement DES"
    )


@check("vuln_kerberos_properties_encryption", Fact.ACCOUNTS, Fact.SPN, Fact.ENCRYPTION_TYPES)
def services_lack_aes(ctx: Context) -> Findings:
    """Enabled accounts with a service name that are no machine; krbtgt is disabled, and left out by that."""
    d = ctx.directory
    known: Mask = d.encryption_types != UNKNOWN
    rows = enabled(ctx, Kind.USER) & carriers(d, "serviceprincipalname") & (d.rid != KRBTGT_RID)
    yield from judged(
        rows,
        (d.encryption_types & AES) == 0,
        known,
        lambda row: _types(int(d.encryption_types[row])),
        "les algorithmes Kerberos admis",
    )


def _types(value: int) -> str:
    names = [name for bit, name in _NAMES.items() if value & bit]
    return "algorithmes admis : " + (", ".join(names) if names else "non précisés (RC4 possible)")


@check("vuln_dc_crypto", Fact.ACCOUNTS, Fact.ENCRYPTION_TYPES)
def controllers_accept_weak_algorithms(ctx: Context) -> Findings:
    """DES at level 2, no AES at level 3, RC4 at level 4; an empty attribute means RC4 without AES."""
    d = ctx.directory
    rows = ctx.groups.domain_controllers & in_collection(d)
    if not rows.any():
        raise NotMeasured("La collecte ne contient aucun contrôleur de domaine.")
    types = d.encryption_types
    known: Mask = types != UNKNOWN
    bad = {
        2: (types & DES) != 0,
        3: (types & AES) == 0,
        4: ((types & RC4) != 0) | (types == 0),
    }
    for level in ctx.points:
        yield from judged(
            rows,
            bad[level],
            known,
            lambda row: _types(int(types[row])),
            "les algorithmes Kerberos admis",
            level,
        )


@check("vuln_spn_priv", Fact.ACCOUNTS, Fact.MEMBERS, Fact.SPN)
def privileged_accounts_have_service_names(ctx: Context) -> Findings:
    """Privileged users that anyone may ask a ticket for; managed accounts and uncrackable passwords are tolerated."""
    d = ctx.directory
    rows = np.zeros(len(d), np.bool_)
    rows[privileged(ctx)] = True
    rows &= (d.kind == Kind.USER) & carriers(d, "serviceprincipalname") & ~managed(d)
    rows &= ~_tolerated(ctx, rows)
    for row in np.flatnonzero(rows).tolist():
        yield Hit(row, "nom de service : " + ", ".join(d.values(row, "serviceprincipalname")[:3]))


@check("vuln_delegation_t4d", Fact.ACCOUNTS, Fact.UAC_COMMON)
def accounts_have_unconstrained_delegation(ctx: Context) -> Findings:
    """Enabled accounts that keep the ticket of whoever logs on to them; controllers do so by design."""
    bad, known = flagged(ctx, Uac.TRUSTED_FOR_DELEGATION)
    rows = enabled(ctx) & ~ctx.groups.domain_controllers
    yield from judged(
        rows, bad, known, "délégation Kerberos sans contrainte", "la délégation Kerberos"
    )


@check("vuln_delegation_a2d2", Fact.ACCOUNTS, Fact.UAC_COMMON, Fact.DELEGATION)
def constrained_delegation_reaches_controllers(ctx: Context) -> Findings:
    """Constrained delegation towards a controller or krbtgt, without protocol transition."""
    yield from _constrained(ctx, transition=False)


@check("vuln_delegation_t2a4d", Fact.ACCOUNTS, Fact.UAC_COMMON, Fact.DELEGATION)
def protocol_transition_reaches_controllers(ctx: Context) -> Findings:
    """The same with protocol transition: the account impersonates whom it likes, without a ticket of the user."""
    yield from _constrained(ctx, transition=True)


def _constrained(ctx: Context, *, transition: bool) -> Iterator[Hit | Unmeasured]:
    towards = _delegated_targets(ctx)
    rows = sorted(towards)
    bit, known = flagged(ctx, Uac.TRUSTED_TO_AUTH_FOR_DELEGATION)
    yield from judged(
        rows,
        bit if transition else ~bit,
        known,
        lambda row: "délégation vers " + ", ".join(towards[row]),
        "la transition de protocole",
    )


def _delegated_targets(ctx: Context) -> dict[int, list[str]]:
    """Account row → what it may reach among controllers and krbtgt, as shown to a person."""
    d = ctx.directory
    source = in_collection(d) & ~ctx.groups.domain_controllers
    core = ctx.groups.domain_controllers.copy()
    core[ctx.groups.well_known(KRBTGT_RID)] = True
    found: dict[int, list[str]] = {}
    pairs = d.pairs(Relation.ALLOWED_TO_DELEGATE)
    for src, dst in zip(pairs.src.tolist(), pairs.dst.tolist(), strict=True):
        if core[dst] and source[src]:
            found.setdefault(src, []).append(d.label(dst))
    for src, names in d.attributes.get("msds-allowedtodelegateto", {}).items():
        to_krbtgt = [n for n in names if n.lower().startswith("krbtgt")]
        if to_krbtgt and source[src]:
            found.setdefault(src, []).extend(to_krbtgt)
    return found


@check("vuln_delegation_sourcedeleg", Fact.ACCOUNTS, Fact.MEMBERS, Fact.DELEGATION)
def controllers_accept_delegation(ctx: Context) -> Findings:
    """Delegation granted on the resource itself: a controller, krbtgt or a privileged account."""
    d = ctx.directory
    core = ctx.groups.domain_controllers.copy()
    core[ctx.groups.well_known(KRBTGT_RID)] = True
    core[privileged(ctx)] = True
    core &= in_collection(d)
    pairs = d.pairs(Relation.ALLOWED_TO_ACT)
    found: dict[int, list[str]] = {}
    for src, dst in zip(pairs.src.tolist(), pairs.dst.tolist(), strict=True):
        if core[dst]:
            found.setdefault(dst, []).append(d.label(src))
    for row, principals in found.items():
        yield Hit(row, "délégation accordée à " + ", ".join(principals))
