"""Compressed bytes, one piece after the other."""

import gzip
import io
import os

import pytest

from rempart.engines.directory.read.inflate import DEFAULT_LIMITS, Budget, gunzipped
from rempart.kernel.errors import UnreadableSource


def opened(data: bytes) -> io.BufferedReader:
    """The clear bytes of a gzip file."""
    found = gunzipped(io.BytesIO(data), Budget("c.gz", len(data), DEFAULT_LIMITS), "c")
    assert isinstance(found, io.BufferedReader)
    return found


def test_a_small_buffer_gets_the_rest_next_time() -> None:
    clear = opened(gzip.compress(b"abcdefgh"))
    parts = []
    for size in (3, 3, 3, 3):
        buffer = bytearray(size)
        parts.append(bytes(buffer[: clear.raw.readinto(buffer)]))  # type: ignore[attr-defined]
    assert parts == [b"abc", b"def", b"gh", b""]


def test_parts_and_padding_follow_each_other() -> None:
    data = gzip.compress(b"un") + gzip.compress(b"") + gzip.compress(b"deux") + b"\0" * 40
    assert opened(data).read() == b"undeux"


@pytest.mark.parametrize("at", [12, 5000, -6])
def test_damaged_bytes_are_refused(at: int) -> None:
    data = bytearray(gzip.compress(os.urandom(300_000) + b"x" * 300_000))
    data[at] ^= 0xFF
    with pytest.raises(UnreadableSource, match="tronqué ou abîmé"):
        opened(bytes(data)).read()


def test_garbage_after_the_last_part_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="tronqué ou abîmé"):
        opened(gzip.compress(b"un") + b"garbage").read()
