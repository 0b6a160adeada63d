"""Certificates of every kind of key, chains and flights that are whole: what the fuzzer of TLS begins with."""

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from rempart.engines.exposure.probe.tls import flight
from support.tls_choosers import server_hello
from support.tls_parsers import PARSERS, PROTOCOLS, TLS12

NAMES: Final = sorted(PARSERS)


def keys() -> list[Any]:
    """A key of each kind."""
    return [
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        ed448.Ed448PrivateKey.generate(),
        dsa.generate_private_key(2048),
    ]


def certificate(key: Any, issuer: str, signer: Any) -> bytes:
    """A certificate with every extension that is read."""
    oids = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    places = [
        x509.AccessDescription(oid, x509.UniformResourceIdentifier("http://a.example/"))
        for oid in oids
    ]
    point = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("http://a.example/crl")], None, None, None
    )
    names: list[x509.GeneralName] = [
        x509.DNSName("*.chu.example"),
        x509.IPAddress(ip_address("192.0.2.1")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.chu.example")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityInformationAccess(places), critical=False)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(x509.KeyUsage(*(i in (0, 2) for i in range(9))), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False)
    )
    hashed = (
        None
        if isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        else hashes.SHA256()
    )
    return made.sign(signer, hashed).public_bytes(Encoding.DER)


def listed(ders: list[bytes], *, is_new: bool) -> bytes:
    """The body of a Certificate message, before TLS 1.3 or of it."""
    ends = b"\0\0" if is_new else b""
    body = b"".join(len(der).to_bytes(3) + der + ends for der in ders)
    return (b"\0" if is_new else b"") + len(body).to_bytes(3) + body


def seeds() -> list[bytes]:
    """Inputs to begin with, by parser and by dialogue."""
    known = keys()
    ders = [certificate(key, "www.chu.example", key) for key in known]
    chain = [ders[1], certificate(known[0], "Autorité", known[1])]
    found = [
        bytes([NAMES.index(name)]) + der
        for der in ders
        for name in ("certificate", "sealed", "timestamps")
    ]
    for is_new in (False, True):
        found.append(bytes([NAMES.index("certificates")]) + listed(chain, is_new=is_new))
    hello = server_hello(TLS12, bytes(32), 0xC02F, 0, b"")
    body = listed(chain, is_new=False)
    message = bytes([flight.Message.CERTIFICATE]) + len(body).to_bytes(3) + body
    end = bytes([flight.Message.HELLO_DONE]) + bytes(3)
    whole = hello + b"".join(b"\x16\x03\x03" + len(m).to_bytes(2) + m for m in (message, end))
    found += [bytes([96 + choice * 8 + 7]) + whole for choice in range(len(PROTOCOLS) + 3)]
    return [*found, bytes([NAMES.index("records")]) + whole]
