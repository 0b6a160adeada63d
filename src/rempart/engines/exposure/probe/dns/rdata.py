"""The data of records, decoded: mail exchangers, texts, keys, signatures, proofs of absence.

Each function takes canonical data and raises ProtocolFault when it is too short or lies on its lengths.
"""

import struct
from functools import lru_cache
from ipaddress import ip_address
from socket import AF_INET6, inet_ntop
from typing import Final

from msgspec import Struct

from rempart.engines.exposure.dial import ProtocolFault

_SHORT: Final = struct.Struct(">H")
_SOA: Final = struct.Struct(">IIIII")
_RRSIG: Final = struct.Struct(">HBBIIIH")
_DNSKEY: Final = struct.Struct(">HBB")
_MAPPED: Final = bytes(10)
_NSEC3: Final = struct.Struct(">BBH")


class Soa(Struct, frozen=True, gc=False):
    """Start of authority: primary server, mailbox, serial, then seconds."""

    primary: bytes
    mailbox: bytes
    serial: int
    refresh: int
    retry: int
    expire: int
    minimum: int


class Signature(Struct, frozen=True, gc=False):
    """RRSIG: `covered` type, instants in Unix seconds (32 bits), `head` the bytes before the signature."""

    covered: int
    algorithm: int
    labels: int
    ttl: int
    expires_at: int
    begins_at: int
    tag: int
    signer: bytes
    head: bytes
    signature: bytes


class Key(Struct, frozen=True, gc=False):
    """DNSKEY: `data` is the whole record, which the digests and the tag are made of."""

    flags: int
    protocol: int
    algorithm: int
    material: bytes
    tag: int
    data: bytes


class Digest(Struct, frozen=True, gc=False):
    """DS."""

    tag: int
    algorithm: int
    digest_kind: int
    digest: bytes


class Hashed(Struct, frozen=True, gc=False):
    """NSEC3: `is_opt_out`, `following` the next hash, `kinds` the types that exist."""

    algorithm: int
    is_opt_out: bool
    iterations: int
    salt: bytes
    following: bytes
    kinds: frozenset[int]


def address(data: bytes) -> str:
    """A or AAAA as text."""
    if len(data) == 4:
        return f"{data[0]}.{data[1]}.{data[2]}.{data[3]}"
    if len(data) != 16:
        raise ProtocolFault("Adresse DNS de mauvaise longueur.")
    # The system writes the few addresses that hold an IPv4 one otherwise.
    return str(ip_address(data)) if data.startswith(_MAPPED) else inet_ntop(AF_INET6, data)


def exchanger(data: bytes) -> tuple[int, bytes]:
    """MX: preference and host."""
    return _SHORT.unpack_from(data)[0], data[2:]


def text(data: bytes) -> str:
    """TXT: its strings put together, as mail policies want it (RFC 7208 §3.3); odd bytes become `\\xNN`."""
    parts, at = [], 0
    while at < len(data):
        length = data[at]
        if at + 1 + length > len(data):
            raise ProtocolFault("Texte DNS coupé.")
        parts.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(parts).decode("utf-8", "backslashreplace")


def caa(data: bytes) -> tuple[int, str, str]:
    """CAA: flags, tag in lower case, value (RFC 8659)."""
    if len(data) < 2 or len(data) < 2 + data[1]:
        raise ProtocolFault("Enregistrement CAA coupé.")
    end = 2 + data[1]
    return (
        data[0],
        data[2:end].decode("ascii", "replace").lower(),
        data[end:].decode("utf-8", "replace"),
    )


def tlsa(data: bytes) -> tuple[int, int, int, str]:
    """TLSA: usage, selector, matching, data in hexadecimal."""
    if len(data) < 4:
        raise ProtocolFault("Enregistrement TLSA coupé.")
    return data[0], data[1], data[2], data[3:].hex()


def soa(data: bytes) -> Soa:
    """SOA."""
    first = _end_of_name(data, 0)
    second = _end_of_name(data, first)
    if second + 20 != len(data):
        raise ProtocolFault("Enregistrement SOA de mauvaise longueur.")
    return Soa(data[:first], data[first:second], *_SOA.unpack_from(data, second))


def signer(data: bytes) -> bytes:
    """The zone in whose name an RRSIG is made."""
    return data[18 : _end_of_name(data, 18)].lower()


def signature(data: bytes, zone: bytes = b"") -> Signature:
    """RRSIG; it is read faster when `zone` is the one in whose name it is made."""
    try:
        covered, algorithm, labels, ttl, expires, begins, tag = _RRSIG.unpack_from(data)
    except struct.error as fault:
        raise ProtocolFault("Signature DNS coupée.") from fault
    if zone and data.startswith(zone, 18):
        end = 18 + len(zone)
        signer, head = zone, data[:end]
    else:
        end = _end_of_name(data, 18)
        signer = data[18:end].lower()
        head = data[:18] + signer
    return Signature(
        covered, algorithm, labels, ttl, expires, begins, tag, signer, head, data[end:]
    )


def key(data: bytes) -> Key:
    """DNSKEY, with its tag (RFC 4034 appendix B)."""
    if len(data) < 5:
        raise ProtocolFault("Clé DNS coupée.")
    flags, protocol, algorithm = _DNSKEY.unpack_from(data)
    even = data if len(data) % 2 == 0 else data + b"\0"
    total = sum(struct.Struct(f">{len(even) // 2}H").unpack(even))
    return Key(
        flags, protocol, algorithm, data[4:], (total + (total >> 16 & 0xFFFF)) & 0xFFFF, data
    )


def digest(data: bytes) -> Digest:
    """DS."""
    if len(data) < 5:
        raise ProtocolFault("Empreinte DS coupée.")
    return Digest(_SHORT.unpack_from(data)[0], data[2], data[3], data[4:])


@lru_cache(maxsize=2048)
def nsec(data: bytes) -> tuple[bytes, frozenset[int]]:
    """NSEC: the next name, in lower case, and the types that exist."""
    end = _end_of_name(data, 0)
    return data[:end].lower(), _kinds(data, end)


@lru_cache(maxsize=2048)
def nsec3(data: bytes) -> Hashed:
    """NSEC3."""
    try:
        algorithm, flags, iterations = _NSEC3.unpack_from(data)
        salt_end = 5 + data[4]
        following_end = salt_end + 1 + data[salt_end]
    except (struct.error, IndexError) as fault:
        raise ProtocolFault("Preuve d’absence NSEC3 coupée.") from fault
    salt, following = data[5:salt_end], data[salt_end + 1 : following_end]
    return Hashed(
        algorithm, bool(flags & 1), iterations, salt, following, _kinds(data, following_end)
    )


def _kinds(data: bytes, at: int) -> frozenset[int]:
    found = []
    while at < len(data):
        if at + 2 > len(data) or at + 2 + data[at + 1] > len(data) or data[at + 1] > 32:
            raise ProtocolFault("Liste de types DNS coupée.")
        base, size = data[at] << 8, data[at + 1]
        for place, byte in enumerate(data[at + 2 : at + 2 + size]):
            for bit in range(8):
                if byte & 0x80 >> bit:
                    found.append(base + place * 8 + bit)
        at += 2 + size
    return frozenset(found)


def _end_of_name(data: bytes, at: int) -> int:
    """The place after an uncompressed name."""
    begin = at
    try:
        while length := data[at]:
            if length > 63 or at - begin > 255:
                raise ProtocolFault("Nom DNS mal formé dans un enregistrement.")
            at += 1 + length
    except IndexError as fault:
        raise ProtocolFault("Nom DNS coupé dans un enregistrement.") from fault
    return at + 1
