"""Certificates of all kinds, and those that were made to break the reader."""

from types import SimpleNamespace

import pytest
from benchmarks._tls_pki import Authority, Leaf, key
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, x25519
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, strategies as st

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls import certificates
from rempart.engines.exposure.probe.tls.certificates import (
    MOST_NAMES,
    is_issued_by,
    read_certificate,
)

AUTHORITY = Authority()
# Signed over SHA-1 by itself, as old equipment does: openssl req -x509 -sha1, a key of P-256.
OLD = x509.load_pem_x509_certificate(
    b"""-----BEGIN CERTIFICATE-----
MIIBfzCCASagAwIBAgIUOdNcG9Yrh+QVBrLFVv1CdsHp1eIwCQYHKoZIzj0EATAW
MRQwEgYDVQQDDAtvbGQuZXhhbXBsZTAeFw0yNjExMjIxMDM5MDFaFw0zNjExMTkx
MDM5MDFaMBYxFDASBgNVBAMMC29sZC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAEckJPE5y1EuhFeZBi+eNkamq+ibW/gnW4KBYB5ANdzdi9uH4qX1Ko
YE81lUR8rBSkxKAFR2IklBRwYbhqPeuBC6NTMFEwHQYDVR0OBBYEFHMfJMK/R9kG
kqdboGydMb7+tvXoMB8GA1UdIwQYMBaAFHMfJMK/R9kGkqdboGydMb7+tvXoMA8G
A1UdEwEB/wQFMAMBAf8wCQYHKoZIzj0EAQNIADBFAiEA83ROF7ME/E91sSJUtSc/
PstvPYL41jfR2xoyHgoiyQcCIF8TDwW5Ib7RxM6Exjfhbr8oKLxh4Ca2f8uLYr1J
WlMn
-----END CERTIFICATE-----"""
)


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


def with_key(public: object) -> bytes:
    """A certificate of an authority for a key of another kind, whose list of revocation has a name and no address."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ch.example")])
    relative = x509.RelativeDistinguishedName(name)
    point = x509.DistributionPoint(None, relative, None, None)
    return (
        x509.CertificateBuilder(name, name, public, 1)  # type: ignore[arg-type]
        .not_valid_before(AUTHORITY.now)
        .not_valid_after(AUTHORITY.now)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .sign(key("ec"), hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def test_a_key_of_a_rare_kind_is_named_or_shown_by_its_number() -> None:
    rare = read_certificate(with_key(ed448.Ed448PrivateKey.generate().public_key()))
    assert (rare.key_kind, rare.key_bits, rare.curve) == ("ed448", 456, "ed448")
    other = read_certificate(with_key(x25519.X25519PrivateKey.generate().public_key()))
    assert (other.key_kind, other.key_bits, other.crl_urls) == ("1.3.101.110", 0, [])


def test_a_signature_that_no_one_knows_is_shown_by_its_number_and_cannot_be_checked() -> None:
    known, unknown = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d040309")
    bent = with_key(ed448.Ed448PrivateKey.generate().public_key()).replace(known, unknown)
    found = read_certificate(bent)
    assert found.signature_hash == "1.2.840.10045.4.3.9"
    certificate = x509.load_der_x509_certificate(bent)
    assert is_issued_by(certificate, certificate) is None
    assert is_issued_by(certificate, AUTHORITY.root) is False


def test_an_algorithm_that_this_machine_lacks_concludes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lacking(certificate: object, issuer: object, hashed: object) -> None:
        raise UnsupportedAlgorithm("?")

    monkeypatch.setattr(certificates, "_verify_old", lacking)
    assert is_issued_by(OLD, OLD) is None


def test_a_signature_over_sha1_is_weak_and_not_forged() -> None:
    assert is_issued_by(OLD, OLD) is True
    der = bytearray(OLD.public_bytes(Encoding.DER))
    der[-1] ^= 1
    forged = x509.load_der_x509_certificate(bytes(der))
    assert (forged.issuer == OLD.subject, is_issued_by(forged, OLD)) == (True, False)


def test_an_old_signature_by_another_kind_of_key_concludes_nothing() -> None:
    other = x509.load_der_x509_certificate(with_key(ed448.Ed448PrivateKey.generate().public_key()))
    issuer = SimpleNamespace(subject=OLD.issuer, public_key=other.public_key)
    assert is_issued_by(OLD, issuer) is None  # type: ignore[arg-type]
