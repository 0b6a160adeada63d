"""Signatures of DNSSEC verified over `cryptography` (RFC 4034, RFC 4035, RFC 5702, RFC 6605, RFC 8080).

Signatures that do not hold are counted: an answer with many keys of one tag, or many false signatures, cannot make us
work for ever (CVE-2023-50387). Those that nobody could check, by an unknown key or out of their time, cost nothing.
"""

import hashlib
import struct
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.names import count_labels, is_under, parent_of
from rempart.engines.exposure.probe.dns.rdata import Key, Signature
from rempart.engines.exposure.probe.dns.wire import Message, Rrset

MOST_FAILURES: Final = 8  # in one answer, as the resolvers that were mended
NOT_YET: Final = "La signature n’est pas encore valable."
EXPIRED: Final = "La signature a expiré."
TOO_DEAR: Final = "Trop de signatures fausses dans une seule réponse : comme tout résolveur, on n’en essaie pas plus."
MOST_KEPT: Final = 256
_COME_AGAIN: Final = frozenset({wire.A, wire.AAAA, wire.SOA, wire.NSEC, wire.NSEC3})
_OWNED: Final = struct.Struct(">HHI")
ZONE_KEY: Final = 0x0100

VERIFIED: Final = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
_RSA: Final = {5: hashes.SHA1(), 7: hashes.SHA1(), 8: hashes.SHA256(), 10: hashes.SHA512()}  # noqa: S303 (what old zones are signed with)
_CURVES: Final = {
    13: (ec.SECP256R1(), 32, hashlib.sha256, ec.ECDSA(Prehashed(hashes.SHA256()))),
    14: (ec.SECP384R1(), 48, hashlib.sha384, ec.ECDSA(Prehashed(hashes.SHA384()))),
}
DIGESTS: Final[dict[int, Callable[[bytes], bytes]]] = {
    1: lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    2: lambda data: hashlib.sha256(data).digest(),
    4: lambda data: hashlib.sha384(data).digest(),
}
Verifier = Callable[[bytes, bytes], None]


class State(StrEnum):
    """What DNSSEC says of some data."""

    SECURE = "secure"
    INSECURE = "insecure"  # proven not to be signed, or below an unsigned zone
    BOGUS = "bogus"  # signed, and the signature or the proof does not hold
    UNKNOWN = "unknown"  # the servers did not answer enough to say


class KeyRing:
    """The keys of one zone, loaded when first used; what they have verified is remembered."""

    __slots__ = ("_keys", "_kept", "_loaded", "zone")

    def __init__(self, zone: bytes, keys: Iterable[Key]) -> None:
        self.zone = zone
        self._keys: dict[tuple[int, int], list[Key]] = {}
        for key in keys:
            if key.flags & ZONE_KEY and key.protocol == 3:
                self._keys.setdefault((key.tag, key.algorithm), []).append(key)
        self._loaded: dict[bytes, Verifier | None] = {}
        self._kept: dict[tuple[bytes, ...], tuple[str, Signature | None]] = {}

    def verify(self, rrset: Rrset, now: float, whole: Message) -> tuple[str, Signature | None]:
        """("", the signature) when one holds at `now` (Unix seconds), else (why not, in French, None). The signatures
        tried in vain are counted on the `whole` answer.

        What comes again is verified once: proofs of absence, and addresses that several aliases lead to.
        """
        if rrset.kind not in _COME_AGAIN:
            return self._verify(rrset, now, whole)
        known = (rrset.name, *rrset.signatures, *sorted(rrset.data))
        found = self._kept.get(known)
        if found is None:
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            found = self._verify(rrset, now, whole)
            if found[0] != TOO_DEAR:
                self._kept[known] = found
        return found

    def _verify(self, rrset: Rrset, now: float, whole: Message) -> tuple[str, Signature | None]:
        why = "Aucune signature n’accompagne ces données."
        for data in rrset.signatures:
            try:
                signature = rdata.signature(data, self.zone)
            except ProtocolFault as fault:
                why = str(fault)
                continue
            why = self._why_not(rrset, signature, now, whole)
            if not why:
                return "", signature
            if why == TOO_DEAR:
                break
        return why, None

    def _why_not(self, rrset: Rrset, signature: Signature, now: float, whole: Message) -> str:
        if signature.signer != self.zone or not is_under(rrset.name, self.zone):
            return "La signature est faite au nom d’une autre zone."
        instant = int(now)
        if _is_before(signature.expires_at, instant):
            return EXPIRED
        if _is_before(instant, signature.begins_at):
            return NOT_YET
        if signature.labels > count_labels(rrset.name):
            return "La signature porte sur un autre nom."
        keys = self._keys.get((signature.tag, signature.algorithm))
        if not keys:
            return "La clé qui a signé n’est pas publiée."
        if whole.failures >= MOST_FAILURES:
            return TOO_DEAR
        return self._check(keys, signature, signed_data(rrset, signature), whole)

    def _check(self, keys: Sequence[Key], signature: Signature, data: bytes, whole: Message) -> str:
        for key in keys:
            if whole.failures >= MOST_FAILURES:
                return TOO_DEAR
            verifier = self._loaded.get(key.data)
            if verifier is None:
                if key.data in self._loaded:
                    continue
                verifier = self._loaded[key.data] = _load(key)
            if verifier is None:
                continue
            try:
                verifier(signature.signature, data)
            except (InvalidSignature, ValueError):
                whole.failures += 1
                continue
            return ""
        return "La signature ne correspond pas aux données."


