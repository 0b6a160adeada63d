"""What is seen through a resolver that lies is the resolver's doing: no zone is blamed for it."""

import hashlib
from typing import Final

from msgspec import structs

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.dnssec import EXPIRED, NOT_YET
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import DnssecSeen

CHANGED: Final = (
    "Le résolveur interrogé donne sans réserve une réponse que DNSSEC dément : il la change, ou il ne vérifie rien et "
    "la zone est mal signée. Interrogez-la sans lui."
)
INVENTED: Final = "Le résolveur interrogé donne une adresse aux noms qui n’existent pas."


async def confirmed(
    dnssec: DnssecSeen, name: bytes, resolver: Resolver, ends_at: float
) -> DnssecSeen:
    """The same, unless a resolver may be what makes the zone look bogus: one that verifies refuses such a zone when
    it is asked to (RFC 4035 §3.2.2), and that refusal is the proof. A signature out of its dates needs none: who
    changes an answer leaves it unsigned, and the dates were written by the zone."""
    if dnssec.state != "bogus" or not resolver.forwarder:
        return dnssec
    if dnssec.reason.endswith((EXPIRED, NOT_YET)):
        return dnssec
    reply = await resolver.verified_by_it(name, wire.SOA, ends_at)
    if reply.message is not None and reply.message.rcode == wire.SERVFAIL:
        return dnssec
    return structs.replace(dnssec, state="unknown", reason=f"{CHANGED} {dnssec.reason}")


async def without_inventions(nobody: Found, resolver: Resolver, ends_at: float) -> Found:
    """The answer for a name that nobody made; unknown when the resolver says the same of a domain that cannot be
    (RFC 6761 §6.4)."""
    if not nobody.data or not resolver.forwarder:
        return nobody
    label = "rempart-" + hashlib.sha256(nobody.name).hexdigest()[:12]
    never = await resolver.find(to_wire(f"{label}.invalid"), nobody.kind, ends_at)
    if not set(never.data) & set(nobody.data):
        return nobody
    return structs.replace(nobody, reach=Reach.BROKEN, reason=INVENTED, data=(), aliases=())
