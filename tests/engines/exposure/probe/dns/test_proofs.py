"""Proofs of absence and signatures, without a server: what they prove, and what they do not."""

from base64 import b32hexencode

import pytest

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import denial, rdata, wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.denial import Proof
from rempart.engines.exposure.probe.dns.dnssec import (
    MOST_FAILURES,
    TOO_DEAR,
    KeyRing,
    key_bits,
    matches,
)
from rempart.engines.exposure.probe.dns.facts import fact
from rempart.engines.exposure.probe.dns.kept import Kept
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.wire import Rrset, rrsets
from rempart.engines.exposure.seen.common import Reach
from support.dns_told import NOW, Signer, message

ZONE = to_wire("z.example")


def n(label: str) -> bytes:
    return to_wire(f"{label}.z.example")


def test_a_record_at_the_name_tells_the_types_that_exist() -> None:
    records = [(n("a"), n("c"), frozenset({wire.A, wire.NS}))]
    assert denial.by_nsec(n("a"), wire.MX, records).proof is Proof.NO_DATA
    assert denial.by_nsec(n("a"), wire.A, records).proof is Proof.NOTHING
    assert denial.by_nsec(n("a"), wire.DS, records).kinds >= {wire.NS}


def test_an_alias_proves_no_absence_of_another_type() -> None:
    assert (
        denial.by_nsec(n("a"), wire.MX, [(n("a"), n("c"), frozenset({wire.CNAME}))]).proof
        is Proof.NOTHING
    )


def test_the_record_of_the_child_says_nothing_of_its_ds() -> None:
    records = [(n("a"), n("c"), frozenset({wire.SOA, wire.NS}))]
    assert denial.by_nsec(n("a"), wire.DS, records).proof is Proof.NOTHING


def test_a_gap_without_the_wildcard_s_proves_nothing() -> None:
    gap = [(n("a"), n("c"), frozenset({wire.A}))]
    assert denial.by_nsec(n("b"), wire.A, gap).proof is Proof.NOTHING
    both = [*gap, (ZONE, n("a"), frozenset({wire.SOA}))]
    assert denial.by_nsec(n("b"), wire.A, both).proof is Proof.NO_NAME
    assert denial.covers_by_nsec(n("b"), gap)


def test_a_wildcard_without_the_type_proves_that_there_is_no_data() -> None:
    records = [(n("a"), n("c"), frozenset({wire.A})), (n("*"), n("a"), frozenset({wire.A}))]
    assert denial.by_nsec(n("b"), wire.MX, records).proof is Proof.NO_DATA


def test_a_name_that_only_holds_others_has_no_data() -> None:
    records = [(n("a"), to_wire("x.b.z.example"), frozenset({wire.A}))]
    assert denial.by_nsec(n("b"), wire.A, records).proof is Proof.NO_DATA


def test_the_last_record_covers_what_comes_after_it() -> None:
    assert denial.covers_by_nsec(n("z"), [(n("m"), ZONE, frozenset({wire.A}))])
    assert not denial.covers_by_nsec(n("b"), [(n("m"), ZONE, frozenset({wire.A}))])


def hashed(
    owner: bytes, following: bytes, *kinds: int, opt_out: bool = False, iterations: int = 0
) -> denial.Nsec3:
    return owner, rdata.Hashed(1, opt_out, iterations, b"", following, frozenset(kinds))


def around(name: bytes, **more: bool) -> denial.Nsec3:
    """A record whose gap holds the hash of a name."""
    value = denial.hash_name(name, b"", 0)
    number = int.from_bytes(value, "big")
    return hashed((number - 1).to_bytes(20, "big"), (number + 1).to_bytes(20, "big"), **more)


APEX = hashed(denial.hash_name(ZONE, b"", 0), b"\xff" * 20, wire.SOA)


def test_hashed_records_prove_the_same() -> None:
    gone = [APEX, around(n("b")), around(n("*"))]
    assert denial.by_nsec3(n("b"), wire.A, ZONE, gone).proof is Proof.NO_NAME
    assert denial.by_nsec3(n("b"), wire.A, ZONE, gone[:2]).proof is not Proof.NO_DATA
    assert denial.by_nsec3(ZONE, wire.MX, ZONE, [APEX]).proof is Proof.NO_DATA
    assert denial.covers_by_nsec3(n("b"), ZONE, gone)


def test_an_opt_out_leaves_room_for_an_unsigned_delegation() -> None:
    assert (
        denial.by_nsec3(n("b"), wire.DS, ZONE, [APEX, around(n("b"), opt_out=True)]).proof
        is Proof.OPT_OUT
    )


