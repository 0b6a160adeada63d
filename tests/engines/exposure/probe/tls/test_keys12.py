"""Records of TLS 1.0 to 1.2: what one side seals the other opens, and what was touched is refused."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls.flight import HANDSHAKE
from rempart.engines.exposure.probe.tls.hello import TLS10, TLS12
from rempart.engines.exposure.probe.tls.keys12 import RECIPES, Direction, directions

SECRET, OURS, THEIRS = b"m" * 48, b"c" * 32, b"s" * 32
KINDS = {"gcm": 0xC02F, "chacha": 0xCCA8, "cbc": 0x002F}


def both_ends(version: int, suite: int) -> tuple[Direction, Direction]:
    """The same direction, as its sender and as its receiver hold it."""
    made = [directions(version, RECIPES[suite], SECRET, OURS, THEIRS)[0] for _ in range(2)]
    return made[0], made[1]


@pytest.mark.parametrize("version", [TLS10, TLS12])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_sealed_is_opened(version: int, kind: str) -> None:
    ours, theirs = both_ends(version, KINDS[kind])
    for content in (b"bonjour", b"", b"encore" * 50):
        assert theirs.open(HANDSHAKE, ours.seal(HANDSHAKE, content)[5:]) == content


@pytest.mark.parametrize("kind", ["gcm", "chacha"])
def test_a_record_that_was_touched_is_refused(kind: str) -> None:
    ours, theirs = both_ends(TLS12, KINDS[kind])
    sealed = ours.seal(HANDSHAKE, b"bonjour")[5:]
    with pytest.raises(ProtocolFault, match="ne se déchiffre pas"):
        theirs.open(HANDSHAKE, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_a_record_without_whole_blocks_is_refused() -> None:
    _, theirs = both_ends(TLS12, KINDS["cbc"])
    with pytest.raises(ProtocolFault, match="ne se déchiffre pas"):
        theirs.open(HANDSHAKE, bytes(20))
    with pytest.raises(ProtocolFault, match="ne se déchiffre pas"):
        theirs.open(HANDSHAKE, bytes(16))


def test_a_record_too_short_for_its_seal_is_refused() -> None:
    recipe = RECIPES[KINDS["cbc"]]
    # Sealed with a key of the same bytes and no seal: one block, all of it padding.
    bare = Direction(TLS10, recipe, b"", b"k" * 16, bytes(16))
    whole = Direction(TLS10, recipe, b"m" * 20, b"k" * 16, bytes(16))
    cipher = Cipher(algorithms.AES(b"k" * 16), modes.CBC(bytes(16))).encryptor()
    block = cipher.update(b"\x0f" * 16) + cipher.finalize()
    assert bare.open(HANDSHAKE, block) == b""
    with pytest.raises(ProtocolFault, match="trop court"):
        whole.open(HANDSHAKE, block)


@pytest.mark.parametrize("kind", ["gcm", "chacha", "cbc"])
@pytest.mark.parametrize("size", [0, 1, 8, 15, 23])
def test_a_record_shorter_than_its_own_seal_is_refused(kind: str, size: int) -> None:
    suite = next(code for code, recipe in RECIPES.items() if recipe.cipher == kind)
    opener = directions(TLS12, RECIPES[suite], SECRET, OURS, THEIRS)[0]
    with pytest.raises(ProtocolFault):
        opener.open(HANDSHAKE, bytes(size))
