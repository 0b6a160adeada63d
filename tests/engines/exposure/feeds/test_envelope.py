"""A bundle that is altered, cut, from someone else or from tomorrow is refused, in French, before it is inflated."""

import gzip
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.exposure.feeds import envelope
from rempart.engines.exposure.feeds.bundle import Contents, Exploited
from rempart.engines.exposure.feeds.envelope import opened, sealed
from rempart.engines.exposure.feeds.trust import new_key_pair, read_signing_key, read_trusted
from rempart.kernel.errors import UnreadableSource
from support.feeds import MADE_ON, signed_file

PRIVATE, PUBLIC = new_key_pair()
KEY, TRUSTED = read_signing_key(PRIVATE), read_trusted(PUBLIC)
SMALL = sealed(
    Contents(kev={"CVE-2099-1": Exploited("2026-01-01", "a:b", "x")}), [], made_on=MADE_ON, key=KEY
)


def refusal(data: bytes, today: date = MADE_ON) -> str:
    """What the refusal says."""
    with pytest.raises(UnreadableSource) as refused:
        opened(data, TRUSTED, today)
    return str(refused.value)


def test_a_bundle_is_read_as_it_was_made(tmp_path: Path) -> None:
    file, trust = signed_file(tmp_path)
    bundle = opened(file.read_bytes(), read_trusted(trust.read_bytes()), MADE_ON)
    assert bundle.made_on == "2026-03-10"
    assert bundle.contents.kev["CVE-2099-0001"].is_ransomware
    assert bundle.as_of("kev") == "2026-03-02"
    assert {o.section for o in bundle.origins} >= {"kev", "epss", "holes", "life", "exchange"}


def test_the_same_contents_make_the_same_file() -> None:
    contents = Contents(kev={"CVE-2099-1": Exploited("2026-01-01", "a:b", "x")})
    assert sealed(contents, [], made_on=MADE_ON, key=KEY) == SMALL


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: b"PK\x03\x04" + d, "n’est pas un lot"),
        (lambda d: b"", "n’est pas un lot"),
        (lambda d: d[:30], "incomplet"),
        (lambda d: d[:-1], "incomplet"),
        (lambda d: d[:-1] + bytes([d[-1] ^ 1]), "modifié ou abîmé"),
        (lambda d: d[:40] + bytes([d[40] ^ 1]) + d[41:], "modifié ou abîmé"),
        (lambda d: d[:16] + b"\xff\xff\xff\xff" + d[20:], "incomplet"),
    ],
    ids=["zip", "empty", "header cut", "payload cut", "payload", "header", "huge header"],
)
def test_a_spoilt_bundle_is_refused(spoil: Callable[[bytes], bytes], said: str) -> None:
    assert said in refusal(spoil(SMALL))


def test_a_bundle_of_an_unknown_signer_is_refused_and_both_keys_are_named() -> None:
    other, _ = new_key_pair()
    said = refusal(sealed(Contents(), [], made_on=MADE_ON, key=read_signing_key(other)))
    assert "pas de confiance" in said
    assert next(iter(TRUSTED)) in said


def test_a_header_that_names_a_trusted_key_does_not_make_its_signature() -> None:
    other = read_signing_key(new_key_pair()[0])
    foreign = sealed(Contents(), [], made_on=MADE_ON, key=other)
    name, ours = next(iter(read_trusted(_public(other)))), next(iter(TRUSTED))
    assert "signature est fausse" in refusal(foreign.replace(name.encode(), ours.encode()))


def test_a_bundle_of_tomorrow_is_read_and_one_of_next_week_is_refused() -> None:
    assert opened(SMALL, TRUSTED, MADE_ON - timedelta(days=1)).made_on == "2026-03-10"
    assert "horloge" in refusal(SMALL, MADE_ON - timedelta(days=7))


def test_a_signed_bomb_is_stopped_at_what_it_announces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "MOST_INFLATED", 10)
    assert "plus de données que la limite" in refusal(SMALL)


def test_a_signer_that_lies_on_the_size_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    true = envelope.Header

    def lying(**fields: object) -> envelope.Header:
        return true(**{**fields, "inflated_bytes": 4})  # type: ignore[arg-type]

    monkeypatch.setattr(envelope, "Header", lying)
    data = sealed(
        Contents(epss={f"CVE-2099-{n}": 0.5 for n in range(99)}), [], made_on=MADE_ON, key=KEY
    )
    monkeypatch.undo()
    assert "taille annoncée" in refusal(data)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("schema", "rempart/exposure-feeds/99", "Mettez Rempart à jour"),
        ("made_on", "hier", "sa date ne se lit pas"),
        ("payload_bytes", 10_000, "incomplet"),
    ],
)
def test_a_header_that_its_signer_spoilt_is_refused(
    monkeypatch: pytest.MonkeyPatch, field: str, value: object, said: str
) -> None:
    true = envelope.Header
    monkeypatch.setattr(envelope, "Header", lambda **fields: true(**{**fields, field: value}))
    data = sealed(Contents(), [], made_on=MADE_ON, key=KEY)
    monkeypatch.undo()
    assert said in refusal(data)


@pytest.mark.parametrize(
    ("squeezed", "said"),
    [
        (zlib.compress(b"not a gzip"), "ne se décompresse pas"),
        (gzip.compress(b"\xc1"), "ne se lit pas"),
    ],
)
def test_a_payload_that_its_signer_spoilt_is_refused(
    monkeypatch: pytest.MonkeyPatch, squeezed: bytes, said: str
) -> None:
    class Squeezer:
        def compress(self, data: bytes) -> bytes:
            return squeezed

        def flush(self) -> bytes:
            return b""

    true = envelope.Header
    monkeypatch.setattr(envelope.zlib, "compressobj", lambda *given: Squeezer())
    monkeypatch.setattr(envelope, "Header", lambda **f: true(**{**f, "inflated_bytes": 1}))
    data = sealed(Contents(), [], made_on=MADE_ON, key=KEY)
    monkeypatch.undo()
    assert said in refusal(data)


@settings(max_examples=200)
@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, change: int) -> None:
    spoilt = SMALL[:place] + bytes([SMALL[place] ^ change]) + SMALL[place + 1 :]
    assert refusal(spoilt)


@given(st.binary(max_size=300))
def test_any_bytes_after_the_mark_are_refused(data: bytes) -> None:
    assert refusal(envelope.MARK + data)


def _public(key: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
