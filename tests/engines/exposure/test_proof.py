"""A proof that was altered is refused, and so is one that nobody who is trusted signed."""

import io
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings, strategies as st

from rempart.engines.exposure.proof import MANIFEST, opened, sealed, signer
from rempart.kernel.errors import UnreadableSource

FILES = {"a.json": b"{}", "b.pdf": b"%PDF"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
TRUSTED = {signer(KEY): KEY.public_key()}


def altered(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (held | changes).items():
            if content is not None:
                archive.writestr(name, content)
    return target.getvalue()


def test_a_signed_proof_opens_and_says_who_signed() -> None:
    assert opened(sealed(FILES, KEY), TRUSTED) == (FILES, signer(KEY))


def test_a_proof_without_signature_says_that_nobody_signed() -> None:
    assert opened(sealed(FILES), TRUSTED) == (FILES, "")


def test_the_same_files_and_key_give_the_same_bytes() -> None:
    assert sealed(FILES, KEY) == sealed(dict(reversed(FILES.items())), KEY)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"a.json": b"{ }"}, "a été modifiée"),
        ({"c.txt": b""}, "a été modifiée"),
        ({"b.pdf": None}, "a été modifiée"),
        ({MANIFEST: None}, "pas de liste d’empreintes"),
        ({f"{MANIFEST}.sig": bytes(64)}, "ne correspond pas"),
        ({f"{MANIFEST}.sig": None}, "ne correspond pas"),
        ({"cle-publique.pem": None, f"{MANIFEST}.sig": bytes(64)}, "ne correspond pas"),
    ],
)
def test_an_altered_proof_is_refused(changes: dict[str, bytes | None], said: str) -> None:
    with pytest.raises(UnreadableSource, match=said):
        opened(altered(sealed(FILES, KEY), changes), TRUSTED)


def test_a_signature_of_a_stranger_is_refused() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
    with pytest.raises(UnreadableSource, match="rien ne dit de confiance") as refused:
        opened(sealed(FILES, stranger), TRUSTED)
    assert signer(stranger) in refused.value.found and "--trust" in refused.value.todo


def test_a_byte_changed_anywhere_is_refused_or_changes_nothing() -> None:
    whole = sealed(FILES, KEY)
    kept = 0
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 0x01
        try:
            assert opened(bytes(data), TRUSTED) == (FILES, signer(KEY))
        except UnreadableSource:
            continue
        kept += 1  # the date of an entry, its mode: nothing of what was signed
    assert kept < len(whole) / 3


def test_too_many_pieces_are_refused() -> None:
    with pytest.raises(UnreadableSource, match="trop de pièces"):
        opened(sealed({f"f{k}": b"" for k in range(70)}), {})


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_bytes_that_are_not_a_proof_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        opened(data, TRUSTED)


@given(st.integers(0, 700), st.integers(1, 255))
@settings(max_examples=80)
def test_a_byte_changed_anywhere_never_gives_other_files(place: int, flip: int) -> None:
    data = bytearray(sealed(FILES, KEY))
    data[place % len(data)] ^= flip
    try:
        files, _ = opened(bytes(data), TRUSTED)
    except UnreadableSource:
        return
    assert files == FILES


def test_a_proof_too_large_once_opened_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rempart.engines.exposure.proof.MOST_BYTES", 4)
    with pytest.raises(UnreadableSource, match="trop grand"):
        opened(sealed(FILES), {})
