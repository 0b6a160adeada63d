"""Checks on the dates, the names and the chain of the certificates that a server sends."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from rempart.engines.exposure.checks.tls_names import covers
from rempart.engines.exposure.registry import (
    Context,
    Dated,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.tls import CertificateSeen, ChainSeen, TlsSeen, Trust

NO_CHAIN = "Le certificat du serveur n’a pas pu être lu."
STRANGE_TO_MAIL = (
    "La chaîne mène à une autorité que les autres serveurs de courriel ne connaissent pas : ceux qui vérifient refusent "
    "de livrer, les autres chiffrent sans savoir à qui ils parlent."
)
DAY = 86400


def day_of(instant: int) -> date:
    """The day of an instant (UTC)."""
    return datetime.fromtimestamp(min(max(instant, 0), 253402300799), UTC).date()


def french_day(day: date) -> str:
    """« 03/02/2026 »."""
    return f"{day:%d/%m/%Y}"


def own_certificates(seen: TlsSeen) -> list[CertificateSeen]:
    """The server's own certificates: one a kind of key."""
    return [chain.certificates[0] for chain in seen.chains if chain.certificates]


def no_chain(seen: TlsSeen) -> Verdict:
    """What every check says when no certificate was read."""
    return unmeasured(seen.gaps.get("chains", NO_CHAIN))


def lowered(seen: TlsSeen) -> str:
    """Between mail servers no person sees the certificate, and most senders accept any: medium there."""
    return "medium" if seen.starttls == "smtp" else ""


