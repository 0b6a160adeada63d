"""Weak keys and signatures, on certificates made here."""

import datetime
import random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID

from rempart.engines.directory.checks.certificates import faults, is_roca

POINTS: dict[int, dict[str, Any]] = {
    1: {"dsa": True, "roca": True, "rsa_bits_min": 1024},
    2: {"unreadable": True},
    3: {"rsa_bits_min": 2048, "exponent_min": 65537, "weak_signature": True},
}
SIGNER = ec.generate_private_key(ec.SECP256R1())


def der(key: Any, name: str = "Autorité") -> bytes:
    """A certificate of any public key, signed by another: only the public half matters here."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key, 7, datetime.datetime(2024, 1, 1))  # noqa: DTZ001
    made = made.not_valid_after(datetime.datetime(2044, 1, 1))  # noqa: DTZ001
    return made.sign(SIGNER, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def modulus(bits: int, seed: int = 1) -> int:
    return random.Random(seed).getrandbits(bits) | 1 << (bits - 1) | 1  # noqa: S311


def rsa_key(bits: int, exponent: int = 65537) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(exponent, modulus(bits)).public_key()


def roca_modulus(bits: int) -> int:
    """A number that is a power of 65537 modulo the product of the primes up to 167."""
    product = 1
    for n in range(2, 168):
        if all(n % p for p in range(2, n)):
            product *= n
    return (1 << (bits - 1)) // product * product + product + pow(65537, 4321, product)


@pytest.mark.parametrize(
    ("bits", "levels"), [(1023, [1, 3]), (1024, [3]), (2047, [3]), (2048, []), (4096, [])]
)
def test_rsa_keys_are_judged_by_their_length(bits: int, levels: list[int]) -> None:
    assert [level for level, _ in faults(der(rsa_key(bits)), POINTS)] == levels


def test_a_small_exponent_is_weak() -> None:
    assert faults(der(rsa_key(2048, 3)), POINTS) == [(3, "CN=Autorité : exposant RSA 3")]


def test_a_dsa_key_is_weak() -> None:
    numbers = dsa.DSAParameterNumbers(p=modulus(1024), q=modulus(160), g=4)
    key = dsa.DSAPublicNumbers(y=5, parameter_numbers=numbers).public_key()
    assert faults(der(key), POINTS) == [(1, "CN=Autorité : clé DSA")]


def test_an_elliptic_curve_is_good() -> None:
    assert faults(der(SIGNER.public_key()), POINTS) == []


def test_a_roca_key_is_recognised() -> None:
    key = rsa.RSAPublicNumbers(65537, roca_modulus(2048)).public_key()
    assert [level for level, _ in faults(der(key), POINTS)] == [1]


def test_other_keys_are_not_taken_for_roca() -> None:
    assert not any(is_roca(modulus(2048, seed)) for seed in range(500))


def test_an_unreadable_certificate_fails_its_own_point() -> None:
    assert faults(b"\x30\x03\x02\x01\x01", POINTS) == [(2, "certificat illisible")]


def test_a_truncated_certificate_is_unreadable() -> None:
    assert faults(der(rsa_key(2048))[:-20], POINTS) == [(2, "certificat illisible")]


def test_a_name_that_cannot_be_read_does_not_hide_the_fault() -> None:
    spoiled = der(rsa_key(1024)).replace("Autorité".encode(), b"Autorit\xff\xff")
    assert faults(spoiled, POINTS) == [(3, "certificat au nom illisible : clé RSA de 1024 bits")]


def test_a_signature_of_an_unknown_algorithm_is_weak() -> None:
    ecdsa_with_sha256 = bytes.fromhex("06082a8648ce3d040302")
    unknown = ecdsa_with_sha256[:-1] + b"\x7f"
    spoiled = der(rsa_key(2048)).replace(ecdsa_with_sha256, unknown)
    [(level, text)] = faults(spoiled, POINTS)
    assert (level, "algorithme inconnu (1.2.840.10045.4.3.127)" in text) == (3, True)
