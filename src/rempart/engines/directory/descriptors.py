"""Security descriptors as bytes: read at full speed, and built for tests, examples and generators.

Layout: MS-DTYP 2.4.2 (SID), 2.4.4 (ACE), 2.4.5 (ACL), 2.4.6 (SECURITY_DESCRIPTOR, self-relative). An ACE is a
plain tuple, because a real directory holds millions of them; the same few thousand come back all the time, so each
distinct one is read once.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

ALLOW: Final = 0x00
DENY: Final = 0x01
ALLOW_OBJECT: Final = 0x05
DENY_OBJECT: Final = 0x06
DACL_PRESENT: Final = 0x0004
DACL_PROTECTED: Final = 0x1000
SELF_RELATIVE: Final = 0x8000

_HEADER = struct.Struct("<BBHIIII")
_ACL = struct.Struct("<BBHHH")
_ACE = struct.Struct("<BBHI")
_OBJECT_FLAGS = struct.Struct("<I")
_HAS_OBJECT_TYPE = 0x1
_HAS_INHERITED_TYPE = 0x2
_GUIDS_OF = {0: 0, _HAS_OBJECT_TYPE: 16, _HAS_INHERITED_TYPE: 16, 3: 32}
_MAX_SUBAUTHORITIES = 15
_KNOWN_SIDS: dict[bytes, str] = {}
_KNOWN_LIMIT = 1_000_000


class UnreadableDescriptor(ValueError):
    """Bytes that are not a whole self-relative security descriptor, or not a whole SID."""


class Ace(NamedTuple):
    """One entry of a DACL. GUIDs are text in lower case, "" when the entry has none."""

    allow: bool
    flags: int
    mask: int
    object_type: str
    inherited_type: str
    sid: str


NULL_DACL: Final = Ace(True, 0, 0xF01FF, "", "", "S-1-1-0")
"""What a null DACL means (MS-DTYP 2.4.5): full control for Everyone."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What matters of a descriptor. `aces` is None when the DACL was not given with the rest."""

    owner: str  # SID, "" when absent
    control: int
    aces: list[Ace] | None

    @property
    def protected(self) -> bool:
        """SE_DACL_PROTECTED: nothing is inherited."""
        return bool(self.control & DACL_PROTECTED)


def sid_text(data: bytes) -> str:
    """A binary SID as `S-1-…`; bytes after the SID are refused. Raises UnreadableDescriptor."""
    known = _KNOWN_SIDS.get(data)
    if known is not None:
        return known
    text = _sid_at(data, 0, len(data))
    if 8 + 4 * data[1] != len(data):
        raise UnreadableDescriptor("bytes follow the SID")
    return text


def sid_bytes(text: str) -> bytes:
    """The binary form of `S-1-…`. Raises UnreadableDescriptor when the text is not a SID."""
    parts = text.split("-")
    try:
        numbers = [int(part) for part in parts[1:]]
    except ValueError as error:
        raise UnreadableDescriptor(f"not a SID: {text}") from error
    if parts[0] != "S" or not 2 <= len(numbers) <= _MAX_SUBAUTHORITIES + 2 or numbers[0] != 1:
        raise UnreadableDescriptor(f"not a SID: {text}")
    authorities = numbers[2:]
    if not all(0 <= n < 1 << 32 for n in authorities) or not 0 <= numbers[1] < 1 << 48:
        raise UnreadableDescriptor(f"not a SID: {text}")
    head = bytes((1, len(authorities))) + numbers[1].to_bytes(6, "big")
    return head + struct.pack(f"<{len(authorities)}I", *authorities)


@lru_cache(maxsize=4096)
def guid_text(data: bytes) -> str:
    """The 16 bytes of a GUID in its usual text, lower case. Raises ValueError on another length."""
    return str(UUID(bytes_le=data))


def guid_bytes(text: str) -> bytes:
    """The 16 bytes, as LDAP carries them, of a GUID given as text."""
    return UUID(text).bytes_le


def read_descriptor(data: bytes) -> Descriptor:
    """Read a self-relative descriptor: owner, control flags and the four kinds of ACE that directories use.

    Every length is checked before it is used: `UnreadableDescriptor` is the only exception. Other kinds of ACE
    (audit, callback, resource attribute) are skipped.
    """
    size = len(data)
    if size < 20:
        raise UnreadableDescriptor("shorter than its header")
    revision, _, control, owner_at, _, _, dacl_at = _HEADER.unpack_from(data)
    if revision != 1 or not control & SELF_RELATIVE:
        raise UnreadableDescriptor("not a self-relative descriptor of revision 1")
    owner = _sid_at(data, owner_at, size) if owner_at else ""
    if not control & DACL_PRESENT:
        return Descriptor(owner, control, None)
    # A DACL that is present and empty of everything, offset included, gives everything to everybody.
    aces = _aces(data, dacl_at, size) if dacl_at else [NULL_DACL]
    return Descriptor(owner, control, aces)


