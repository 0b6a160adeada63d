"""Checks on the versions of TLS that a server speaks."""

from collections.abc import Iterable, Sequence

from rempart.engines.exposure.registry import (
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.tls import TlsSeen, VersionSeen, VersionState

SHOWN = {
    "SSLv2": "SSL 2.0",
    "SSLv3": "SSL 3.0",
    "TLSv1.0": "TLS 1.0",
    "TLSv1.1": "TLS 1.1",
    "TLSv1.2": "TLS 1.2",
    "TLSv1.3": "TLS 1.3",
}
UNASKED = "Cette version n’a pas été demandée au serveur."


def _states(seen: TlsSeen, names: Sequence[str]) -> list[VersionSeen]:
    return [
        seen.version(name) or VersionSeen(version=name, state=VersionState.UNKNOWN, reason=UNASKED)
        for name in names
    ]


def spoken(seen: TlsSeen) -> str:
    """« TLS 1.2, TLS 1.3 »."""
    return ", ".join(SHOWN.get(v.version, v.version) for v in seen.offered)


def must_refuse(seen: TlsSeen, names: Sequence[str]) -> Iterable[Verdict]:
    """Failed when one of the versions is spoken, not measured when one could not be told, else passed."""
    states = _states(seen, names)
    bad = [v for v in states if v.state == VersionState.OFFERED]
    if bad:
        which = " et ".join(SHOWN[v.version] for v in bad)
        yield failed(f"Le serveur accepte {which}.", f"versions acceptées : {spoken(seen)}")
        return
    unknown = next((v for v in states if v.state == VersionState.UNKNOWN), None)
    if unknown is not None:
        yield unmeasured(f"{SHOWN[unknown.version]} : {unknown.reason or UNASKED}")
        return
    yield passed(f"versions acceptées : {spoken(seen)}")


@check("tls_sslv2", TlsSeen)
def sslv2(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """SSL 2.0 must be refused."""
    return must_refuse(seen, ["SSLv2"])


@check("tls_sslv3", TlsSeen)
def sslv3(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """SSL 3.0 must be refused."""
    return must_refuse(seen, ["SSLv3"])


@check("tls_10_11", TlsSeen)
def tls_10_11(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """TLS 1.0 and 1.1 must be refused."""
    return must_refuse(seen, ["TLSv1.0", "TLSv1.1"])


@check("tls_no_tls13", TlsSeen)
def no_tls13(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """TLS 1.3 should be spoken."""
    (best,) = _states(seen, ["TLSv1.3"])
    if best.state == VersionState.OFFERED:
        yield passed(f"versions acceptées : {spoken(seen)}")
    elif best.state == VersionState.REFUSED:
        yield failed("Le serveur ne propose pas TLS 1.3.", f"versions acceptées : {spoken(seen)}")
    else:
        yield unmeasured(f"TLS 1.3 : {best.reason or UNASKED}")


@check("tls_downgrade", TlsSeen)
def downgrade(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """A client that was pushed to a lower version must be warned."""
    if seen.refuses_downgrade is not None:
        if seen.refuses_downgrade:
            yield passed("TLS_FALLBACK_SCSV : connexion refusée, comme il se doit")
        else:
            yield failed(
                "Le serveur accepte une version plus ancienne que la meilleure sans signaler l’abaissement.",
                "TLS_FALLBACK_SCSV : connexion acceptée",
            )
    elif len(seen.offered) < 2 and not seen.gaps.get("refuses_downgrade"):
        yield not_applicable("Le serveur ne parle qu’une version : il n’y a rien à abaisser.")
    else:
        yield unmeasured(
            seen.gaps.get("refuses_downgrade", "La question n’a pas pu être posée au serveur.")
        )
