"""How an object of the directory is written in a report."""

from typing import Final

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
