"""Checks on the cipher suites that a server takes, on its order and on its options."""

from collections.abc import Callable, Iterable
from typing import Final

from rempart.engines.exposure.probe.tls.suites import classes_of
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

MOST_SHOWN = 6
NO_SUITE = "Aucune suite de chiffrement n’a pu être relevée."

# Check → the class of which no suite should be, and what to say of one that is.
FORBIDDEN: Final = {
    "tls_null": ("null", "Le serveur accepte de ne rien chiffrer"),
    "tls_export": ("export", "Suites « export » acceptées"),
    "tls_rc4": ("rc4", "Suites RC4 acceptées"),
    "tls_3des": ("3des", "Suites 3DES acceptées"),
}

SMTPS: Final = 465
Bad = Callable[[frozenset[str]], bool]


def suites_of(seen: TlsSeen) -> list[str]:
    """Every suite that some version takes, each once, in the order of the server."""
    return list(dict.fromkeys(suite for v in seen.offered for suite in v.suites))


def why_incomplete(seen: TlsSeen) -> str:
    """Why the list of suites may lack some, "" when it is whole."""
    for version in seen.versions:
        if version.state == VersionState.UNKNOWN or not version.is_complete:
            return f"{version.version} : {version.reason or NO_SUITE}"
    return "" if suites_of(seen) else NO_SUITE


def shown(names: list[str]) -> str:
    """A few names, and how many more there are."""
    more = len(names) - MOST_SHOWN
    return ", ".join(names[:MOST_SHOWN]) + (f" et {more} de plus" if more > 0 else "")


def must_lack(seen: TlsSeen, is_bad: Bad, detail: str, severity: str = "") -> Iterable[Verdict]:
    """Failed when a suite is bad; not measured when the list is cut short; else passed."""
    bad = [name for name in suites_of(seen) if is_bad(classes_of(name))]
    if bad:
        yield failed(f"{detail} : {shown(bad)}.", shown(bad), severity=severity)
    elif reason := why_incomplete(seen):
        yield unmeasured(reason)
    else:
        yield passed(f"{len(suites_of(seen))} suites relevées")


def _forbid(identifier: str, kind: str, detail: str) -> None:
    @check(identifier, TlsSeen)
    def judge(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
        return must_lack(seen, lambda classes: kind in classes, detail)


for _check, (_kind, _detail) in FORBIDDEN.items():
    _forbid(_check, _kind, _detail)


@check("tls_anonymous", TlsSeen)
def anonymous(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No suite without a certificate. Mail servers offer them as they come, and a client that wants to know whom it
    speaks to never asks for one: medium there."""
    is_mail = seen.starttls == "smtp" or seen.endpoint.port == SMTPS
    return must_lack(
        seen,
        lambda classes: "anon" in classes,
        "Suites sans certificat acceptées",
        "medium" if is_mail else "",
    )


@check("tls_single_des", TlsSeen)
def single_des(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No DES, RC2 or IDEA, outside export suites, which have their own check."""
    return must_lack(
        seen,
        lambda c: bool(c & {"des", "rc2", "idea"}) and "export" not in c,
        "Suites DES, RC2 ou IDEA acceptées",
    )


@check("tls_static_rsa", TlsSeen)
def static_rsa(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No exchange without forward secrecy; high when nothing else is offered."""
    names = suites_of(seen)
    has_better = any("pfs" in classes_of(name) for name in names)
    return must_lack(
        seen,
        lambda c: "pfs" not in c and "anon" not in c,
        "Suites sans confidentialité persistante acceptées",
        "" if has_better else "high",
    )


@check("tls_cbc", TlsSeen)
def cbc(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No mode that does not protect integrity along with secrecy."""
    return must_lack(
        seen,
        lambda c: "cbc" in c and not c & {"3des", "des", "rc2", "idea", "export"},
        "Suites en mode CBC acceptées",
    )


@check("tls_no_order", TlsSeen)
def order(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The server should choose the suite. Without weak suites the order protects nothing before TLS 1.3."""
    told = [v for v in seen.offered if v.has_server_order is not None and v.version != "TLSv1.3"]
    several = [v for v in seen.offered if len(v.suites) > 1 and v.version != "TLSv1.3"]
    if not several:
        reason = why_incomplete(seen)
        yield (
            unmeasured(reason)
            if reason
            else not_applicable("Avant TLS 1.3, le serveur n’a qu’une suite, ou aucune.")
        )
    elif not told:
        yield unmeasured("L’ordre des suites n’a pas pu être demandé.")
    elif bad := [v.version for v in told if not v.has_server_order]:
        yield failed("Le serveur laisse le client choisir la suite.", ", ".join(bad))
    else:
        yield passed(", ".join(v.version for v in told))


def is_only_tls13(seen: TlsSeen) -> bool:
    """Whether TLS 1.3 is all that the server speaks: several old weaknesses have no sense there."""
    return bool(seen.offered) and all(v.version == "TLSv1.3" for v in seen.offered)


def option(
    seen: TlsSeen, fact: str, good: bool, detail: str, evidence: tuple[str, str]
) -> Iterable[Verdict]:
    """The verdict on one yes-or-no option before TLS 1.3; `evidence` when good, then when bad."""
    value = getattr(seen, fact)
    if value is None and is_only_tls13(seen):
        yield not_applicable("TLS 1.3, seul accepté, n’a pas cette option.")
    elif value is None:
        yield unmeasured(seen.gaps.get(fact, "Le serveur n’a pas répondu à cette question."))
    elif value == good:
        yield passed(evidence[0])
    else:
        yield failed(detail, evidence[1])


@check("tls_compression", TlsSeen)
def compression(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No compression (CRIME)."""
    detail = "Le serveur accepte de comprimer ce qu’il chiffre."
    proof = "aucune compression", "compression DEFLATE acceptée"
    return option(seen, "has_compression", False, detail, proof)


@check("tls_insecure_renegotiation", TlsSeen)
def renegotiation(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The extension of RFC 5746 must be there."""
    detail = "Le serveur ne lie pas une renégociation à la session qu’elle remplace."
    proof = "extension renegotiation_info présente", "extension renegotiation_info absente"
    return option(seen, "has_secure_renegotiation", True, detail, proof)


@check("tls_client_renegotiation", TlsSeen)
def client_renegotiation(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """A client should not be able to ask for a new negotiation."""
    detail = "Le serveur recommence la négociation quand le client le demande."
    proof = "renégociation demandée : refusée", "renégociation demandée : acceptée"
    return option(seen, "accepts_client_renegotiation", False, detail, proof)


@check("tls_no_extended_master_secret", TlsSeen)
def extended_master_secret(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The extension of RFC 7627 should be there."""
    detail = "Le serveur ne lie pas les clés de la session à sa négociation."
    proof = "extension extended_master_secret présente", "extension extended_master_secret absente"
    return option(seen, "has_extended_master_secret", True, detail, proof)
