"""Certificates kept in the directory: keys and signatures too weak to be trusted."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, rsa

from rempart.engines.directory.checks.places import placed
from rempart.engines.directory.model import Directory, Fact
from rempart.engines.directory.registry import Context, Hit, NotApplicable, check

_ATTRIBUTES: Final = ("cacertificate", "usercertificate")
_PRIMES: Final = tuple(n for n in range(3, 168) if all(n % p for p in range(2, n)))
_GENERATOR: Final = 65537
_PKI = "cn=public key services,cn=services,"
_STRONG: Final = (
    hashes.SHA224,
    hashes.SHA256,
    hashes.SHA384,
    hashes.SHA512,
    hashes.SHA3_224,
    hashes.SHA3_256,
    hashes.SHA3_384,
    hashes.SHA3_512,
)


@check("vuln_certificates_vuln", Fact.PKI_CERTIFICATES)
def weak_certificates(ctx: Context) -> Iterator[Hit]:
    """Certificates of the public key services with a key or a signature that can be forged, or that are unreadable."""
    found = list(_certificates(ctx.directory))
    if not found:
        raise NotApplicable("L’annuaire ne contient aucun certificat d’autorité.")
    for row, der in found:
        for level, fault in faults(der, ctx.points):
            yield Hit(row, fault, level)


def _certificates(d: Directory) -> Iterator[tuple[int, bytes]]:
    rows = set(placed(d, _PKI, inside=True))
    for attribute in _ATTRIBUTES:
        for row, values in d.blobs.get(attribute, {}).items():
            if row in rows:
                # An empty value is how the console writes « no certificate ».
                yield from ((row, der) for der in values if len(der) > 1)


def faults(der: bytes, points: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, str]]:
    """(level, French fault) of a DER certificate, by the params of each point:

    `unreadable`, `dsa`, `roca` (bool), `rsa_bits_min`, `exponent_min` (int), `weak_signature` (bool).
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        weak = _weak_signature(certificate)
    except (ValueError, UnsupportedAlgorithm):
        return [
            (level, "certificat illisible")
            for level, asked in points.items()
            if asked.get("unreadable")
        ]
    out: list[tuple[int, str]] = []
    for level, asked in points.items():
        texts = list(_key_faults(key, asked))
        if asked.get("weak_signature") and weak:
            texts.append(f"signature {weak}")
        out.extend((level, f"{_subject(certificate)} : {text}") for text in texts)
    return out


def _key_faults(key: object, asked: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(key, dsa.DSAPublicKey) and asked.get("dsa"):
        yield "clé DSA"
    if not isinstance(key, rsa.RSAPublicKey):
        return
    numbers = key.public_numbers()
    if key.key_size < asked.get("rsa_bits_min", 0):
        yield f"clé RSA de {key.key_size} bits"
    if numbers.e < asked.get("exponent_min", 0):
        yield f"exposant RSA {numbers.e}"
    if asked.get("roca") and is_roca(numbers.n):
        yield "clé RSA devinable (ROCA, CVE-2017-15361)"


def _subject(certificate: x509.Certificate) -> str:
    try:
        return certificate.subject.rfc4514_string() or "certificat sans nom"
    except ValueError:
        return "certificat au nom illisible"


def _weak_signature(certificate: x509.Certificate) -> str:
    """Name of the hash of the signature when it is none of SHA-2 and SHA-3, else ""."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return f"d’algorithme inconnu ({certificate.signature_algorithm_oid.dotted_string})"
    if algorithm is None or isinstance(algorithm, _STRONG):
        return ""  # Ed25519 and Ed448 have no separate hash
    return algorithm.name.upper()


@cache
def _residues() -> tuple[tuple[int, frozenset[int]], ...]:
    """For each small prime, the powers of 65537 modulo it; primes where all residues are powers say nothing."""
    out = []
    for prime in _PRIMES:
        powers, value = set(), 1
        while value not in powers:
            powers.add(value)
            value = value * _GENERATOR % prime
        if len(powers) < prime - 1:
            out.append((prime, frozenset(powers)))
    return tuple(out)


def is_roca(modulus: int) -> bool:
    """Whether an RSA modulus has the form of the keys of the faulty Infineon library.

    Their primes are k·M + (65537^a mod M) with M the product of the first primes, so that the modulus is a power
    of 65537 modulo each of them (Nemec et al., « The Return of Coppersmith's Attack », CCS 2017, section 2). A key
    made otherwise passes by chance less than once in 2^27.
    """
    return all(modulus % prime in powers for prime, powers in _residues())
