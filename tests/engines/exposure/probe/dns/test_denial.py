"""Hashed proofs of absence: what they prove when a part is missing, and when a wildcard is there."""

import pytest

from rempart.engines.exposure.probe.dns import denial, rdata, wire
from rempart.engines.exposure.probe.dns.denial import Nsec3, Proof
from rempart.engines.exposure.probe.dns.names import to_wire

ZONE, NAME, WILD = map(to_wire, ("z.example", "b.z.example", "*.z.example"))


def at(name: bytes, *kinds: int) -> Nsec3:
    """A record at a name, whose gap holds nothing."""
    value = denial.hash_name(name, b"", 0)
    after = (int.from_bytes(value, "big") + 1).to_bytes(20, "big")
    return value, rdata.Hashed(1, False, 0, b"", after, frozenset(kinds))


def around(name: bytes) -> Nsec3:
    """A record whose gap holds a name."""
    value = int.from_bytes(denial.hash_name(name, b"", 0), "big")
    low, high = (value - 1).to_bytes(20, "big"), (value + 1).to_bytes(20, "big")
    return low, rdata.Hashed(1, False, 0, b"", high, frozenset())


@pytest.mark.parametrize(
    ("records", "proof"),
    [
        ([at(ZONE, wire.SOA)], Proof.NOTHING),  # the name itself is not covered
        ([at(ZONE, wire.SOA), around(NAME), at(WILD, wire.A)], Proof.NO_DATA),
        ([at(ZONE, wire.SOA), around(NAME), at(WILD, wire.MX)], Proof.NOTHING),
        ([at(ZONE, wire.SOA), around(NAME)], Proof.NOTHING),  # a wildcard may be there
        ([around(NAME)], Proof.NOTHING),  # no ancestor is shown to exist
    ],
)
def test_a_hashed_proof_needs_each_of_its_parts(records: list[Nsec3], proof: Proof) -> None:
    assert denial.by_nsec3(NAME, wire.MX, ZONE, records).proof is proof


def test_a_name_is_covered_through_an_ancestor_or_not_at_all() -> None:
    below = to_wire("a.b.z.example")
    assert denial.covers_by_nsec3(below, ZONE, [around(NAME)])
    assert not denial.covers_by_nsec3(below, ZONE, [at(ZONE, wire.SOA)])
