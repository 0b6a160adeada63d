"""Access lists of SharpHound: raw ACE bytes to entries, each distinct ACE decoded once."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import msgspec

from rempart.engines.directory.builder import Builder
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


Buffer = bytes | msgspec.Raw
TRIED: Final = 4_000
"""Lists that are looked up whole before judging whether they repeat enough for it to be worth the memory."""


class AceTable(dict[bytes, int]):
    """Bytes of an ACE → the number of its entry in the builder, -1 when it is not one that we know."""

    def __init__(self, builder: Builder) -> None:
        super().__init__()
        self.unknown_rights: set[str] = set()
        # Objects without an entry: row, whether the list was there, protection.
        self.bare: list[tuple[int, bool, bool | None]] = []
        self._builder = builder
        self._lists: dict[bytes, int] = {}
        self._hits = self._misses = 0

    def __missing__(self, raw: bytes) -> int:
        number = self[raw] = self._entry(raw)
        return number

    def _entry(self, raw: bytes) -> int:
        try:
            ace = ACE.decode(raw)
        except msgspec.ValidationError:
            return -1
        right = right_of(ace)
        if right is None:
            self.unknown_rights.add(ace.RightName)
            return -1
        if not ace.PrincipalSID:
            return -1
        principal = self._builder.row(ace.PrincipalSID.upper())
        return self._builder.entry(principal, int(right), bool(ace.IsInherited))

    def acl(self, aces: Sequence[Buffer]) -> int:
        """Id of the access list made of these ACEs (their bytes)."""
        return self.acls([aces])[0]

    def acls(self, lists: Sequence[Sequence[Buffer]]) -> list[int]:
        """Ids of many access lists.

        A whole list is looked up before its entries, since in a real directory the same one stands on forty objects;
        where lists turn out not to repeat, their entries are looked up end to end instead.
        """
        if self._misses <= TRIED or self._misses <= self._hits:
            return [self._whole(aces) for aces in lists]
        numbers = list(map(self.__getitem__, map(bytes, chain.from_iterable(lists))))
        number, out, at = self._builder.acl_of_numbers, [], 0
        for aces in lists:
            end = at + len(aces)
            out.append(number(tuple(numbers[at:end])))
            at = end
        return out

    def _whole(self, aces: Sequence[Buffer]) -> int:
        whole = b"".join(aces)
        known = self._lists.get(whole)
        if known is not None:
            self._hits += 1
            return known
        self._misses += 1
        numbers = tuple(map(self.__getitem__, map(bytes, aces)))
        known = self._lists[whole] = self._builder.acl_of_numbers(numbers)
        return known

    def finish(self) -> None:
        """State the empty lists of the objects that have no other: SharpHound describes a built-in group twice, and the
        second time, seen from a host, without its rights."""
        if not self.bare:
            return
        known = self._builder.stated("acl")
        for row, listed, protected in self.bare:
            if row in known:
                continue
            if listed:
                self._builder.set("acl", row, self.acl(()))
            if protected is not None:
                self._builder.set("protected", row, int(protected))
