"""Checks on the exchange of keys: groups, primes, tickets, early data."""

from collections.abc import Iterable

from rempart.engines.exposure.checks.tls_suites import suites_of, why_incomplete
from rempart.engines.exposure.probe.tls.groups import HYBRIDS, WEAK_GROUP_NAMES
from rempart.engines.exposure.registry import (
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.tls import TlsSeen, VersionState

UNTOLD = "Le serveur n’a pas répondu à cette question."


@check("tls_weak_group", TlsSeen)
def weak_group(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No curve under 112 bits of strength."""
    if seen.weak_groups is None:
        groups = seen.groups or []
        if bad := [group for group in groups if group in WEAK_GROUP_NAMES]:
            yield failed(f"Courbes trop petites : {', '.join(bad)}.", ", ".join(bad))
        elif groups and all(v.version == "TLSv1.3" for v in seen.offered):
            yield passed(", ".join(groups[:6]))
        else:
            yield unmeasured(seen.gaps.get("weak_groups", UNTOLD))
    elif seen.weak_groups:
        names = ", ".join(seen.weak_groups)
        yield failed(f"Courbes trop petites acceptées : {names}.", names)
    else:
        yield passed("aucune courbe de moins de 112 bits de force n’est acceptée")


@check("tls_dh_size", TlsSeen)
def dh_size(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """A prime of Diffie-Hellman must have 2048 bits, and 3072 for what must stay secret; high under 1024."""
    has_dhe = any("_DHE_" in name or "_DH_anon_" in name for name in suites_of(seen))
    smallest = int(context.params["smallest_bits"])
    if seen.dh_bits is not None:
        if seen.dh_bits < smallest:
            severity = "high" if seen.dh_bits <= int(context.params["broken_bits"]) else ""
            yield failed(
                f"Le nombre premier de l’échange Diffie-Hellman n’a que {seen.dh_bits} bits "
                f"(au moins {smallest} attendus).",
                f"{seen.dh_bits} bits",
                severity=severity,
            )
        else:
            yield passed(f"{seen.dh_bits} bits")
    elif has_dhe:
        yield unmeasured(
            seen.gaps.get("chains", "Les paramètres de l’échange n’ont pas pu être lus.")
        )
    elif reason := why_incomplete(seen):
        yield unmeasured(reason)
    else:
        yield not_applicable("Le serveur n’échange pas de clés par Diffie-Hellman classique.")


@check("tls_no_hybrid", TlsSeen)
def no_hybrid(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """A group that resists a quantum computer: asked of TLS 1.3 servers, for information."""
    best = seen.version("TLSv1.3")
    if best is None or best.state == VersionState.UNKNOWN:
        yield unmeasured(f"TLS 1.3 : {best.reason if best else UNTOLD}")
    elif best.state == VersionState.REFUSED:
        yield not_applicable(
            "Sans TLS 1.3, ces échanges de clés n’existent pas : commencez par lui."
        )
    elif seen.groups is None:
        yield unmeasured(seen.gaps.get("groups", UNTOLD))
    elif found := [group for group in seen.groups if group in HYBRIDS]:
        yield passed(", ".join(found))
    else:
        yield failed(
            "Aucun échange de clés ne résiste à un ordinateur quantique.",
            ", ".join(seen.groups[:6]),
        )


@check("tls_early_data", TlsSeen)
def early_data(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No data before the end of the handshake."""
    best = seen.version("TLSv1.3")
    if seen.early_data_bytes is not None:
        if seen.early_data_bytes:
            size = seen.early_data_bytes
            yield failed(
                f"Le serveur accepte jusqu’à {size} octets avant la fin de la négociation.",
                f"max_early_data_size = {size}",
            )
        else:
            yield passed("aucune donnée anticipée n’est acceptée")
    elif best is not None and best.state == VersionState.REFUSED:
        yield not_applicable("Les données anticipées n’existent qu’avec TLS 1.3.")
    else:
        yield unmeasured(seen.gaps.get("early_data_bytes", UNTOLD))


@check("tls_ticket_lifetime", TlsSeen)
def ticket_lifetime(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """A session ticket must not live more than a day."""
    most = int(context.params["most_hours"])
    if seen.ticket_seconds is None:
        yield unmeasured(seen.gaps.get("ticket_seconds", UNTOLD))
    elif seen.ticket_seconds > most * 3600:
        hours = seen.ticket_seconds / 3600
        yield failed(
            f"Un ticket de session vit {hours:.0f} heures (au plus {most} attendues).",
            f"{seen.ticket_seconds} secondes",
        )
    else:
        yield passed(f"{seen.ticket_seconds} secondes")