def signed_data(rrset: Rrset, signature: Signature) -> bytes:
    """The bytes that a signature covers, with the wildcard's name when the set came from one (RFC 4035 §5.3.2)."""
    name = rrset.name
    for _ in range(count_labels(name) - signature.labels):
        name = parent_of(name)
    if name != rrset.name:
        name = b"\x01*" + name
    head = name + _OWNED.pack(rrset.kind, 1, signature.ttl)
    if len(rrset.data) == 1:
        data = rrset.data[0]
        return b"%b%b%b%b" % (signature.head, head, len(data).to_bytes(2, "big"), data)
    parts = [signature.head]
    for data in sorted(set(rrset.data)):
        parts += (head, len(data).to_bytes(2, "big"), data)
    return b"".join(parts)


def matches(zone: bytes, digest: rdata.Digest, key: Key) -> bool:
    """Whether a DS speaks of this key (RFC 4034 §5.1.4)."""
    if digest.tag != key.tag or digest.algorithm != key.algorithm or not key.flags & ZONE_KEY:
        return False
    make = DIGESTS.get(digest.digest_kind)
    return make is not None and make(zone + key.data) == digest.digest


def key_bits(key: Key) -> int:
    """Size of an RSA key in bits; 0 for other kinds, whose size is their algorithm's."""
    if key.algorithm not in _RSA and key.algorithm != 1:
        return 0
    numbers = _rsa_numbers(key.material)
    return numbers[1].bit_length() if numbers else 0


def _is_before(instant: int, now: int) -> bool:
    """Whether a 32-bit instant lies before `now`, on the circle (RFC 1982)."""
    return 0 < (now - instant) & 0xFFFFFFFF < 0x80000000


def _rsa_numbers(material: bytes) -> tuple[int, int] | None:
    if len(material) < 3:
        return None
    size, at = material[0], 1
    if not size:
        size, at = int.from_bytes(material[1:3], "big"), 3
    exponent = int.from_bytes(material[at : at + size], "big")
    return exponent, int.from_bytes(material[at + size :], "big")


def _load(key: Key) -> Verifier | None:
    """What verifies with this key, or None when the key is none."""
    try:
        if key.algorithm in _RSA:
            return _rsa(key)
        if key.algorithm in _CURVES:
            return _curve(key)
        if key.algorithm == 15:
            return ed25519.Ed25519PublicKey.from_public_bytes(key.material).verify
        if key.algorithm == 16:
            return ed448.Ed448PublicKey.from_public_bytes(key.material).verify
    except (ValueError, UnsupportedAlgorithm):
        pass
    return None


def _rsa(key: Key) -> Verifier | None:
    numbers = _rsa_numbers(key.material)
    # An exponent of thousands of bits makes one verification last for seconds.
    if numbers is None or not 3 <= numbers[0] < 1 << 64 or numbers[1].bit_length() > 4096:
        return None
    public = rsa.RSAPublicNumbers(*numbers).public_key()
    made, pad = _RSA[key.algorithm], padding.PKCS1v15()
    return lambda signature, data: public.verify(signature, data, pad, made)


def _curve(key: Key) -> Verifier:
    curve, size, digest, made = _CURVES[key.algorithm]
    public = ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + key.material)

    def verify(signature: bytes, data: bytes) -> None:
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        public.verify(encode_dss_signature(r, s), digest(data).digest(), made)

    return verify
