"""Security descriptors as bytes."""

import contextlib
import struct

import pytest
from hypothesis import given, strategies as st

from rempart.engines.directory import descriptors, descriptors_rights
from rempart.engines.directory.descriptors import (
    Ace,
    Descriptor,
    UnreadableDescriptor,
    build_descriptor,
    guid_bytes,
    guid_text,
    read_descriptor,
    sid_bytes,
    sid_text,
)
from rempart.engines.directory.rights import Right

ADMINS = "S-1-5-32-544"
USER = "S-1-5-21-1-2-3-1105"
RESET = "00299570-246d-11d0-a768-00aa006e0529"
CLASS = "bf967aba-0de6-11d0-a285-00aa003049e2"

sids = st.builds(
    lambda authority, subs: "-".join(["S-1", str(authority), *map(str, subs)]),
    st.integers(0, 2**48 - 1),
    st.lists(st.integers(0, 2**32 - 1), max_size=15),
)
guids = st.one_of(st.just(""), st.uuids().map(str))
aces = st.builds(
    Ace,
    st.booleans(),
    st.integers(0, 0x1F),
    st.integers(0, 2**32 - 1),
    guids,
    guids,
    sids,
).filter(lambda ace: "00000000-0000-0000-0000-000000000000" not in ace)


@given(sids)
def test_a_sid_comes_back_from_its_bytes(text: str) -> None:
    assert sid_text(sid_bytes(text)) == text


@given(sids, st.lists(aces, max_size=12), st.booleans())
def test_a_descriptor_comes_back_from_its_bytes(
    owner: str, entries: list[Ace], protected: bool
) -> None:
    read = read_descriptor(build_descriptor(owner, entries, protected=protected))
    assert (read.owner, read.aces, read.protected) == (owner, entries, protected)


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(UnreadableDescriptor):
        assert isinstance(read_descriptor(data), Descriptor)


@given(
    st.lists(aces, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    st.integers(0, 400),
)
def test_a_damaged_descriptor_is_refused_or_read_but_never_breaks(
    entries: list[Ace], changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(build_descriptor(ADMINS, entries))
    for at, value in changes:
        data[at % len(data)] = value
    try:
        read_descriptor(bytes(data[: max(cut, 1)]))
        read_descriptor(bytes(data))
    except UnreadableDescriptor:
        pass


@given(st.binary(max_size=80))
def test_random_bytes_are_a_sid_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(UnreadableDescriptor):
        assert sid_bytes(sid_text(data)) == data


@pytest.mark.parametrize("text", ["", "S-1", "S-2-5-1", "S-1-5-x", "S-1-5-4294967296", "X-1-5-1"])
def test_what_is_no_sid_has_no_bytes(text: str) -> None:
    with pytest.raises(UnreadableDescriptor):
        sid_bytes(text)


def test_bytes_after_a_sid_are_refused() -> None:
    with pytest.raises(UnreadableDescriptor, match="follow"):
        sid_text(sid_bytes(ADMINS) + b"\0")


def test_a_guid_comes_back_from_its_bytes() -> None:
    assert guid_text(guid_bytes(RESET)) == RESET


def test_an_object_entry_keeps_its_two_guids() -> None:
    entry = Ace(True, 0x1A, 0x100, RESET, CLASS, USER)
    read = read_descriptor(build_descriptor(ADMINS, [entry]))
    assert read.aces == [entry]


def test_a_null_guid_means_no_guid() -> None:
    null = "00000000-0000-0000-0000-000000000000"
    read = read_descriptor(build_descriptor(ADMINS, [Ace(True, 0, 1, null, CLASS, USER)]))
    assert read.aces is not None
    assert read.aces[0].object_type == ""
    assert read.aces[0].inherited_type == CLASS


def test_an_audit_entry_is_skipped() -> None:
    data = bytearray(build_descriptor(ADMINS, [Ace(True, 0, 1, "", "", USER)] * 2))
    data[28] = 2  # SYSTEM_AUDIT_ACE_TYPE
    assert read_descriptor(bytes(data)).aces == [Ace(True, 0, 1, "", "", USER)]


def test_an_empty_a_null_and_an_absent_dacl_are_three_things() -> None:
    empty = build_descriptor(ADMINS, [])
    null, absent = bytearray(empty), bytearray(empty)
    null[16:20] = struct.pack("<I", 0)
    absent[2:4] = struct.pack("<H", 0x8000)
    assert read_descriptor(empty).aces == []
    assert read_descriptor(bytes(null)).aces == [Ace(True, 0, 0xF01FF, "", "", "S-1-1-0")]
    assert read_descriptor(bytes(absent)).aces is None


def _damaged(at: int, value: int) -> bytes:
    data = bytearray(build_descriptor(ADMINS, [Ace(True, 0, 0x100, RESET, "", USER)]))
    data[at] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (0, 2, "revision"),
        (3, 0x10, "self-relative"),
        (4, 255, "SID"),
        (16, 250, "starts after the end"),
        (22, 255, "ends after the descriptor"),
        (24, 200, "more entries"),
        (30, 255, "ends after the DACL"),
        (30, 4, "ends after the DACL"),
        (57, 16, "not a SID"),
        (57, 15, "ends too late"),
    ],
)
def test_each_wrong_length_is_named(at: int, value: int, reason: str) -> None:
    with pytest.raises(UnreadableDescriptor, match=reason):
        read_descriptor(_damaged(at, value))


def test_a_descriptor_shorter_than_its_header_is_refused() -> None:
    with pytest.raises(UnreadableDescriptor, match="header"):
        read_descriptor(b"\1\0\4\x80")


def test_an_object_entry_too_short_for_its_guids_is_refused() -> None:
    whole = build_descriptor(ADMINS, [Ace(True, 0, 1, RESET, CLASS, USER)])
    for size in (8, 12, 30, 44):
        data = bytearray(whole)
        data[30:32] = struct.pack("<H", size)
        with pytest.raises(UnreadableDescriptor, match="too short|not a SID"):
            read_descriptor(bytes(data))


def test_an_entry_that_begins_after_the_dacl_is_refused() -> None:
    data = bytearray(build_descriptor(ADMINS, [Ace(True, 0, 1, "", "", USER)]))
    data[24] = 2  # two entries announced, one there
    with pytest.raises(UnreadableDescriptor, match="starts after the end of the DACL"):
        read_descriptor(bytes(data))


def test_a_descriptor_without_owner_has_none() -> None:
    read = read_descriptor(build_descriptor("", [Ace(False, 0, 1, "", "", USER)]))
    assert (read.owner, read.aces) == ("", [Ace(False, 0, 1, "", "", USER)])


def test_memories_that_are_full_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = build_descriptor(
        "S-1-5-21-7-7-7-500", [Ace(True, 0, 0x10000000, "", "", "S-1-5-21-7-7-7-1")]
    )
    monkeypatch.setattr(descriptors, "_KNOWN_LIMIT", 0)
    monkeypatch.setattr(descriptors_rights, "_KNOWN_LIMIT", 0)
    read = read_descriptor(data)
    given = descriptors_rights.rights_of(read, "user")
    assert ("S-1-5-21-7-7-7-1", Right.GenericAll, False) in given
