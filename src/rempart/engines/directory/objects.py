"""How an object of the directory is written in a report."""

from typing import Final

from rempart.engines.directory.model import Directory, Kind, Managed
from rempart.engines.directory.report import ObjectRef

KIND_NAMES: Final = {kind: kind.name.lower() for kind in Kind}


def kind_name(directory: Directory, row: int) -> str:
    """Kind of a row in a report: `user`, `computer`, `managed_account`, `cert_template`…"""
    if directory.kind[row] == Kind.USER and directory.managed[row] != Managed.NO:
        return "managed_account"
    return KIND_NAMES[Kind(int(directory.kind[row]))]


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
