"""Who may sign a feed bundle: public keys in PEM, several in one file, each told by its fingerprint."""

import base64
import hashlib
import re
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from rempart.kernel.errors import UnreadableSource

_PUBLIC: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)
MOST_BYTES: Final = 1 << 16


def fingerprint(key: Ed25519PublicKey) -> str:
    """The first 16 bytes of the SHA-256 of the raw key, in base 32: short enough to be read over the telephone."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b32encode(hashlib.sha256(raw).digest()[:16]).decode().rstrip("=").lower()


def read_trusted(data: bytes) -> dict[str, Ed25519PublicKey]:
    """The public keys of a trust file by fingerprint. Raises UnreadableSource when there is none."""
    if len(data) > MOST_BYTES:
        raise UnreadableSource(
            "Le fichier des clés de confiance est trop grand pour n’être que des clés.",
            expected="Attendu : une ou plusieurs clés publiques Ed25519, au format PEM.",
        )
    found: dict[str, Ed25519PublicKey] = {}
    for text in _PUBLIC.findall(data):
        try:
            key = load_pem_public_key(text)
        except (ValueError, UnsupportedAlgorithm) as fault:
            raise _not_a_key("publique") from fault
        if not isinstance(key, Ed25519PublicKey):
            raise _not_a_key("publique")
        found[fingerprint(key)] = key
    if not found:
        raise _not_a_key("publique")
    return found


def read_signing_key(data: bytes, passphrase: str = "") -> Ed25519PrivateKey:
    """The private key that signs, from PEM (PKCS 8). Raises UnreadableSource."""
    try:
        key = load_pem_private_key(data[:MOST_BYTES], passphrase.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise _not_a_key("privée") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise _not_a_key("privée")
    return key


def new_key_pair() -> tuple[bytes, bytes]:
    """A new private key and its public key, both in PEM."""
    key = Ed25519PrivateKey.generate()
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


def _not_a_key(kind: str) -> UnreadableSource:
    return UnreadableSource(
        f"Le fichier donné ne contient pas de clé {kind} Ed25519 lisible.",
        expected=f"Attendu : une clé {kind} au format PEM.",
        todo="Pour en faire une paire : rempart feeds key FICHIER.",
    )
