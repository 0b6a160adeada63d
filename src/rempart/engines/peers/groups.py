"""Who is compared with whom: a partition, so that no figure can be subtracted from another.

Groups that contain one another let anybody subtract the smaller from the larger and read the few in between. Here
each establishment is in one group and one only: the finest that is large enough (category, size and region), else
what is left of the category in the region, else what is left of it for that size, else what is left of it in France.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5
"""Establishments that a group must have at least: rule of statistical secrecy on enterprises asks for three; the
programme's figures by name ask for five."""

LEVELS: Final = (
    ("category", "size", "region"),
    ("category", "region"),
    ("category", "size"),
    ("category",),
)


@dataclass(frozen=True, slots=True)
class Member:
    """An establishment as a group sees it; `values` gives each measure that it has, from 0 to 1."""

    id: str
    category: str
    size: str
    region: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the partition. `criteria` are the fields that its members share; `is_rest` when finer groups of the
    same criteria were formed first, so that it holds only what they left."""

    criteria: tuple[tuple[str, str], ...]
    is_rest: bool
    members: tuple[Member, ...]

    @property
    def key(self) -> str:
        """A name for it that is the same from one quarter to the next."""
        return "/".join(f"{field}={value}" for field, value in self.criteria)


def partition(members: Iterable[Member], *, least: int = LEAST) -> list[Group]:
    """The groups, disjoint, in order of key; who is in none of them has no group, and is shown no figure.

    An empty criterion (a size that nobody stated) makes no group of its own. Raises ValueError when an establishment
    comes twice.
    """
    left = sorted(members, key=lambda m: m.id)
    if len({m.id for m in left}) != len(left):
        raise ValueError("An establishment comes twice.")
    found: list[Group] = []
    for fields in LEVELS:
        sets: dict[tuple[str, ...], list[Member]] = defaultdict(list)
        for member in left:
            values = tuple(str(getattr(member, field)) for field in fields)
            if all(values):
                sets[values].append(member)
        taken: set[str] = set()
        for values, inside in sets.items():
            if len(inside) < least:
                continue
            criteria = tuple(zip(fields, values, strict=True))
            found.append(Group(criteria, _has_finer(criteria, found), tuple(inside)))
            taken.update(m.id for m in inside)
        left = [m for m in left if m.id not in taken]
    return sorted(found, key=lambda g: g.key)


def _has_finer(criteria: tuple[tuple[str, str], ...], found: Iterable[Group]) -> bool:
    return any(set(criteria) < set(group.criteria) for group in found)
