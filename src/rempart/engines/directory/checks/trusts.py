"""Checks on trusts, by the bits of trustAttributes (MS-ADTS 6.1.6.7.9)."""

from collections.abc import Callable, Iterator

from rempart.engines.directory.checks.common import domains
from rempart.engines.directory.model import UNKNOWN, Fact, Trust
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotApplicable,
    Unmeasured,
    check,
)

REALM = 3  # trustType of a Kerberos realm that is not Windows: no SID crosses it


def _judge(
    ctx: Context,
    concerned: Callable[[Trust], bool | None],
    bad: Callable[[Trust], bool | None],
    detail: str,
) -> Iterator[Hit | Unmeasured]:
    """Hits on the concerned trusts that are bad; None from either function: the source did not give the bit."""
    own = set(domains(ctx.directory))
    trusts = [t for t in ctx.directory.trusts if t.domain in own and t.trust_type != REALM]
    trusts = [t for t in trusts if concerned(t) is not False]
    if not trusts:
        raise NotApplicable("L’annuaire n’a aucune relation d’approbation de cette sorte.")
    hidden = []
    failed = False
    for trust in trusts:
        sort, fault = concerned(trust), bad(trust)
        if sort and fault:
            failed = True
            row = trust.row if trust.row != UNKNOWN else trust.domain
            yield Hit(row, f"{trust.partner} : {detail}")
        elif fault is not False:
            hidden.append(trust.partner)
    if hidden and not failed:
        yield Unmeasured(
            "La collecte ne donne pas les attributs de l’approbation avec "
            + ", ".join(sorted(hidden))
            + "."
        )


def _is_external(trust: Trust) -> bool | None:
    if not trust.outbound:
        return False
    within, forest = trust.bit(Trust.WITHIN_FOREST), trust.bit(Trust.FOREST_TRANSITIVE)
    return None if within is None or forest is None else not within and not forest


def _is_outgoing_forest(trust: Trust) -> bool | None:
    return trust.bit(Trust.FOREST_TRANSITIVE) if trust.outbound else False


def _is_incoming(trust: Trust) -> bool | None:
    if not trust.inbound:
        return False
    within = trust.bit(Trust.WITHIN_FOREST)
    return None if within is None else not within


@check("vuln_trusts_domain_notfiltered", Fact.TRUSTS)
def external_trusts_are_not_filtered(ctx: Context) -> Findings:
    """Outgoing external trusts without quarantine: the other side may claim any SID of this one."""

    def unfiltered(trust: Trust) -> bool | None:
        filtered = trust.bit(Trust.QUARANTINED)
        return None if filtered is None else not filtered

    yield from _judge(ctx, _is_external, unfiltered, "filtrage des SID (quarantaine) absent")


@check("vuln_trusts_forest_sidhistory", Fact.TRUSTS)
def forest_trusts_accept_sid_history(ctx: Context) -> Findings:
    """Outgoing forest trusts whose filtering was relaxed for a migration."""
    yield from _judge(
        ctx,
        _is_outgoing_forest,
        lambda trust: trust.bit(Trust.TREAT_AS_EXTERNAL),
        "historique de SID accepté",
    )


@check("vuln_trusts_tgt_deleg", Fact.TRUSTS, Fact.TRUST_TGT_DELEGATION)
def trusts_carry_delegation(ctx: Context) -> Findings:
    """Incoming trusts over which the tickets of our users may be delegated to the other side."""
    yield from _judge(
        ctx,
        _is_incoming,
        lambda trust: trust.bit(Trust.ENABLE_TGT_DELEGATION),
        "délégation Kerberos complète autorisée",
    )