def test_dear_or_strange_parameters_prove_nothing() -> None:
    dear = [hashed(b"\0" * 20, b"\xff" * 20, iterations=5000)]
    assert denial.by_nsec3(n("b"), wire.A, ZONE, dear).proof is Proof.NOTHING
    assert not denial.covers_by_nsec3(n("b"), ZONE, dear)
    assert denial.by_nsec3(n("b"), wire.A, to_wire("autre.example"), [APEX]).proof is Proof.NOTHING


def test_the_owner_of_a_hashed_record_is_read_or_refused() -> None:
    label = b32hexencode(b"\1" * 20).lower()
    assert denial.owner_hash(bytes([len(label)]) + label + ZONE) == b"\1" * 20
    with pytest.raises(ProtocolFault):
        denial.owner_hash(b"\3zzz" + ZONE)


def rrsig(**changes: int) -> bytes:
    said = {"covered": 1, "algorithm": 13, "labels": 2, "ttl": 60, "expires": 2_000_000_000, "begins": 1_700_000_000, "tag": 7} | changes  # fmt: skip
    sizes = {
        "covered": 2,
        "algorithm": 1,
        "labels": 1,
        "ttl": 4,
        "expires": 4,
        "begins": 4,
        "tag": 2,
    }
    return b"".join(said[k].to_bytes(sizes[k], "big") for k in sizes) + ZONE + b"s" * 64


@pytest.mark.parametrize(
    ("signature", "word"),
    [
        (rrsig(expires=1_700_000_001), "expiré"),
        (rrsig(begins=1_900_000_000), "pas encore"),
        (rrsig(labels=9), "autre nom"),
        (rrsig(), "pas publiée"),
        (b"court", "coupée"),
        (rrsig()[:18] + to_wire("autre.example") + b"s" * 64, "autre zone"),
    ],
)
def test_a_signature_that_does_not_hold_says_why(signature: bytes, word: str) -> None:
    rrset = Rrset(ZONE, wire.A, 60, [b"\1\2\3\4"], [signature])
    why, found = KeyRing(ZONE, []).verify(rrset, NOW, message())
    assert word in why
    assert found is None


MATERIALS = [(8, b""), (8, b"\3\1\0\1" + b"\xff" * 128), (8, b"\0\1\1\3" + b"\xff" * 128), (13, b"\1" * 64), (14, b"x"), (15, b"x"), (16, b"x"), (200, b"x")]  # fmt: skip


@pytest.mark.parametrize(("algorithm", "material"), MATERIALS)
def test_a_key_that_is_none_verifies_nothing(algorithm: int, material: bytes) -> None:
    key = rdata.key(b"\1\0\3" + bytes([algorithm]) + material + b"\0")
    ring = KeyRing(ZONE, [key])
    rrset = Rrset(ZONE, wire.A, 60, [b"\1\2\3\4"], [rrsig(algorithm=algorithm, tag=key.tag)])
    assert ring.verify(rrset, NOW, message())[0] == "La signature ne correspond pas aux données."
    assert key_bits(key) >= 0
    assert not matches(ZONE, rdata.Digest(key.tag, algorithm, 9, b""), key)


def test_many_signatures_and_keys_of_one_tag_cost_little() -> None:
    point = bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")  # fmt: skip
    key = rdata.key(b"\1\0\3\x0d" + point)
    ring = KeyRing(ZONE, [key] * 500)
    many = [rrsig(tag=key.tag, ttl=number) for number in range(500)]
    whole = message()
    why, _ = ring.verify(Rrset(ZONE, wire.A, 60, [b"\1\2\3\4"], many), NOW, whole)
    assert (why, whole.failures) == (TOO_DEAR, MOST_FAILURES)


def test_the_one_signature_that_holds_is_found_among_a_thousand_of_other_keys() -> None:
    made = Signer("z.example")
    rrset = rrsets(made.records(ZONE, wire.A, b"\1\2\3\4"))[ZONE, wire.A]
    others = [rrsig(tag=(made.key.tag + 1 + n) % 65536, algorithm=15) for n in range(1000)]
    rrset.signatures[:0] = others
    whole = message()
    assert KeyRing(ZONE, [made.key]).verify(rrset, NOW, whole)[0] == ""
    assert whole.failures == 0


def test_a_full_dictionary_forgets_its_oldest_half() -> None:
    kept: Kept[int, int] = Kept(10)
    for number in range(11):
        kept[number] = number
    assert list(kept) == [5, 6, 7, 8, 9, 10]


def test_data_that_does_not_decode_is_unknown_with_its_reason() -> None:
    answer = Found(ZONE, wire.A, Reach.ANSWERED, data=(b"\1",))
    assert not fact(answer, rdata.address).is_known
    assert "longueur" in fact(answer, rdata.address).reason
