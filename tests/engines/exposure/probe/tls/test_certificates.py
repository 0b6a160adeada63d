"""Certificates of all kinds, and those that were made to break the reader."""

import pytest
from benchmarks._tls_pki import Authority, Leaf, key
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls.certificates import MOST_NAMES, read_certificate

AUTHORITY = Authority()


def der(leaf: Leaf) -> bytes:
    return AUTHORITY.leaf(leaf).public_bytes(Encoding.DER)


DER = der(Leaf("www.ch.example", "ec", has_timestamps=True, must_staple=True))


def test_what_a_certificate_says_is_read() -> None:
    found = read_certificate(DER)
    assert (found.names, found.common_name) == (["www.ch.example"], "www.ch.example")
    assert (found.key_kind, found.key_bits, found.curve) == ("ec", 256, "secp256r1")
    assert (found.signature_hash, found.extended_usages) == ("sha256", ["server"])
    assert found.ocsp_urls == ["http://ocsp.example/"]
    assert (found.timestamps, found.must_staple, found.is_self_signed) == (1, True, False)


@pytest.mark.parametrize(
    ("kind", "shown", "bits"),
    [("1024", "rsa", 1024), ("ed25519", "ed25519", 256), ("dsa", "dsa", 2048)],
)
def test_every_kind_of_key_is_named(kind: str, shown: str, bits: int) -> None:
    found = read_certificate(der(Leaf("ch.example", kind)))
    assert (found.key_kind, found.key_bits) == (shown, bits)


def test_an_authority_that_signs_itself_is_seen() -> None:
    found = read_certificate(AUTHORITY.root.public_bytes(Encoding.DER))
    assert found.is_authority and found.is_self_signed
    assert found.key_usages is not None and "key_cert_sign" in found.key_usages


def test_hostile_names_are_cut_and_made_printable() -> None:
    builder = x509.CertificateBuilder()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a\u202e\x1b[31m\n" + "b" * 40)])
    sans = x509.SubjectAlternativeName([x509.DNSName(f"h{i}.example") for i in range(900)])
    private = key("ec")
    made = (
        builder.subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(AUTHORITY.now)
        .not_valid_after(AUTHORITY.now)
        .add_extension(sans, critical=False)
        .sign(private, hashes.SHA256())
    )
    found = read_certificate(made.public_bytes(Encoding.DER))
    assert found.common_name.isprintable()
    assert len(found.names) == MOST_NAMES


def test_a_certificate_past_the_bound_is_not_parsed() -> None:
    with pytest.raises(ProtocolFault, match="trop long"):
        read_certificate(b"\x30\x83\xff\xff\xff" + bytes(100_000))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_certificate_or_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolFault):
        read_certificate(data)


@given(st.integers(0, len(DER) - 1), st.integers(0, 255))
def test_a_bent_certificate_is_read_or_is_refused(at: int, byte: int) -> None:
    try:
        found = read_certificate(DER[:at] + bytes([byte]) + DER[at + 1 :])
    except ProtocolFault as fault:
        assert str(fault)
    else:
        assert found.subject.isprintable()


def test_a_feature_that_no_one_registered_is_refused_and_breaks_nothing() -> None:
    known = bytes.fromhex("3003020105")  # status_request, in a TLSFeature
    assert known in DER
    with pytest.raises(ProtocolFault, match="mal formé"):
        read_certificate(DER.replace(known, bytes.fromhex("3003020102")))
