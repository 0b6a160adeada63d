"""How an object of the directory is written in a report."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from rempart.engines.directory.model import Directory, Kind
from rempart.engines.directory.report import ObjectRef

# Plain integers: members of an enumeration cost fifty times as much on the objects of a large directory.
KIND_NAMES: Final = {int(kind): kind.name.lower() for kind in Kind}
_USER: Final = int(Kind.USER)


def kind_name(directory: Directory, row: int) -> str:
    """Kind of a row in a report: `user`, `computer`, `managed_account`, `cert_template`…"""
    kind = int(directory.kind[row])
    return "managed_account" if kind == _USER and directory.managed[row] else KIND_NAMES[kind]


def object_ref(
    directory: Directory, row: int, *, detail: str = "", levels: list[int] | None = None
) -> ObjectRef:
    """The reference of a row, with what is wrong with it and at which levels."""
    return ObjectRef(
        id=directory.ids[row],
        name=directory.label(row),
        kind=kind_name(directory, row),
        dn=directory.dns[row],
        detail=detail,
        levels=levels or [],
    )


def object_refs(
    directory: Directory,
    rows: Sequence[int],
    details: Sequence[str],
    levels: Sequence[list[int]],
) -> list[ObjectRef]:
    """The references of many rows at once; `details` and `levels` are aligned with `rows`."""
    at = np.array(rows, np.int64)
    kinds, managed = directory.kind[at].tolist(), directory.managed[at].tolist()
    ids, names, dns = directory.ids, directory.names, directory.dns
    return [
        ObjectRef(
            ids[row],
            names[row] or dns[row] or ids[row],
            "managed_account" if kind == _USER and service else KIND_NAMES[kind],
            dns[row],
            detail,
            level,
        )
        for row, kind, service, detail, level in zip(
            rows, kinds, managed, details, levels, strict=True
        )
    ]
