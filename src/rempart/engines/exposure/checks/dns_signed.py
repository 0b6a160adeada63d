"""DNSSEC, and who may issue certificates: what keeps others from answering in the establishment's name."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Final

from rempart.engines.exposure.checks.dns import NOT_READ, host_of, no_domain, remarks, unknown
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
from rempart.engines.exposure.seen.dns import DnssecSeen, ZoneSeen
from rempart.kernel.french import counted

UNSIGNED: Final = "La zone n’est pas signée."
BROKEN: Final = "La signature ne vaut rien en l’état : voir le contrôle de sa validité."
# Names of the algorithms of DNSSEC (IANA, DNS Security Algorithm Numbers).
ALGORITHMS: Final = {
    1: "RSA/MD5", 3: "DSA/SHA-1", 5: "RSA/SHA-1", 6: "DSA-NSEC3/SHA-1", 7: "RSA-NSEC3/SHA-1", 8: "RSA/SHA-256",
    10: "RSA/SHA-512", 12: "GOST", 13: "ECDSA P-256", 14: "ECDSA P-384", 15: "Ed25519", 16: "Ed448",
}  # fmt: skip


def _named(numbers: list[int]) -> str:
    return ", ".join(ALGORITHMS.get(number, f"algorithme {number}") for number in numbers)


@check("dns_dnssec_absent", ZoneSeen, unless=no_domain)
def absent(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """Nothing proves that the answers of the zone are its own."""
    if seen.dnssec.state == "unknown":
        yield unmeasured(seen.dnssec.reason or NOT_READ)
    elif seen.dnssec.state == "insecure" and not seen.dnssec.digests:
        yield failed(seen.dnssec.reason or UNSIGNED, product=host_of(seen))
    elif seen.dnssec.state == "bogus":
        yield not_applicable(BROKEN)
    else:
        yield passed(_named(seen.dnssec.algorithms))


@check("dns_dnssec_bogus", ZoneSeen, unless=no_domain, dated=Dated.SWEEP)
def bogus(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """The zone is signed, and the signature does not hold: whoever verifies sees nothing at all."""
    if seen.dnssec.state == "unknown":
        yield unmeasured(seen.dnssec.reason or NOT_READ)
    elif seen.dnssec.state == "insecure":
        yield not_applicable(UNSIGNED)
    elif seen.dnssec.state == "bogus":
        yield failed(seen.dnssec.reason, seen.dnssec.reason, product=host_of(seen))
    else:
        yield passed(_named(seen.dnssec.algorithms))


@check("dns_dnssec_expiring", ZoneSeen, unless=no_domain, dated=Dated.SWEEP)
def expiring(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """Signatures are about to end, and are not being renewed."""
    dnssec = seen.dnssec
    if dnssec.state == "insecure":
        yield not_applicable(UNSIGNED)
    elif dnssec.state == "bogus":
        yield not_applicable(BROKEN)
    elif not dnssec.expires_at:
        yield unmeasured(dnssec.reason or NOT_READ)
    else:
        yield _remaining(seen, dnssec, context)


def _remaining(seen: ZoneSeen, dnssec: DnssecSeen, context: Context) -> Verdict:
    now = seen.at or datetime.combine(context.today, time(), UTC).timestamp()
    left = dnssec.expires_at - now
    whole = max(dnssec.expires_at - dnssec.begins_at, 1)
    ends_on = datetime.fromtimestamp(dnssec.expires_at, UTC).strftime("%d/%m/%Y %H:%M UTC")
    # Some hosts sign for two days and renew each day: a short life alone is no fault.
    if left < 3600 * context.params["hours"] and left < context.params["share"] * whole:
        hours = counted(max(int(left // 3600), 0), "heure")
        return failed(
            f"Les signatures finissent dans {hours} et n’ont pas été renouvelées.",
            ends_on,
            product=host_of(seen),
        )
    return passed(ends_on)


@check("dns_dnssec_weak", ZoneSeen, unless=no_domain)
def weak(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """The zone is signed with an algorithm, a digest or a key that is no longer enough."""
    dnssec = seen.dnssec
    if dnssec.state == "unknown":
        yield unmeasured(dnssec.reason or NOT_READ)
        return
    if not dnssec.digests and not dnssec.algorithms:
        yield not_applicable(UNSIGNED)
        return
    said = []
    old = [a for a in dnssec.algorithms if a in context.params["weak_algorithms"]]
    if old:
        said.append(f"algorithme {_named(old)}")
    if dnssec.digests and not set(dnssec.digests) - set(context.params["weak_digests"]):
        said.append("empreinte de la clé en SHA-1 seulement")
    small = [bits for bits in dnssec.bits if bits < context.params["bits_at_least"]]
    if small:
        said.append(f"clé RSA de {small[0]} bits")
    if dnssec.state == "secure" and dnssec.reason:
        said.append("les preuves d’absence demandent trop d’itérations : personne ne les vérifie")
    if dnssec.state == "insecure":
        said.append("aucun résolveur ne vérifie plus cette signature")
    if not said and dnssec.state == "bogus":
        yield not_applicable(BROKEN)
        return
    yield remarks(seen, said, _named(dnssec.algorithms))


@check("dns_caa_absent", ZoneSeen, unless=no_domain)
def caa_absent(seen: ZoneSeen, context: Context) -> Iterator[Verdict]:
    """Any authority may issue a certificate for the domain."""
    if not seen.caa.is_known:
        yield unknown(seen.caa)
    elif any(" issue " in text or " issuewild " in text for text in seen.caa.values):
        yield passed(", ".join(seen.caa.values))
    else:
        yield failed(
            "Aucun enregistrement CAA ne dit qui peut émettre un certificat.", product=host_of(seen)
        )
