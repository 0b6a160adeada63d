"""Certificates as sent, read into plain facts: bounded before they are parsed, and never printed as they came.

RFC 5280; names are cut, and what does not print is taken out of them.
"""

import hashlib
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.seen.tls import CertificateSeen

MOST_BYTES: Final = 65536
MOST_NAMES: Final = 250
MOST_LETTERS: Final = 253
MOST_DIGITS: Final = 64  # of a serial number, in hexadecimal: forty at most in a sound certificate

_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)
_EXTENDED: Final = {
    "1.3.6.1.5.5.7.3.1": "server",
    "1.3.6.1.5.5.7.3.2": "client",
    "1.3.6.1.5.5.7.3.3": "code",
    "1.3.6.1.5.5.7.3.4": "mail",
    "1.3.6.1.5.5.7.3.9": "ocsp",
    "2.5.29.37.0": "any",
}
# What cryptography raises on hostile DER, beside its own: read one by one so that a fault of ours is not hidden.
_FAULTS: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    OverflowError,
    LookupError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def parse(der: bytes) -> x509.Certificate:
    """The certificate, opened. Raises ProtocolFault when it is too long or no certificate."""
    if len(der) > MOST_BYTES:
        raise ProtocolFault(f"Un certificat de {len(der)} octets : trop long, non lu.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return x509.load_der_x509_certificate(der)
    except _FAULTS as fault:
        raise ProtocolFault("Un certificat est illisible.") from fault


@lru_cache(maxsize=512)
def read_certificate(der: bytes) -> CertificateSeen:
    """The facts of one certificate. Raises ProtocolFault on what is none, or is too long."""
    certificate = parse(der)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _facts(certificate, der)
    except _FAULTS as fault:
        raise ProtocolFault("Un certificat est mal formé.") from fault


def _facts(certificate: x509.Certificate, der: bytes) -> CertificateSeen:
    extensions = {found.oid.dotted_string: found.value for found in certificate.extensions}
    kind, bits, curve = _key(certificate)
    names, addresses = _names(extensions.get("2.5.29.17"))
    constraints = extensions.get("2.5.29.19")
    ocsp, issuers = _access(extensions.get("1.3.6.1.5.5.7.1.1"))
    timestamps = extensions.get("1.3.6.1.4.1.11129.2.4.2")
    features = extensions.get("1.3.6.1.5.5.7.1.24")
    stapling = x509.TLSFeatureType.status_request
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return CertificateSeen(
        subject=_clean(certificate.subject.rfc4514_string()),
        issuer=_clean(certificate.issuer.rfc4514_string()),
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
        sha256=hashlib.sha256(der).hexdigest(),
        serial=f"{certificate.serial_number:x}"[:MOST_DIGITS],
        names=names,
        addresses=addresses,
        common_name=_clean(str(common[0].value)) if common else "",
        key_kind=kind,
        key_bits=bits,
        curve=curve,
        signature_hash=_hash(certificate),
        is_authority=isinstance(constraints, x509.BasicConstraints) and constraints.ca,
        is_self_signed=is_self_signed(certificate),
        key_usages=_usages(extensions.get("2.5.29.15")),
        extended_usages=_extended(extensions.get("2.5.29.37")),
        crl_urls=_points(extensions.get("2.5.29.31")),
        ocsp_urls=ocsp,
        issuer_urls=issuers,
        timestamps=len(list(timestamps))
        if isinstance(timestamps, x509.PrecertificateSignedCertificateTimestamps)
        else 0,
        must_staple=isinstance(features, x509.TLSFeature) and stapling in list(features),
    )


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Whether its own key signs it."""
    if certificate.issuer != certificate.subject:
        return False
    return is_issued_by(certificate, certificate) is not False


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool | None:
    """Whether the key of `issuer` signs it; None when this machine cannot tell (an algorithm that it lacks)."""
    if certificate.issuer != issuer.subject:
        return False
    oid = certificate.signature_algorithm_oid.dotted_string
    hashed = _OLD_HASHES.get(oid)
    if hashed is None and _hash(certificate) in (oid, "md2", "md4"):
        return None
    try:
        if hashed is None:
            certificate.verify_directly_issued_by(issuer)
        else:
            _verify_old(certificate, issuer, hashed)
    except (UnsupportedAlgorithm, TypeError):
        return None
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify_old(
    certificate: x509.Certificate, issuer: x509.Certificate, hashed: hashes.HashAlgorithm
) -> None:
    """A signature over MD5 or SHA-1, which the verifier of chains refuses to look at: weak does not mean forged."""
    key, signature, body = (
        issuer.public_key(), certificate.signature, certificate.tbs_certificate_bytes,
    )  # fmt: skip
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, body, padding.PKCS1v15(), hashed)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, body, ec.ECDSA(hashed))
    else:
        raise UnsupportedAlgorithm("An old signature by a key of another kind")


def _key(certificate: x509.Certificate) -> tuple[str, int, str]:
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return certificate.public_key_algorithm_oid.dotted_string, 0, ""
    match key:
        case rsa.RSAPublicKey():
            return "rsa", key.key_size, ""
        case ec.EllipticCurvePublicKey():
            return "ec", key.key_size, key.curve.name
        case ed25519.Ed25519PublicKey():
            return "ed25519", 256, "ed25519"
        case ed448.Ed448PublicKey():
            return "ed448", 456, "ed448"
        case dsa.DSAPublicKey():
            return "dsa", key.key_size, ""
    return certificate.public_key_algorithm_oid.dotted_string, 0, ""


# These verify signatures that others made; nothing is signed nor kept with them.
_MD5, _SHA1 = hashes.MD5(), hashes.SHA1()  # noqa: S303
_OLD_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "1.2.840.113549.1.1.4": _MD5,
    "1.2.840.113549.1.1.5": _SHA1,
    "1.2.840.10045.4.1": _SHA1,
}
_OLD_SIGNATURES: Final = {
    "1.2.840.113549.1.1.2": "md2",
    "1.2.840.113549.1.1.3": "md4",
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
}


def _hash(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid.dotted_string
    if oid in _OLD_SIGNATURES:
        return _OLD_SIGNATURES[oid]
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return oid
    return algorithm.name if algorithm else ""


def _names(found: x509.ExtensionType | None) -> tuple[list[str], list[str]]:
    if not isinstance(found, x509.SubjectAlternativeName):
        return [], []
    names = [_clean(name) for name in found.get_values_for_type(x509.DNSName)[:MOST_NAMES]]
    addresses = found.get_values_for_type(x509.IPAddress)[:MOST_NAMES]
    return names, [str(address) for address in addresses]


def _usages(found: x509.ExtensionType | None) -> list[str] | None:
    if not isinstance(found, x509.KeyUsage):
        return None
    return [usage for usage in _USAGES if getattr(found, usage)]


def _extended(found: x509.ExtensionType | None) -> list[str] | None:
    if not isinstance(found, x509.ExtendedKeyUsage):
        return None
    oids = [usage.dotted_string for usage in list(found)[:MOST_NAMES]]
    return [_EXTENDED.get(oid, oid) for oid in oids]


def _points(found: x509.ExtensionType | None) -> list[str]:
    if not isinstance(found, x509.CRLDistributionPoints):
        return []
    return _urls(name for point in found for name in point.full_name or ())


def _access(found: x509.ExtensionType | None) -> tuple[list[str], list[str]]:
    if not isinstance(found, x509.AuthorityInformationAccess):
        return [], []
    by_method: dict[x509.ObjectIdentifier, list[x509.GeneralName]] = {}
    for description in found:
        by_method.setdefault(description.access_method, []).append(description.access_location)
    return (
        _urls(by_method.get(AuthorityInformationAccessOID.OCSP, ())),
        _urls(by_method.get(AuthorityInformationAccessOID.CA_ISSUERS, ())),
    )


def _urls(names: Iterable[x509.GeneralName]) -> list[str]:
    found = [n.value for n in names if isinstance(n, x509.UniformResourceIdentifier)]
    return [_clean(url) for url in found[:10]]


def _clean(text: str) -> str:
    """A name that may be printed anywhere: cut, and without control or direction characters."""
    return "".join(c if c.isprintable() else "�" for c in text[:MOST_LETTERS])
