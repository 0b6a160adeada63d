"""Proofs that something does not exist: NSEC (RFC 4034, RFC 4035 §5.4) and NSEC3 (RFC 5155 §8), already verified."""

import hashlib
from base64 import b32hexdecode
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.names import canonical_key, is_under, parent_of
from rempart.engines.exposure.probe.dns.rdata import Hashed

# Beyond, resolvers treat the zone as unsigned (RFC 9276 §3.2), and so do we.
MOST_ITERATIONS: Final = 150


class Proof(StrEnum):
    """What the records prove of one name and type."""

    NO_NAME = "no_name"
    NO_DATA = "no_data"
    OPT_OUT = "opt_out"  # an unsigned delegation may be there
    NOTHING = "nothing"


class Denial(Struct, frozen=True, gc=False):
    """The proof, and the types that exist at the name when a record stands there."""

    proof: Proof
    kinds: frozenset[int] = frozenset()


NOTHING: Final = Denial(Proof.NOTHING)
Key = tuple[bytes, ...]  # of `canonical_key`
Nsec = tuple[bytes, bytes, frozenset[int]]  # owner, next, kinds
Nsec3 = tuple[bytes, Hashed]  # hash of the owner, data


def by_nsec(name: bytes, kind: int, records: Sequence[Nsec]) -> Denial:
    """What NSEC records prove of (name, kind)."""
    for owner, _, kinds in records:
        if owner == name:
            return _at_name(kind, kinds)
    for owner, following, _ in records:
        if not _covers(canonical_key(owner), canonical_key(following), canonical_key(name)):
            continue
        if is_under(following, name):
            return Denial(Proof.NO_DATA)
        closest = _closest(name, owner, following)
        wildcard = b"\x01*" + closest
        for other, after, kinds in records:
            if other == wildcard:
                return _at_name(kind, kinds)
            if _covers(canonical_key(other), canonical_key(after), canonical_key(wildcard)):
                return Denial(Proof.NO_NAME)
    return NOTHING


def covers_by_nsec(name: bytes, records: Sequence[Nsec]) -> bool:
    """Whether NSEC records prove that no such name exists, wildcards aside."""
    key = canonical_key(name)
    return any(_covers(canonical_key(o), canonical_key(n), key) for o, n, _ in records)


def _at_name(kind: int, kinds: frozenset[int]) -> Denial:
    if kind in kinds or wire.CNAME in kinds:
        return NOTHING
    # The child's own record says nothing of the DS, which is the parent's (RFC 6840 §4.4).
    if kind == wire.DS and wire.SOA in kinds:
        return NOTHING
    return Denial(Proof.NO_DATA, kinds)


def _covers(owner: Key, following: Key, name: Key) -> bool:
    if owner < following:
        return owner < name < following
    return owner < name or name < following


def _closest(name: bytes, owner: bytes, following: bytes) -> bytes:
    """The longest ancestor of `name` that the record shows to exist."""
    name = parent_of(name)
    while not (is_under(owner, name) or is_under(following, name)):
        name = parent_of(name)
    return name


@lru_cache(maxsize=8192)
def hash_name(name: bytes, salt: bytes, iterations: int) -> bytes:
    """The NSEC3 hash of a canonical name (RFC 5155 §5)."""
    value = hashlib.sha1(name + salt, usedforsecurity=False).digest()
    for _ in range(iterations):
        value = hashlib.sha1(value + salt, usedforsecurity=False).digest()
    return value


def owner_hash(name: bytes) -> bytes:
    """The hash that the first label of an NSEC3 owner writes. Raises ProtocolFault."""
    try:
        return b32hexdecode(name[1 : 1 + name[0]].upper())
    except ValueError as fault:
        raise ProtocolFault("Nom NSEC3 mal formé.") from fault


def by_nsec3(name: bytes, kind: int, zone: bytes, records: Sequence[Nsec3]) -> Denial:
    """What NSEC3 records prove of (name, kind); records of mixed or dear parameters prove nothing."""
    one = records[0][1]
    same = [
        r
        for r in records
        if (r[1].salt, r[1].iterations, r[1].algorithm) == (one.salt, one.iterations, 1)
    ]
    if not same or one.iterations > MOST_ITERATIONS:
        return NOTHING
    known = dict(same)
    exact = known.get(hash_name(name, one.salt, one.iterations))
    if exact is not None:
        return _at_name(kind, exact.kinds)
    closest, closer = _encloser(name, zone, known, one)
    if closest is None:
        return NOTHING
    cover = _covering(hash_name(closer, one.salt, one.iterations), same)
    if cover is None:
        return NOTHING
    wildcard = hash_name(b"\x01*" + closest, one.salt, one.iterations)
    if wildcard in known:
        return _at_name(kind, known[wildcard].kinds)
    if cover.is_opt_out:
        return Denial(Proof.OPT_OUT)
    return Denial(Proof.NO_NAME) if _covering(wildcard, same) is not None else NOTHING


def covers_by_nsec3(name: bytes, zone: bytes, records: Sequence[Nsec3]) -> bool:
    """Whether NSEC3 records prove that no such name exists, wildcards aside."""
    one = records[0][1]
    if one.iterations > MOST_ITERATIONS:
        return False
    while name != zone and is_under(name, zone):
        if _covering(hash_name(name, one.salt, one.iterations), records) is not None:
            return True
        name = parent_of(name)
    return False


def _encloser(
    name: bytes, zone: bytes, known: dict[bytes, Hashed], one: Hashed
) -> tuple[bytes | None, bytes]:
    """The closest ancestor that exists, and the name just below it on the way to `name`."""
    closer = name
    while closer != zone and is_under(closer, zone):
        above = parent_of(closer)
        if hash_name(above, one.salt, one.iterations) in known:
            return above, closer
        closer = above
    return None, name


def _covering(value: bytes, records: Sequence[Nsec3]) -> Hashed | None:
    for owner, data in records:
        if owner < data.following:
            if owner < value < data.following:
                return data
        elif value > owner or value < data.following:
            return data
    return None
