"""Reports that were made elsewhere, given as files: known from other files by their edges, and read whole."""

from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeVar

import msgspec

from rempart.kernel.errors import UnreadableSource
from rempart.render.french import size
from rempart.render.text import name

EDGE: Final = 4096


class Versioned(Protocol):
    """A report of any kind."""

    @property
    def schema(self) -> str:
        """The name and the version of its form."""


Report = TypeVar("Report", bound=Versioned)


def edges_of(file: BinaryIO) -> tuple[bytes, bytes]:
    """The first and the last bytes of a file, left at its end: a report names its schema in one or the other."""
    head = file.read(EDGE)
    file.seek(max(0, file.seek(0, 2) - EDGE))
    return head, file.read()


def read(
    path: Path, kind: type[Report], schema: str, *, longest: int, expected: str, instead: str
) -> Report:
    """The report of a file. Raises UnreadableSource when it is too long, not whole, or of another version.

    `expected` says what such a file is, and `instead` what to give when there is none.
    """
    try:
        if path.stat().st_size > longest:
            raise ValueError(f"fichier de plus de {size(longest)}")
        report = msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, ValueError, msgspec.DecodeError, RecursionError) as fault:
        raise UnreadableSource(
            f"Ce rapport n’est pas lisible ({name(str(fault))}).",
            expected=expected,
            todo=f"Déposez ce fichier tel quel, ou {instead}.",
        ) from fault
    if report.schema != schema:
        raise UnreadableSource(
            f"Ce rapport est d’une autre version ({name(report.schema)}).",
            expected=f"Version {schema}.",
            todo=f"Refaites l’audit avec une version de Rempart proche de celle de ce serveur, ou déposez {instead}.",
        )
    return report
