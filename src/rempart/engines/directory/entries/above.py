"""The groups above a principal, for the rare access lists that deny something to one of them."""

from collections import defaultdict
from functools import cached_property

from rempart.engines.directory.builder import Builder, sid_of
from rempart.engines.directory.model import UNKNOWN, Relation

_EVERYBODY = ("S-1-1-0", "S-1-5-11")


class Above:
    """Answers for one builder, once its members are known."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._found: dict[int, frozenset[str]] = {}

    def sids(self, identifier: str) -> frozenset[str]:
        """SIDs of the groups that hold a principal (its id) at any depth: by membership, as the primary group of an
        account, or because everybody is in them."""
        row = self._builder.index.get(identifier, UNKNOWN)
        found = self._found.get(row)
        if found is None:
            found = self._found[row] = self._climbed(row)
        return found

    def _climbed(self, row: int) -> frozenset[str]:
        todo, seen = [row, *self._everybody], {row, *self._everybody}
        while todo:
            more = set(self._groups.get(todo.pop(), ())) - seen
            seen |= more
            todo += more
        return frozenset(sid_of(self._ids[one]) for one in seen - {row, UNKNOWN})

    @cached_property
    def _ids(self) -> list[str]:
        return list(self._builder.index)

    @cached_property
    def _everybody(self) -> list[int]:
        return [row for row, name in enumerate(self._ids) if sid_of(name) in _EVERYBODY]

    @cached_property
    def _groups(self) -> dict[int, list[int]]:
        """Row → the groups that it is directly in."""
        groups: dict[int, list[int]] = defaultdict(list)
        members = self._builder.relations.get(Relation.MEMBER)
        if members is not None:
            for member, group in zip(*(cells.tolist() for cells in members.arrays()), strict=True):
                groups[member].append(group)
        rows, rids = self._builder.columns["primary_group_rid"].arrays()
        for row, rid in zip(rows.tolist(), rids.tolist(), strict=True):
            group = self._builder.index.get(f"{self._ids[row].rpartition('-')[0]}-{rid}")
            if group is not None:
                groups[row].append(group)
        return groups
