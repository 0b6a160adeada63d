"""Keys: public ones in PEM, several in one file; nothing else is taken for one."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from rempart.engines.exposure.feeds.trust import (
    fingerprint,
    new_key_pair,
    read_signing_key,
    read_trusted,
)
from rempart.kernel.errors import UnreadableSource


def test_several_keys_in_one_file_are_all_trusted() -> None:
    pairs = [new_key_pair() for _ in range(2)]
    found = read_trusted(b"# ours\n" + b"\n".join(public for _, public in pairs))
    names = {fingerprint(read_signing_key(private).public_key()) for private, _ in pairs}
    assert set(found) == names


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_a_file_without_a_key_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="clé publique Ed25519"):
        read_trusted(data)


def test_a_key_of_another_kind_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(UnreadableSource, match="publique"):
        read_trusted(public)
    with pytest.raises(UnreadableSource, match="privée"):
        read_signing_key(private)


def test_a_huge_file_of_keys_is_not_read() -> None:
    with pytest.raises(UnreadableSource, match="trop grand"):
        read_trusted(b"x" * (1 << 17))


@pytest.mark.parametrize("data", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_file_without_a_private_key_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="clé privée"):
        read_signing_key(data)
