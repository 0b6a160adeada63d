"""DKIM keys: those of selectors that were given, and of the selectors that most services use (RFC 6376, RFC 8301)."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.facts import fact
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.mail.tags import read_tags
from rempart.engines.exposure.seen.mail import DkimSeen, KeySeen

USUAL_SELECTORS: Final = ("selector1", "selector2", "default", "google", "dkim", "mail")
MOST_SELECTORS: Final = 20


def read_key(selector: str, text: str) -> KeySeen:
    """One key record; what is wrong in it is said in `fault`, French."""
    try:
        tags = read_tags(text)
    except ProtocolFault as fault:
        return KeySeen(selector=selector, fault=str(fault))
    kind = tags.get("k", "rsa").lower()
    is_test = "y" in [flag.strip() for flag in tags.get("t", "").split(":")]
    if "p" not in tags:
        return KeySeen(selector=selector, kind=kind, is_test=is_test, fault="La clé manque.")
    material = "".join(tags["p"].split())
    if not material:
        return KeySeen(selector=selector, kind=kind, is_test=is_test, is_revoked=True)
    try:
        bits = _bits(kind, base64.b64decode(material, validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return KeySeen(selector=selector, kind=kind, is_test=is_test, fault="La clé ne se lit pas.")
    return KeySeen(selector=selector, kind=kind, bits=bits, is_test=is_test)


def _bits(kind: str, material: bytes) -> int:
    if kind == "ed25519":
        if len(material) != 32:
            raise ValueError("an Ed25519 key has 32 bytes")
        return 256
    key = load_der_public_key(material)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key.key_size


async def look_at_dkim(
    domain: bytes, selectors: Sequence[str], resolver: Resolver, ends_at: float
) -> DkimSeen:
    """The keys found. `is_none` only when DNSSEC proves that nothing exists below `_domainkey` (RFC 8020)."""
    above = b"\x0a_domainkey" + domain
    top = await resolver.find(above, wire.TXT, ends_at)
    if not selectors and top.is_known and top.rcode == wire.NXDOMAIN and top.state is State.SECURE:
        return DkimSeen(is_none=True)
    asked: dict[str, bytes] = {}
    for selector in [*selectors, *USUAL_SELECTORS][:MOST_SELECTORS]:
        try:
            labels = to_wire(selector)[:-1]
        except ProtocolFault:
            continue
        if labels and len(labels + above) <= 255:
            asked[selector] = labels + above
    resolver.ahead([(name, wire.TXT) for name in asked.values()], ends_at)
    keys, missing, reason = [], [], "" if top.is_known else top.why
    for selector, name in asked.items():
        texts = fact(await resolver.find(name, wire.TXT, ends_at), rdata.text)
        if not texts.is_known:
            reason = reason or texts.reason
        elif texts.values and any("p=" in text for text in texts.values):
            keys.append(read_key(selector, next(t for t in texts.values if "p=" in t)))
        elif selector in selectors:
            missing.append(selector)
    return DkimSeen(keys=keys, tried=list(asked), missing=missing, reason=reason)
