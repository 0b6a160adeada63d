"""Several directories as one: collections that complete each other, or the hospitals of a group.

Rows with the same id are one row. What one source does not know is taken from another, and facts add up: that is
right for two readings of one forest, and for the graph of several forests, whose checks are judged one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.model import (
    UNKNOWN,
    Acls,
    Directory,
    Fact,
    Kind,
    Managed,
    Pairs,
    Relation,
    Trust,
)
from rempart.engines.directory.policies import PolicyFiles, merged as merged_policy

V = TypeVar("V")

_COLUMNS = (
    ("password_set", UNKNOWN),
    ("last_logon", UNKNOWN),
    ("created", UNKNOWN),
    ("admin_count", UNKNOWN),
    ("primary_group_rid", UNKNOWN),
    ("encryption_types", UNKNOWN),
    ("managed", int(Managed.NO)),
    ("kind", int(Kind.UNKNOWN)),
)


def forests(directories: Sequence[Directory]) -> list[Directory]:
    """One directory a forest: those that describe a same domain are merged, their facts added up.

    A copy of SYSVOL describes no domain: it joins the directory that has a domain of its name, when only one has.
    """
    groups: list[tuple[set[str], list[Directory]]] = []
    for d in sorted(directories, key=_is_sysvol_alone):
        domains = {d.ids[row] for row in d.rows(Kind.DOMAIN).tolist()}
        if _is_sysvol_alone(d):
            homes = [g for g in groups if any(_is_home(d, member) for member in g[1])]
            domains = set(homes[0][0]) if len(homes) == 1 else set()
        together = [g for g in groups if g[0] & domains]
        for g in together:
            groups.remove(g)
        groups.append(
            (
                domains.union(*(g[0] for g in together)),
                [m for g in together for m in g[1]] + [d],
            )
        )
    return [
        members[0] if len(members) == 1 else merged(_by_date(members), _union(members))
        for _, members in groups
    ]


def _by_date(members: list[Directory]) -> list[Directory]:
    """The oldest first, when every one is dated: what is read last is what remains."""
    dates = [max((s.collected_at or 0 for s in d.sources), default=0) for d in members]
    if 0 in dates:
        return members
    return [members[i] for i in sorted(range(len(members)), key=dates.__getitem__)]


def _is_sysvol_alone(d: Directory) -> bool:
    return bool(d.sysvol) and not len(d.rows(Kind.DOMAIN))


def _is_home(files: Directory, d: Directory) -> bool:
    """Whether the policies of `files` are those of a domain of `d`."""
    names = {d.names[row].lower() for row in d.rows(Kind.DOMAIN).tolist()}
    return any(policy.domain in names for policy in files.sysvol.values())


def whole(directories: Sequence[Directory]) -> Directory:
    """All the directories as one, for the graph: each brings the edges that it knows.

    Its facts add up, so it is not to be judged: a check on it could call good what one directory did not give.
    """
    return directories[0] if len(directories) == 1 else merged(directories, _union(directories))


def merged(directories: Sequence[Directory], facts: frozenset[Fact]) -> Directory:
    """The rows of all the directories, each id once, with the facts given."""
    index: dict[str, int] = {}
    maps = [
        np.array([index.setdefault(i, len(index)) for i in d.ids], np.int64) for d in directories
    ]
    n = len(index)
    ids = list(index)
    columns = {name: _column(directories, maps, name, default, n) for name, default in _COLUMNS}
    uac, known = _account_control(directories, maps, n)
    return Directory(
        sources=tuple(s for d in directories for s in d.sources),
        facts=facts,
        ids=ids,
        names=_texts([d.names for d in directories], maps, n),
        dns=_texts([d.dns for d in directories], maps, n),
        kind=columns["kind"].astype(np.int8),
        domain=_rows(directories, maps, "domain", n),
        parent=_rows(directories, maps, "parent", n),
        rid=_column(directories, maps, "rid", UNKNOWN, n),
        uac=uac,
        uac_known=known,
        password_set=columns["password_set"],
        last_logon=columns["last_logon"],
        created=columns["created"],
        admin_count=columns["admin_count"].astype(np.int8),
        primary_group_rid=columns["primary_group_rid"],
        encryption_types=columns["encryption_types"].astype(np.int32),
        managed=columns["managed"].astype(np.int8),
        relations=_relations(directories, maps, n),
        acls=_acls(directories, maps, n),
        trusts=_trusts(directories, maps),
        attributes=_sparse([d.attributes for d in directories], maps),
        owner=_rows(directories, maps, "owner", n),
        blobs=_sparse([d.blobs for d in directories], maps),
        sysvol=_policies(directories),
        index=index,
        stated_edges=tuple(
            (int(m[s]), kind, int(m[t]))
            for d, m in zip(directories, maps, strict=True)
            for s, kind, t in d.stated_edges
        ),
    )


def _policies(directories: Sequence[Directory]) -> dict[str, PolicyFiles]:
    found: dict[str, PolicyFiles] = {}
    for d in directories:
        for key, policy in d.sysvol.items():
            found[key] = merged_policy(found[key], policy) if key in found else policy
    return found


def _union(directories: Iterable[Directory]) -> frozenset[Fact]:
    return frozenset[Fact]().union(*(d.facts for d in directories))


def _column(
    directories: Sequence[Directory],
    maps: Sequence[NDArray[np.int64]],
    name: str,
    default: int,
    n: int,
) -> NDArray[np.int64]:
    out = np.full(n, default, np.int64)
    for d, m in zip(directories, maps, strict=True):
        values = getattr(d, name)
        known = values != default
        out[m[known]] = values[known]
    return out


def _rows(
    directories: Sequence[Directory], maps: Sequence[NDArray[np.int64]], name: str, n: int
) -> NDArray[np.int32]:
    out = np.full(n, UNKNOWN, np.int64)
    for d, m in zip(directories, maps, strict=True):
        values = getattr(d, name)
        known = values != UNKNOWN
        out[m[known]] = m[values[known]]
    return out.astype(np.int32)


def _account_control(
    directories: Sequence[Directory], maps: Sequence[NDArray[np.int64]], n: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """userAccountControl and its known bits: each bit is that of the last source that gives it, as the columns are."""
    value, known = np.zeros(n, np.int32), np.zeros(n, np.int32)
    for d, m in zip(directories, maps, strict=True):
        value[m] = (value[m] & ~d.uac_known) | (d.uac & d.uac_known)
        known[m] |= d.uac_known
    return value, known


def _texts(columns: Sequence[list[str]], maps: Sequence[NDArray[np.int64]], n: int) -> list[str]:
    out = [""] * n
    for column, m in zip(columns, maps, strict=True):
        for row, text in zip(m.tolist(), column, strict=True):
            if text:
                out[row] = text
    return out


def _sparse(
    tables: Sequence[dict[str, dict[int, list[V]]]], maps: Sequence[NDArray[np.int64]]
) -> dict[str, dict[int, list[V]]]:
    out: dict[str, dict[int, list[V]]] = {}
    for table, m in zip(tables, maps, strict=True):
        for name, values in table.items():
            target = out.setdefault(name, {})
            for row, cell in values.items():
                target[int(m[row])] = cell
    return out


def _relations(
    directories: Sequence[Directory], maps: Sequence[NDArray[np.int64]], n: int
) -> dict[Relation, Pairs]:
    keys: dict[Relation, list[NDArray[np.int64]]] = {}
    for d, m in zip(directories, maps, strict=True):
        for relation, pairs in d.relations.items():
            keys.setdefault(relation, []).append(m[pairs.src] * n + m[pairs.dst])
    out = {}
    for relation, parts in keys.items():
        key = np.unique(np.concatenate(parts))
        out[relation] = Pairs((key // n).astype(np.int32), (key % n).astype(np.int32))
    return out


def _acls(directories: Sequence[Directory], maps: Sequence[NDArray[np.int64]], n: int) -> Acls:
    """Lists end to end; a row read twice keeps the list of the source that read raw descriptors, else the last that
    is not empty."""
    of, protected = np.full(n, UNKNOWN, np.int64), np.full(n, UNKNOWN, np.int8)
    starts, lists, entries = [np.zeros(1, np.int64)], 0, 0
    ranked = sorted(
        zip(directories, maps, strict=True), key=lambda pair: Fact.DESCRIPTORS in pair[0].facts
    )
    for d, m in ranked:
        # The last cell stands for the rows whose list was not read (-1).
        empty = np.append(np.diff(d.acls.start) == 0, False)[d.acls.of] & (of[m] >= 0)
        read = (d.acls.of >= 0) & ~empty
        of[m[read]] = d.acls.of[read] + lists
        known = (d.acls.protected != UNKNOWN) & ~empty
        protected[m[known]] = d.acls.protected[known]
        starts.append(d.acls.start[1:] + entries)
        lists += len(d.acls.start) - 1
        entries += len(d.acls.principal)
    return Acls(
        of=of.astype(np.int32),
        start=np.concatenate(starts),
        principal=np.concatenate([m[d.acls.principal] for d, m in ranked]).astype(np.int32),
        right=np.concatenate([d.acls.right for d, _ in ranked]),
        inherited=np.concatenate([d.acls.inherited for d, _ in ranked]),
        protected=protected,
    )


def _trusts(
    directories: Sequence[Directory], maps: Sequence[NDArray[np.int64]]
) -> tuple[Trust, ...]:
    out: dict[tuple[int, str], Trust] = {}
    for d, m in zip(directories, maps, strict=True):
        for trust in d.trusts:
            row = int(m[trust.row]) if trust.row != UNKNOWN else UNKNOWN
            moved = replace(trust, domain=int(m[trust.domain]), row=row)
            key = (moved.domain, moved.partner)
            if key not in out or out[key].attributes is None:
                out[key] = moved
    return tuple(out.values())
