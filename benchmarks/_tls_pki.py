"""A small authority for servers of TLS on loopback, and the certificates it signs, good and bad."""

import datetime
import ipaddress
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
DAY = datetime.timedelta(days=1)
Key = Any


@cache
def key(kind: str) -> Key:
    """One key a kind, made once: « ec », « ec521 », « ed25519 », « dsa », or bits of RSA."""
    match kind:
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
        case "ec192":
            return ec.generate_private_key(ec.SECP192R1())
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "dsa":
            return dsa.generate_private_key(2048)
    return rsa.generate_private_key(65537, int(kind))


@dataclass(slots=True)
class Leaf:
    """What one certificate of a server says; days are counted from now."""

    name: str
    kind: str = "2048"
    starts: float = -30
    ends: float = 90
    names: Sequence[str] | None = None
    digest: hashes.HashAlgorithm | None = field(default_factory=hashes.SHA256)
    is_self_signed: bool = False
    usages: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.SERVER_AUTH,)
    has_revocation: bool = True
    is_authority: bool = False
    has_names: bool = True
    has_timestamps: bool = False
    must_staple: bool = False


class Authority:
    """A root and the intermediate that signs servers."""

    def __init__(self, name: str = "Racine des essais") -> None:
        self.now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
        self._root_key, self._key = key("2048"), rsa.generate_private_key(65537, 2048)
        self.root = self._issue(name, name, self._root_key, self._root_key)
        self.intermediate = self._issue(f"{name} 2", name, self._key, self._root_key)

    def _issue(self, name: str, issuer: str, own: Key, signer: Key) -> x509.Certificate:
        builder = self._builder(name, issuer, own, -400, 3650)
        constraint = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.KeyUsage(*(i in (0, 5, 6) for i in range(9)))
        return (
            builder.add_extension(constraint, critical=True)
            .add_extension(usage, critical=True)
            .sign(signer, hashes.SHA256())
        )

    def _builder(
        self, name: str, issuer: str, own: Key, starts: float, ends: float
    ) -> x509.CertificateBuilder:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + starts * DAY)
            .not_valid_after(self.now + ends * DAY)
        )

    def signed_again(
        self, certificate: x509.Certificate, kind: str, digest: str, folder: Path
    ) -> x509.Certificate:
        """The same certificate, signed with another hash by OpenSSL."""
        shape = serialization.PrivateFormat.TraditionalOpenSSL
        private = self._key.private_bytes(PEM, shape, serialization.NoEncryption())
        parts = {"in": pem_of(certificate), "CA": pem_of(self.intermediate), "CAkey": private}
        paths = {}
        for option, data in (parts | {"own": key_pem(kind)}).items():
            paths[option] = str(folder / f"again-{option}.pem")
            Path(paths[option]).write_bytes(data)
        copied = ["openssl", "x509", "-copy_extensions", "copyall"]
        asked = [*copied, "-x509toreq", "-in", paths["in"], "-signkey", paths["own"]]
        request = subprocess.run(asked, check=True, capture_output=True).stdout
        signers = ["-CA", paths["CA"], "-CAkey", paths["CAkey"], "-set_serial", "7"]
        signing = [*copied, "-req", f"-{digest}", "-days", "60", *signers]
        done = subprocess.run(signing, input=request, check=True, capture_output=True)
        return x509.load_pem_x509_certificate(done.stdout)

    def staple(self, certificate: x509.Certificate) -> bytes:
        """An answer of OCSP, DER: the certificate is good."""
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.intermediate,
            algorithm=hashes.SHA1(),  # noqa: S303 (the hash by which OCSP names an issuer)
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=self.now - DAY,
            next_update=self.now + 7 * DAY,
            revocation_time=None,
            revocation_reason=None,
        )
        responder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.intermediate)
        return responder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def leaf(self, leaf: Leaf) -> x509.Certificate:
        """A certificate of a server."""
        issuer = self.intermediate.subject.rfc4514_string().removeprefix("CN=")
        builder = self._builder(
            leaf.name, leaf.name if leaf.is_self_signed else issuer, key(leaf.kind),
            leaf.starts, leaf.ends,
        )  # fmt: skip
        if leaf.has_names:
            names = [_general(name) for name in leaf.names or [leaf.name]]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        constraint = x509.BasicConstraints(ca=leaf.is_authority, path_length=None)
        builder = builder.add_extension(constraint, critical=True)
        if leaf.usages:
            usage = x509.ExtendedKeyUsage(list(leaf.usages))
            builder = builder.add_extension(usage, critical=False)
        if leaf.has_revocation:
            url = x509.UniformResourceIdentifier("http://ocsp.example/")
            access = x509.AccessDescription(x509.AuthorityInformationAccessOID.OCSP, url)
            builder = builder.add_extension(
                x509.AuthorityInformationAccess([access]), critical=False
            )
        if leaf.has_timestamps:
            timestamps = x509.UnrecognizedExtension(SCT_LIST, sct_list())
            builder = builder.add_extension(timestamps, critical=False)
        if leaf.must_staple:
            feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
            builder = builder.add_extension(feature, critical=False)
        signer = key(leaf.kind) if leaf.is_self_signed else self._key
        return builder.sign(signer, leaf.digest)

    @property
    def root_pem(self) -> bytes:
        """The root, to be believed."""
        return self.root.public_bytes(PEM)


def sct_list() -> bytes:
    """A list of one signed certificate timestamp, of a log that does not exist (RFC 6962 §3.3)."""
    stamp = b"\x00" + bytes(32) + (1_750_000_000_000).to_bytes(8) + b"\x00\x00\x04\x03"
    stamp += b"\x00\x08" + bytes(8)
    one = len(stamp).to_bytes(2) + stamp
    listed = len(one).to_bytes(2) + one
    return b"\x04" + bytes([len(listed)]) + listed


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem_of(*certificates: x509.Certificate) -> bytes:
    """Certificates, one after the other."""
    return b"".join(one.public_bytes(PEM) for one in certificates)


def key_pem(kind: str) -> bytes:
    """A key as nginx and tlslite read it."""
    shape = serialization.PrivateFormat
    style = shape.PKCS8 if kind == "ed25519" else shape.TraditionalOpenSSL
    return key(kind).private_bytes(PEM, style, serialization.NoEncryption())
