"""Signatures: put with their records, verified, and remembered within a bound."""

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.dnssec import MOST_KEPT, KeyRing
from rempart.engines.exposure.probe.dns.wire import Record, Rrset, rrsets
from support.dns_told import NOW, Signer, message

ZONE = Signer("z.example")
ADDRESS = b"\xc0\0\2\1"


def test_a_signature_over_records_that_did_not_come_is_left() -> None:
    signed = ZONE.records(ZONE.zone, wire.A, ADDRESS)
    assert rrsets(signed[1:]) == {}
    assert len(rrsets(signed)[ZONE.zone, wire.A].signatures) == 1


def test_a_key_that_is_not_a_zone_s_verifies_nothing() -> None:
    rrset = rrsets(ZONE.records(ZONE.zone, wire.A, ADDRESS))[ZONE.zone, wire.A]
    user = structs.replace(ZONE.key, flags=1)
    assert KeyRing(ZONE.zone, [ZONE.key]).verify(rrset, NOW, message())[0] == ""
    assert "pas publiée" in KeyRing(ZONE.zone, [user]).verify(rrset, NOW, message())[0]


def test_what_was_verified_is_remembered_within_a_bound() -> None:
    ring = KeyRing(ZONE.zone, [ZONE.key])
    signed = rrsets(ZONE.records(ZONE.zone, wire.A, ADDRESS))[ZONE.zone, wire.A]
    first = ring.verify(signed, NOW, message())
    assert ring.verify(signed, NOW, message()) is first
    for number in range(MOST_KEPT + 1):
        ring.verify(Rrset(ZONE.zone, wire.A, 60, [number.to_bytes(4, "big")]), NOW, message())
    again = ring.verify(signed, NOW, message())
    assert again == first
    assert again is not first


def test_a_signature_of_the_wrong_size_is_refused() -> None:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    point = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    key = rdata.key(b"\1\0\3\x0d" + point)
    head = ZONE.records(ZONE.zone, wire.A, ADDRESS)[1].data[: 18 + len(ZONE.zone)]
    cut = head[:2] + b"\x0d" + head[3:16] + key.tag.to_bytes(2, "big") + head[18:] + b"s" * 63
    records = [Record(ZONE.zone, wire.A, 60, ADDRESS), Record(ZONE.zone, wire.RRSIG, 60, cut)]
    why, _ = KeyRing(ZONE.zone, [key]).verify(rrsets(records)[ZONE.zone, wire.A], NOW, message())
    assert why == "La signature ne correspond pas aux données."
