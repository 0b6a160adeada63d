"""What a SharpHound collection leaves to settle once its last file is read."""

from typing import Any

from msgspec import Struct, field

from rempart.engines.directory.columns import Cells


class Pending(Struct):
    """Facts on the whole collection, and references to objects that may come later: rows, and what they refer to."""

    delegations: list[tuple[int, str]] = field(default_factory=list)
    hosts: list[tuple[int, str]] = field(default_factory=list)
    """Row and name of each computer, which delegations are stated to."""
    named_members: list[tuple[str, int]] = field(default_factory=list)
    """Distinguished name of a member, and row of the group."""
    bare: list[tuple[int, bool, bool | None]] = field(default_factory=list)
    """Objects without an access entry: row, whether the list was there, protection."""
    trusts: list[tuple[dict[str, Any], int]] = field(default_factory=list)
    tells_delegation: dict[str, bool] = field(default_factory=dict)
    """Kind of account → whether one of them at least states its delegations, even empty."""
    tells: dict[str, bool] = field(default_factory=dict)
    """Kind of PKI object → whether one of them at least states what its checks need."""
    accounts: int = 0
    with_uac: int = 0
    refused: int = 0
    methods: int = 0
    by_another: bool = False
    unknown_rights: set[str] = field(default_factory=set)
    types_seen: set[str] = field(default_factory=set)

    def join(self, other: "Pending", at: Cells) -> None:
        """Add what another reader of the same collection left; `at` gives the row here of each of its rows."""
        row = at.tolist()
        self.delegations += [(row[i], target) for i, target in other.delegations]
        self.hosts += [(row[i], name) for i, name in other.hosts]
        self.named_members += [(name, row[i]) for name, i in other.named_members]
        self.bare += [(row[i], listed, protected) for i, listed, protected in other.bare]
        self.trusts += [(trust, row[i]) for trust, i in other.trusts]
        for mine, theirs in (
            (self.tells_delegation, other.tells_delegation),
            (self.tells, other.tells),
        ):
            mine.update({kind: told or mine.get(kind, False) for kind, told in theirs.items()})
        self.accounts += other.accounts
        self.with_uac += other.with_uac
        self.refused += other.refused
        self.methods |= other.methods
        self.by_another |= other.by_another
        self.unknown_rights |= other.unknown_rights
        self.types_seen |= other.types_seen
