"""Control graphs of any size, drawn at random with the shape of a directory, as columns.

Accounts in many groups, groups in groups, local administrators by blocks, sessions, delegations over whole units,
a few administrators' sessions and rights left where they should not be.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rempart.content.loader import directory_relations
from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.model import UNKNOWN

Rows = NDArray[np.int64]
USERS, COMPUTERS, GROUPS = 0.52, 0.34, 0.12
OPERATORS = 10


class Drawing:
    """The parts of a graph of `size` rows: users, then computers, groups (Tier 0 and operators first), units."""

    def __init__(self, size: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.size = size
        users, computers, groups = (int(size * part) for part in (USERS, COMPUTERS, GROUPS))
        self.people = np.arange(users)
        self.machines = np.arange(users, users + computers)
        self.first_group = users + computers
        self.ordinary = np.arange(self.first_group + OPERATORS, self.first_group + groups)
        self.units = np.arange(self.first_group + groups, size)
        self.chiefs = self.rng.choice(users, max(20, users // 2500), replace=False)
        self.parts: list[tuple[Rows, Rows, str]] = []

    def add(self, kind: str, src: Any, dst: Any) -> None:
        """Edges of one kind; a lone row stands for as many as the other side has."""
        src, dst = np.broadcast_arrays(np.asarray(src), np.asarray(dst))
        self.parts.append((src, dst, kind))

    def memberships(self) -> None:
        """Seven groups a person, popular ones first; groups in groups, in an order that makes depth."""
        rng, ordinary = self.rng, self.ordinary
        self.add("MemberOf", self.people, self.first_group + 3)
        self.add("MemberOf", self.chiefs, self.first_group)
        times = rng.poisson(7, len(self.people))
        popular = rng.permutation(ordinary)
        draw = (len(popular) * rng.power(0.6, times.sum())).astype(np.int64)
        chosen = popular[np.minimum(draw, len(popular) - 1)]
        self.add("MemberOf", np.repeat(self.people, times), chosen)
        nested = rng.poisson(0.8, len(ordinary))
        inner = np.repeat(np.arange(len(ordinary)), nested)
        outer = (inner * rng.random(len(inner))).astype(np.int64)
        shuffled = rng.permutation(ordinary)
        self.add("MemberOf", shuffled[inner], shuffled[outer])

    def hosts(self) -> None:
        """Three groups of local administrators a computer, sessions, a few of them careless."""
        rng, machines = self.rng, self.machines
        some = rng.choice(self.ordinary, max(10, len(self.ordinary) // 25))
        self.add("AdminTo", rng.choice(some, len(machines) * 3), np.repeat(machines, 3))
        logged = rng.poisson(1.6, len(machines))
        where = np.repeat(machines, logged)
        self.add("HasSession", where, rng.integers(0, len(self.people), len(where)))
        careless = max(10, len(machines) // 4000)
        self.add("HasSession", rng.choice(machines, careless), rng.choice(self.chiefs, careless))

    def rights(self) -> None:
        """Operators everywhere (their groups are empty, as by default), help desks, a few mistakes."""
        rng, everything = self.rng, np.arange(self.first_group + OPERATORS + len(self.ordinary))
        for operator in range(self.first_group, self.first_group + OPERATORS):
            self.add("GenericAll", operator, everything)
        desks = rng.choice(self.ordinary, max(10, len(self.ordinary) // 100), replace=False)
        plain = np.setdiff1d(self.people, self.chiefs)
        self.add("ForceChangePassword", rng.choice(desks, 2 * len(plain)), np.repeat(plain, 2))
        few = max(5, self.size // 400)
        targets = rng.integers(len(self.people), len(everything), few)
        self.add("GenericWrite", rng.integers(0, len(self.people), few), targets)
        few = max(5, self.size // 20_000)
        self.add("WriteDacl", rng.choice(self.ordinary, few), rng.choice(self.chiefs, few))
        accounts = np.arange(self.first_group)
        self.add("Contains", rng.choice(self.units, len(accounts)), accounts)

    def graph(self) -> ControlGraph:
        """The columns, without the edges that leave Tier 0."""
        relations = directory_relations()
        codes = {name: i for i, name in enumerate(relations)}
        src = np.concatenate([p[0] for p in self.parts]).astype(np.int32)
        dst = np.concatenate([p[1] for p in self.parts]).astype(np.int32)
        kind = np.concatenate([np.full(len(p[0]), codes[p[2]], np.uint8) for p in self.parts])
        tier0 = np.zeros(self.size, np.bool_)
        tier0[self.first_group : self.first_group + 3] = tier0[self.chiefs] = True
        low = (np.arange(self.size) < self.first_group) & ~tier0
        keep = (src != dst) & ~tier0[src]
        via = np.full(int(keep.sum()), UNKNOWN, np.int32)
        kinds = tuple(relations.values())
        return ControlGraph(self.size, src[keep], dst[keep], kind[keep], kinds, via, tier0, low)


def graph(size: int, seed: int = 1) -> ControlGraph:
    """A graph of `size` rows and about sixteen edges a row; Tier 0 is three groups and their few members."""
    drawing = Drawing(size, seed)
    drawing.memberships()
    drawing.hosts()
    drawing.rights()
    return drawing.graph()
