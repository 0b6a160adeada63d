"""Keys and records of TLS 1.0 to 1.2, for one session: RFC 2246, 4346 and 5246, 5288 (GCM), 7905 (ChaCha20)."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls.hello import TLS10, TLS12


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one suite exchanges, encrypts and hashes. `mac` is "" for authenticated encryption."""

    is_elliptic: bool
    cipher: str  # gcm, chacha, cbc
    key_bytes: int
    mac: str
    prf: str = "sha256"


def _recipes() -> dict[int, Recipe]:
    found: dict[int, Recipe] = {}
    for code in (0xC02F, 0xC02B):
        found[code] = Recipe(True, "gcm", 16, "")
    for code in (0xC030, 0xC02C):
        found[code] = Recipe(True, "gcm", 32, "", "sha384")
    for code in (0xCCA8, 0xCCA9):
        found[code] = Recipe(True, "chacha", 32, "")
    for code, is_elliptic in ((0xC013, True), (0xC009, True), (0x002F, False)):
        found[code] = Recipe(is_elliptic, "cbc", 16, "sha1")
    for code, is_elliptic in ((0xC014, True), (0xC00A, True), (0x0035, False)):
        found[code] = Recipe(is_elliptic, "cbc", 32, "sha1")
    for code, is_elliptic in ((0xC027, True), (0xC023, True), (0x003C, False)):
        found[code] = Recipe(is_elliptic, "cbc", 16, "sha256")
    found[0x003D] = Recipe(False, "cbc", 32, "sha256")
    found[0x009C] = Recipe(False, "gcm", 16, "")
    found[0x009D] = Recipe(False, "gcm", 32, "", "sha384")
    return found


RECIPES: Final = _recipes()
"""Suites that the handshake can do."""


def _stretch(secret: bytes, seed: bytes, size: int, name: str) -> bytes:
    out, block = b"", seed
    while len(out) < size:
        block = hmac.digest(secret, block, name)
        out += hmac.digest(secret, block + seed, name)
    return out[:size]


def derive(
    version: int, recipe: Recipe, secret: bytes, label: bytes, seed: bytes, size: int
) -> bytes:
    """The pseudo-random function of the version."""
    if version == TLS12:
        return _stretch(secret, label + seed, size, recipe.prf)
    half = (len(secret) + 1) // 2
    left = _stretch(secret[:half], label + seed, size, "md5")
    right = _stretch(secret[-half:], label + seed, size, "sha1")
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def digest(version: int, recipe: Recipe, transcript: bytes) -> bytes:
    """The hash of the handshake so far, as Finished takes it."""
    if version == TLS12:
        return hashlib.new(recipe.prf, transcript).digest()
    # MD5 and SHA-1 are what TLS 1.0 and 1.1 say; nothing of ours rests on them.
    left = hashlib.md5(transcript, usedforsecurity=False).digest()
    return left + hashlib.sha1(transcript, usedforsecurity=False).digest()


class Direction:
    """One direction of a session: its keys and the count of its records."""

    def __init__(self, version: int, recipe: Recipe, mac: bytes, key: bytes, iv: bytes) -> None:
        self._version, self._recipe = version, recipe
        self._mac, self._key, self._iv, self._count = mac, key, iv, 0

    def _head(self, kind: int, size: int) -> bytes:
        head = self._count.to_bytes(8) + bytes([kind]) + self._version.to_bytes(2)
        self._count += 1
        return head + size.to_bytes(2)

    def seal(self, kind: int, content: bytes) -> bytes:
        """A record."""
        if self._recipe.cipher == "cbc":
            body = self._seal_cbc(kind, content)
        elif self._recipe.cipher == "gcm":
            part = self._count.to_bytes(8)
            sealed = AESGCM(self._key).encrypt(
                self._iv + part, content, self._head(kind, len(content))
            )
            body = part + sealed
        else:
            nonce = self._mixed()
            head = self._head(kind, len(content))
            body = ChaCha20Poly1305(self._key).encrypt(nonce, content, head)
        return bytes([kind]) + self._version.to_bytes(2) + len(body).to_bytes(2) + body

    def open(self, kind: int, body: bytes) -> bytes:
        """What a record holds. Raises ProtocolFault."""
        try:
            return self._open(kind, body)
        except (InvalidTag, ValueError, IndexError, OverflowError) as fault:
            raise ProtocolFault("Un enregistrement chiffré ne se déchiffre pas.") from fault

    def _open(self, kind: int, body: bytes) -> bytes:
        if self._recipe.cipher == "gcm":
            head = self._head(kind, len(body) - 24)
            return AESGCM(self._key).decrypt(self._iv + body[:8], body[8:], head)
        if self._recipe.cipher == "chacha":
            nonce = self._mixed()
            head = self._head(kind, len(body) - 16)
            return ChaCha20Poly1305(self._key).decrypt(nonce, body, head)
        iv, sealed = self._iv, body
        if self._version == TLS10:
            self._iv = body[-16:]
        else:
            iv, sealed = body[:16], body[16:]
        opener = Cipher(algorithms.AES(self._key), modes.CBC(iv)).decryptor()
        plain = opener.update(sealed) + opener.finalize()
        size = len(plain) - plain[-1] - 1 - len(self._mac)
        if size < 0:
            raise ProtocolFault("Un enregistrement chiffré est trop court.")
        self._head(kind, size)
        return plain[:size]

    def _mixed(self) -> bytes:
        return (int.from_bytes(self._iv) ^ self._count).to_bytes(12)

    def _seal_cbc(self, kind: int, content: bytes) -> bytes:
        head = self._head(kind, len(content))
        plain = content + hmac.digest(self._mac, head + content, self._recipe.mac)
        fill = 15 - len(plain) % 16
        plain += bytes([fill]) * (fill + 1)
        iv = self._iv if self._version == TLS10 else os.urandom(16)
        sealer = Cipher(algorithms.AES(self._key), modes.CBC(iv)).encryptor()
        sealed = sealer.update(plain) + sealer.finalize()
        if self._version == TLS10:
            self._iv = sealed[-16:]
            return sealed
        return iv + sealed


def directions(
    version: int, recipe: Recipe, master: bytes, client_random: bytes, server_random: bytes
) -> tuple[Direction, Direction]:
    """Ours, then the server's."""
    mac = hashlib.new(recipe.mac).digest_size if recipe.mac else 0
    iv = {"gcm": 4, "chacha": 12, "cbc": 16 if version == TLS10 else 0}[recipe.cipher]
    sizes = (mac, mac, recipe.key_bytes, recipe.key_bytes, iv, iv)
    block = derive(
        version, recipe, master, b"key expansion", server_random + client_random, sum(sizes)
    )
    parts, at = [], 0
    for size in sizes:
        parts.append(block[at : at + size])
        at += size
    return (
        Direction(version, recipe, parts[0], parts[2], parts[4]),
        Direction(version, recipe, parts[1], parts[3], parts[5]),
    )
