"""The dNSProperty values of a zone (MS-DNSP 2.3.2.1)."""

import struct

import pytest

from rempart.engines.directory.checks.configuration import allow_update


def blob(identifier: int, data: bytes, *, length: int | None = None, version: int = 1) -> str:
    size = len(data) if length is None else length
    return (struct.pack("<5I", size, 0, 0, version, identifier) + data + b"\0").hex()


@pytest.mark.parametrize("value", [0, 1, 2])
def test_the_setting_is_read_among_others(value: int) -> None:
    assert allow_update([blob(1, b"\1\0\0\0"), blob(2, bytes([value])), blob(0x10, b"\7")]) == value


def test_a_zone_that_states_nothing_takes_no_update() -> None:
    assert allow_update([blob(1, b"\1\0\0\0"), blob(2, b"")]) == 0


@pytest.mark.parametrize(
    "value",
    ["", "zz", "0100", blob(2, b"\2", length=9)[:-10], blob(2, b"\2", version=2)],
)
def test_a_malformed_value_is_not_guessed(value: str) -> None:
    assert allow_update([value]) is None


def test_no_value_is_unknown() -> None:
    assert allow_update([]) is None
