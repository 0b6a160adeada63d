"""Access lists of SharpHound: raw ACE bytes to entries, each distinct ACE decoded once."""

from collections.abc import Iterable
from typing import Final

from isal import isal_zlib
from msgspec import Raw

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.read.raw_lists import ABSENT, ItemTable
from rempart.engines.directory.read.sharphound_pending import Pending
from rempart.engines.directory.read.sharphound_structs import ACE, Ace
from rempart.engines.directory.rights import Right

_BY_NAME: Final = {right.name: right for right in Right}

# Version 3 splits a right between RightName and AceType.
_VERSION_3: Final = {
    ("Owner", ""): Right.Owns,
    ("ExtendedRight", "All"): Right.AllExtendedRights,
    ("ExtendedRight", "User-Force-Change-Password"): Right.ForceChangePassword,
    ("ExtendedRight", "GetChanges"): Right.GetChanges,
    ("ExtendedRight", "GetChangesAll"): Right.GetChangesAll,
    ("ExtendedRight", "DS-Replication-Get-Changes"): Right.GetChanges,
    ("ExtendedRight", "DS-Replication-Get-Changes-All"): Right.GetChangesAll,
    ("GenericAll", "All"): Right.GenericAll,
    ("WriteProperty", "AddMember"): Right.AddMember,
    ("WriteProperty", "Member"): Right.AddMember,
    ("WriteProperty", "Self-Membership"): Right.AddSelf,
    ("WriteProperty", "AllowedToAct"): Right.AddAllowedToAct,
    ("WriteProperty", "AddAllowedToAct"): Right.AddAllowedToAct,
    ("WriteProperty", "All"): Right.GenericWrite,
}
_WIDE: Final = frozenset({"WriteProperty", "ExtendedRight"})


def right_of(ace: Ace) -> Right | None:
    """The right that an ACE states, in any version; None when it is not one that we know."""
    found = _VERSION_3.get((ace.RightName, ace.AceType or "")) or _BY_NAME.get(ace.RightName)
    if found is None and ace.RightName in _WIDE:
        found = _BY_NAME.get(ace.AceType or "")
    return found


TRIED: Final = 4_000
"""Lists that are looked up whole before judging whether they repeat enough for it to be worth the memory."""
EMPTY_LIST: Final = -2
"""What stands for a list of no entry, which may be that of an object described elsewhere with its entries."""


class AceTable(ItemTable):
    """Bytes of an ACE → the number of its entry in the builder, -1 when it is not one that we know."""

    def __init__(self, builder: Builder, pending: Pending) -> None:
        super().__init__(ACE, -1)
        self._builder = builder
        self._pending = pending
        # By checksum, with the list itself: hashing the bytes of every list, or copying them, would take longer.
        self._lists = {
            isal_zlib.crc32(raw): (Raw(raw), found)
            for raw, found in ((b"[]", EMPTY_LIST), (b"null", ABSENT), (b"", ABSENT))
        }
        self._hits = self._misses = 0

    def number_of(self, item: Ace) -> int:
        """The number of the entry that an ACE states."""
        right = right_of(item)
        if right is None:
            self._pending.unknown_rights.add(item.RightName)
            return -1
        if not item.PrincipalSID:
            return -1
        principal = self._builder.row(item.PrincipalSID.upper())
        return self._builder.entry(principal, int(right), bool(item.IsInherited))

    def acls(self, lists: Iterable[Raw]) -> list[int]:
        """Ids of many access lists, given by their JSON; EMPTY_LIST, or ABSENT when there is none.

        A whole list is looked up before its entries, since in a real directory the same one stands on forty objects;
        where lists turn out not to repeat, they are not kept.
        """
        known, out, checksum = self._lists, [], isal_zlib.crc32
        hits = 0
        for raw in lists:
            key = checksum(raw)
            same = known.get(key)
            if same is None or same[0] != raw:
                out.append(self._read(key, raw))
            else:
                out.append(same[1])
                hits += same[1] >= 0
        self._hits += hits
        return out

    def acl(self, whole: bytes) -> int:
        """Id of one access list, even empty."""
        (found,) = self.acls([Raw(whole)])
        return self._builder.acl_of_numbers(()) if found == EMPTY_LIST else found

    def _read(self, key: int, raw: Raw) -> int:
        numbers = self.numbers(bytes(raw))
        if not numbers:
            return ABSENT if numbers is None else EMPTY_LIST
        found = self._builder.acl_of_numbers(tuple(numbers))
        self._misses += 1
        if self._misses <= TRIED or self._misses <= self._hits:
            self._lists[key] = (raw.copy(), found)
        return found

    def finish(self) -> None:
        """State the empty lists of the objects that have no other: SharpHound describes a built-in group twice, and the
        second time, seen from a host, without its rights."""
        if not self._pending.bare:
            return
        known = self._builder.stated("acl")
        for row, listed, protected in self._pending.bare:
            if row in known:
                continue
            if listed:
                self._builder.set("acl", row, self.acl(b"[]"))
            if protected is not None:
                self._builder.set("protected", row, int(protected))
