"""Control graphs of any size, drawn at random with the shape of a directory, as columns.

Accounts in many groups, groups in groups, local administrators by blocks, sessions, delegations over whole units,
a few administrators' sessions and rights left where they should not be.
"""

import numpy as np
from numpy.typing import NDArray

from rempart.content.loader import directory_relations
from rempart.engines.directory.graph import ControlGraph
from rempart.engines.directory.model import UNKNOWN

USERS, COMPUTERS, GROUPS = 0.52, 0.34, 0.12


def graph(size: int, seed: int = 1) -> ControlGraph:
    """A graph of `size` rows and about sixteen edges a row; Tier 0 is three groups and their few members."""
    rng = np.random.default_rng(seed)
    users, computers = int(size * USERS), int(size * COMPUTERS)
    groups = int(size * GROUPS)
    first_group, first_unit = users + computers, users + computers + groups
    relations = directory_relations()
    codes = {name: i for i, name in enumerate(relations)}
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], int]] = []

    def add(kind: str, src: NDArray[np.int64], dst: NDArray[np.int64]) -> None:
        parts.append((src, dst, codes[kind]))

    people, machines = np.arange(users), np.arange(users, users + computers)
    core = np.arange(first_group, first_group + 3)
    ordinary = np.arange(first_group + 10, first_unit)
    chiefs = rng.choice(users, max(20, users // 2500), replace=False)
    add("MemberOf", people, np.full(users, first_group + 3))
    add("MemberOf", chiefs, np.full(len(chiefs), core[0]))
    times = rng.poisson(7, users)
    popular = rng.permutation(ordinary)
    draw = np.minimum(
        (len(popular) * rng.power(0.6, times.sum())).astype(np.int64), len(popular) - 1
    )
    add("MemberOf", np.repeat(people, times), popular[draw])
    nested = rng.poisson(0.8, len(ordinary))
    inner = np.repeat(np.arange(len(ordinary)), nested)
    outer = (inner * rng.random(len(inner))).astype(np.int64)
    shuffled = rng.permutation(ordinary)
    add("MemberOf", shuffled[inner], shuffled[outer])
    add(
        "AdminTo",
        rng.choice(rng.choice(ordinary, max(10, groups // 25)), computers * 3),
        np.repeat(machines, 3),
    )
    logged = rng.poisson(1.6, computers)
    add("HasSession", np.repeat(machines, logged), rng.integers(0, users, logged.sum()))
    careless = max(10, computers // 4000)
    add("HasSession", rng.choice(machines, careless), rng.choice(chiefs, careless))
    everything = np.arange(first_unit)
    for operator in range(first_group, first_group + 10):
        add("GenericAll", np.full(first_unit, operator), everything)
    desks = rng.choice(ordinary, max(10, groups // 100), replace=False)
    plain = np.setdiff1d(people, chiefs)
    add("ForceChangePassword", rng.choice(desks, 2 * len(plain)), np.repeat(plain, 2))
    few = max(5, size // 400)
    add("GenericWrite", rng.integers(0, users, few), rng.integers(users, first_unit, few))
    few = max(5, size // 20_000)
    add("WriteDacl", rng.choice(ordinary, few), rng.choice(chiefs, few))
    units = np.arange(first_unit, size)
    add("Contains", rng.choice(units, users + computers), np.arange(users + computers))
    src = np.concatenate([p[0] for p in parts]).astype(np.int32)
    dst = np.concatenate([p[1] for p in parts]).astype(np.int32)
    kind = np.concatenate([np.full(len(p[0]), p[2], np.uint8) for p in parts])
    tier0 = np.zeros(size, np.bool_)
    tier0[core] = tier0[chiefs] = True
    # The operator groups are empty, as in a directory by default: their edges are there, and lead from nobody.
    low = np.arange(size) < users + computers
    keep = (src != dst) & ~tier0[src]
    via = np.full(int(keep.sum()), UNKNOWN, np.int32)
    return ControlGraph(
        size, src[keep], dst[keep], kind[keep], tuple(relations.values()), via, tier0, low & ~tier0
    )