def _aces(data: bytes, at: int, size: int) -> list[Ace]:
    if at + 8 > size:
        raise UnreadableDescriptor("the DACL starts after the end")
    _, _, acl_size, count, _ = _ACL.unpack_from(data, at)
    end = at + acl_size
    if acl_size < 8 or end > size:
        raise UnreadableDescriptor("the DACL ends after the descriptor")
    if count > (acl_size - 8) // 8:
        raise UnreadableDescriptor("the DACL counts more entries than it can hold")
    out = []
    at += 8
    known = _KNOWN_ACES
    for _ in range(count):
        if at + 8 > end:
            raise UnreadableDescriptor("an entry starts after the end of the DACL")
        ace_end = at + (data[at + 2] | data[at + 3] << 8)
        if ace_end < at + 8 or ace_end > end:
            raise UnreadableDescriptor("an entry ends after the DACL")
        key = data[at:ace_end]
        ace = known.get(key)
        if ace is None:
            ace = _read_ace(key)
            if len(known) < _KNOWN_LIMIT:
                known[key] = ace
        if ace is not SKIPPED:
            out.append(ace)
        at = ace_end
    return out


SKIPPED: Final = Ace(False, 0, 0, "", "", "")
"""Stands for the kinds of ACE that are not read."""
_KNOWN_ACES: dict[bytes, Ace] = {}


def _read_ace(data: bytes) -> Ace:
    kind, flags, _, mask = _ACE.unpack_from(data)
    if kind <= DENY:
        return Ace(kind == ALLOW, flags, mask, "", "", _sid_at(data, 8, len(data)))
    if kind in (ALLOW_OBJECT, DENY_OBJECT):
        types, sid = _object_ace(data)
        return Ace(kind == ALLOW_OBJECT, flags, mask, *types, sid)
    return SKIPPED


def _object_ace(data: bytes) -> tuple[tuple[str, str], str]:
    if len(data) < 12:
        raise UnreadableDescriptor("an object entry is too short")
    (present,) = _OBJECT_FLAGS.unpack_from(data, 8)
    sid_at = 12 + _GUIDS_OF[present & 3]
    if sid_at > len(data):
        raise UnreadableDescriptor("an object entry is too short")
    guids = [guid_text(data[i : i + 16]) for i in range(12, sid_at, 16)]
    object_type = guids.pop(0) if present & _HAS_OBJECT_TYPE else ""
    inherited = guids.pop(0) if guids else ""
    types = (_nothing_if_null(object_type), _nothing_if_null(inherited))
    return types, _sid_at(data, sid_at, len(data))


def _nothing_if_null(guid: str) -> str:
    return "" if guid == "00000000-0000-0000-0000-000000000000" else guid


def _sid_at(data: bytes, at: int, end: int) -> str:
    if at + 8 > end or data[at] != 1 or data[at + 1] > _MAX_SUBAUTHORITIES:
        raise UnreadableDescriptor("not a SID")
    count = data[at + 1]
    stop = at + 8 + 4 * count
    if stop > end:
        raise UnreadableDescriptor("a SID ends too late")
    key = data[at:stop]
    text = _KNOWN_SIDS.get(key)
    if text is None:
        authority = int.from_bytes(key[2:8], "big")
        parts = struct.unpack_from(f"<{count}I", key, 8)
        text = "-".join(["S-1", str(authority), *map(str, parts)])
        if len(_KNOWN_SIDS) < _KNOWN_LIMIT:
            _KNOWN_SIDS[key] = text
    return text


def build_descriptor(
    owner: str, aces: Iterable[Ace], *, protected: bool = False, group: str = ""
) -> bytes:
    """The bytes of a self-relative descriptor: `owner` and `group` are SIDs, `aces` the DACL in this order."""
    owner_sid = sid_bytes(owner) if owner else b""
    group_sid = sid_bytes(group or owner) if group or owner else b""
    body = b"".join(map(_ace_bytes, aces))
    count = _count_aces(body)
    acl = _ACL.pack(4, 0, 8 + len(body), count, 0) + body
    control = SELF_RELATIVE | DACL_PRESENT | (DACL_PROTECTED if protected else 0)
    owner_at = 20 + len(acl) if owner_sid else 0
    group_at = 20 + len(acl) + len(owner_sid) if group_sid else 0
    header = _HEADER.pack(1, 0, control, owner_at, group_at, 0, 20)
    return header + acl + owner_sid + group_sid


def _count_aces(body: bytes) -> int:
    count = at = 0
    while at < len(body):
        at += _ACE.unpack_from(body, at)[2]
        count += 1
    return count


def _ace_bytes(ace: Ace) -> bytes:
    sid = sid_bytes(ace.sid)
    kind = ALLOW if ace.allow else DENY
    types = b""
    if ace.object_type or ace.inherited_type:
        kind = ALLOW_OBJECT if ace.allow else DENY_OBJECT
        present = _HAS_OBJECT_TYPE * bool(ace.object_type)
        present |= _HAS_INHERITED_TYPE * bool(ace.inherited_type)
        guids = (guid_bytes(guid) for guid in (ace.object_type, ace.inherited_type) if guid)
        types = _OBJECT_FLAGS.pack(present) + b"".join(guids)
    return _ACE.pack(kind, ace.flags, 8 + len(types) + len(sid), ace.mask) + types + sid