@check("tls_expired", TlsSeen, dated=Dated.DAY)
def expired(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """No certificate of the chain as sent is past its end."""
    if not seen.chains:
        yield no_chain(seen)
        return
    certificates = [one for chain in seen.chains for one in chain.certificates]
    late = [one for one in certificates if day_of(one.not_after) < context.today]
    own = own_certificates(seen)
    if late:
        worst = min(late, key=lambda one: one.not_after)
        ended = day_of(worst.not_after)
        whose = "Le certificat" if worst in own else f"Le certificat d’autorité « {worst.subject} »"
        days = (context.today - ended).days
        yield failed(
            f"{whose} est expiré depuis le {french_day(ended)} ({days} jour{'s' if days > 1 else ''}).",
            f"{worst.subject} : fin {ended.isoformat()}",
            severity=lowered(seen),
        )
    else:
        first = min(certificates, key=lambda one: one.not_after)
        yield passed(f"première fin : {day_of(first.not_after).isoformat()} ({first.subject})")


@check("tls_expires_soon", TlsSeen, dated=Dated.DAY)
def expires_soon(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The certificate ends in more than thirty days; under seven, high."""
    own = own_certificates(seen)
    if not own:
        yield no_chain(seen)
        return
    first = min(own, key=lambda one: one.not_after)
    ends = day_of(first.not_after)
    days = (ends - context.today).days
    # Certificates of ninety days and less are renewed by programs, which leave a third of their life at most.
    lifetime = (first.not_after - first.not_before) / DAY
    soon = min(int(context.params["soon_days"]), max(int(lifetime / 4), 1))
    if days < 0:
        yield not_applicable("Le certificat est déjà expiré : voir ce constat-là.")
    elif days < soon:
        is_urgent = days < int(context.params["urgent_days"])
        when = "aujourd’hui" if days == 0 else f"dans {days} jour{'s' if days > 1 else ''}"
        yield failed(
            f"Le certificat expire {when}, le {french_day(ends)}.",
            f"fin {ends.isoformat()}",
            severity="high" if is_urgent else "",
        )
    else:
        yield passed(f"fin {ends.isoformat()}, dans {days} jours")


@check("tls_not_yet_valid", TlsSeen, dated=Dated.DAY)
def not_yet_valid(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The certificate has begun."""
    own = own_certificates(seen)
    if not own:
        yield no_chain(seen)
        return
    begins = max(day_of(one.not_before) for one in own)
    if begins > context.today:
        yield failed(
            f"Le certificat ne vaut qu’à partir du {french_day(begins)}.",
            f"début {begins.isoformat()}",
        )
    else:
        yield passed(f"début {begins.isoformat()}")


@check("tls_long_validity", TlsSeen)
def long_validity(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The certificate lives no more than 825 days."""
    own = own_certificates(seen)
    if not own:
        yield no_chain(seen)
        return
    most = int(context.params["most_days"])
    days = max(round((one.not_after - one.not_before) / DAY) for one in own)
    if days > most:
        yield failed(
            f"Le certificat est valable {days} jours (au plus {most} attendus).", f"{days} jours"
        )
    else:
        yield passed(f"{days} jours")


def _by_trust(
    seen: TlsSeen, bad: frozenset[Trust], good_before: frozenset[Trust], detail: str
) -> Iterable[Verdict]:
    """Failed when a chain leads to one of `bad`; unmeasured when a chain tells nothing, or stops before."""
    if not seen.chains:
        yield no_chain(seen)
        return
    wrong = [chain for chain in seen.chains if chain.trust in bad]
    if wrong:
        first = wrong[0].certificates[-1]
        yield failed(detail, f"{first.subject}, signé par {first.issuer}", severity=lowered(seen))
        return
    for chain in seen.chains:
        if chain.trust is None or chain.trust in good_before:
            yield unmeasured(chain.reason or "La chaîne s’arrête avant : voir ce constat-là.")
            return
    yield passed(_store(seen.chains))


def _store(chains: list[ChainSeen]) -> str:
    return f"vérifié avec : {chains[0].store}" if chains[0].store else ""


@check("tls_self_signed", TlsSeen)
def self_signed(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The certificate is not signed by itself, unless it is in the store."""
    detail = "Le certificat est signé par lui-même : personne d’autre ne garantit ce serveur."
    return _by_trust(seen, frozenset({Trust.SELF_SIGNED}), frozenset(), detail)


@check("tls_untrusted", TlsSeen)
def untrusted(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The chain leads to a root of the store, and each signature holds."""
    if any(chain.trust == Trust.BROKEN for chain in seen.chains):
        detail = "Une signature de la chaîne ne tient pas : un certificat ne vient pas de l’autorité qu’il nomme."
    elif seen.starttls == "smtp":
        detail = STRANGE_TO_MAIL
    else:
        detail = "La chaîne mène à une autorité que les navigateurs ne connaissent pas."
    if seen.chains and all(chain.trust == Trust.SELF_SIGNED for chain in seen.chains):
        yield not_applicable("Le certificat est signé par lui-même : voir ce constat-là.")
        return
    yield from _by_trust(
        seen,
        frozenset({Trust.UNKNOWN_ROOT, Trust.BROKEN}),
        frozenset({Trust.INCOMPLETE}),
        detail,
    )


@check("tls_chain_incomplete", TlsSeen)
def chain_incomplete(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """Every certificate between the server and a root is sent."""
    detail = "Le serveur n’envoie pas le certificat de l’autorité qui a signé le sien."
    return _by_trust(seen, frozenset({Trust.INCOMPLETE}), frozenset(), detail)


@check("tls_chain_order", TlsSeen)
def chain_order(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """Each certificate is followed by the one that signed it, and nothing else is sent."""
    if not seen.chains:
        yield no_chain(seen)
    elif bad := [chain for chain in seen.chains if not chain.in_order]:
        names = " → ".join(one.common_name or one.subject for one in bad[0].certificates[:6])
        yield failed("Les certificats sont envoyés dans le désordre, ou avec un intrus.", names)
    elif all(len(chain.certificates) == 1 for chain in seen.chains):
        yield not_applicable("Le serveur n’envoie que son propre certificat.")
    else:
        yield passed(f"{max(len(chain.certificates) for chain in seen.chains)} certificats")


@check("tls_name_mismatch", TlsSeen)
def name_mismatch(seen: TlsSeen, context: Context) -> Iterable[Verdict]:
    """The certificate names the host that was asked; one without any name is the affair of its own check."""
    own = own_certificates(seen)
    host = seen.endpoint.name
    named = [one for one in own if one.names or one.addresses]
    if not own:
        yield no_chain(seen)
    elif not host:
        yield not_applicable("Le serveur a été interrogé par son adresse, sans nom.")
    elif bad := [one for one in named if not covers(one, host)]:
        names = [*bad[0].names, *bad[0].addresses]
        yield failed(
            f"Le certificat ne nomme pas {host}.",
            f"noms du certificat : {', '.join(names[:8])}",
            severity=lowered(seen),
        )
    elif len(named) < len(own):
        yield not_applicable("Le certificat n’a pas de noms alternatifs : voir ce constat-là.")
    else:
        yield passed(f"noms du certificat : {', '.join(own[0].names[:8])}")
