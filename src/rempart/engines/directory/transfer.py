"""What one builder collected, as a message for another: a process reads a part, and this one joins it to the rest.

Rows of the message are its own: `join` gives them those of the builder that receives it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.columns import Cells, Columns
from rempart.engines.directory.model import Fact, Relation

_OF_ROWS: Final = frozenset({"parent", "owner"})
"""Columns whose values are rows."""


class Collected(msgspec.Struct, gc=False):
    """What `Builder` holds of a source that gives neither certificates nor policies; integers are int64, as bytes."""

    ids: list[str]
    names: tuple[bytes, list[str]]
    dns: tuple[bytes, list[str]]
    domain_of: dict[int, int]
    attributes: dict[str, tuple[bytes, list[list[str]]]]
    facts: list[Fact]
    edges: list[tuple[int, str, int]]
    columns: dict[str, list[bytes]]
    uac: list[bytes]
    relations: dict[Relation, list[bytes]]
    entries: bytes
    list_start: bytes
    list_numbers: bytes


def collected(builder: Builder) -> Collected:
    """The content of a builder that read a part of a source."""
    entries = [number for entry in builder.entry_numbers for number in entry]
    return Collected(
        ids=list(builder.index),
        names=_keyed(builder.names),
        dns=_keyed(builder.dns),
        domain_of=builder.domain_of,
        attributes={
            name: (_bytes(cells), list(cells.values()))
            for name, cells in builder.attributes.items()
        },
        facts=sorted(builder.facts),
        edges=builder.stated_edges,
        columns={name: _of(column) for name, column in builder.columns.items()},
        uac=_of(builder.uac),
        relations={relation: _of(pairs) for relation, pairs in builder.relations.items()},
        entries=_bytes(entries),
        list_start=_bytes(builder.acl_start),
        list_numbers=_bytes(builder.acl_entries),
    )


def join(builder: Builder, part: Collected) -> Cells:
    """Add a part after what the builder holds, as if it had read it itself; the row here of each row of the part."""
    at = np.array(builder.rows(part.ids), np.int64)
    lists = _lists(builder, part, at)
    for known, (keys, values) in ((builder.names, part.names), (builder.dns, part.dns)):
        known.update(zip(at[_ints(keys)].tolist(), values, strict=True))
    for row, domain in part.domain_of.items():
        builder.domain_of[int(at[row])] = int(at[domain])
    for name, (keys, cells) in part.attributes.items():
        rows = at[_ints(keys)].tolist()
        builder.attributes.setdefault(name, {}).update(zip(rows, cells, strict=True))
    builder.facts.update(part.facts)
    builder.stated_edges += [(int(at[s]), kind, int(at[d])) for s, kind, d in part.edges]
    for name, pair in part.columns.items():
        places, stated = map(_ints, pair)
        if name in _OF_ROWS:
            stated = _mapped(at, stated)
        elif name == "acl":
            stated = _mapped(lists, stated)
        builder.columns[name].extend(at[places], stated)
    places, bits, known_bits = map(_ints, part.uac)
    builder.set_uac(at[places], bits, known_bits)
    for relation, pair in part.relations.items():
        builder.relate_all(relation, *(at[_ints(rows)] for rows in pair))
    return at


def _lists(builder: Builder, part: Collected, at: Cells) -> Cells:
    """The id here of each access list of the part."""
    entries = _ints(part.entries).reshape(-1, 3)
    numbers = [
        builder.entry(principal, right, bool(inherited))
        for principal, right, inherited in zip(
            at[entries[:, 0]].tolist(), entries[:, 1].tolist(), entries[:, 2].tolist(), strict=True
        )
    ]
    cells = list(map(numbers.__getitem__, _ints(part.list_numbers).tolist()))
    start = _ints(part.list_start).tolist()
    number = builder.acl_of_numbers
    found = [number(tuple(cells[a:b])) for a, b in zip(start[:-1], start[1:], strict=True)]
    return np.array(found, np.int64)


def _mapped(table: Cells, values: Cells) -> Cells:
    """Values replaced by what the table says; negative ones stay, being no place of it."""
    out = values.copy()
    out[values >= 0] = table[values[values >= 0]]
    return out


def _keyed(cells: Mapping[int, str]) -> tuple[bytes, list[str]]:
    return _bytes(cells), list(cells.values())


def _of(columns: Columns) -> list[bytes]:
    return [column.tobytes() for column in columns.arrays()]


def _bytes(values: Iterable[int]) -> bytes:
    return np.array(list(values), np.int64).tobytes()


def _ints(data: bytes) -> NDArray[np.int64]:
    return np.frombuffer(data, np.int64)
