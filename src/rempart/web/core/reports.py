"""Reports that were made elsewhere, given as files: known from other files by their edges, and read whole."""

import re
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeVar

import msgspec

from rempart.kernel.errors import RempartError, UnreadableSource
from rempart.render.french import size
from rempart.render.text import name, visible

EDGE: Final = 4096
LONGEST_REFUSAL: Final = 2000
_PLACE: Final = re.compile(r"`(\$[^`]*)`")


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
    content = b""
    try:
        if path.stat().st_size > longest:
            raise ValueError(f"fichier de plus de {size(longest)}")
        content = path.read_bytes()
        report = msgspec.json.decode(content, type=kind)
    except (OSError, ValueError, msgspec.DecodeError, RecursionError) as fault:
        if (said := _schema_of(content)) not in ("", schema):
            raise _other_version(said, schema, instead) from fault
        raise UnreadableSource(
            f"Ce rapport n’est pas lisible ({_why(fault)}).",
            expected=expected,
            todo=f"Déposez ce fichier tel quel, ou {instead}.",
        ) from fault
    if report.schema != schema:
        raise _other_version(report.schema, schema, instead)
    return report


def kept_refusal(fault: RempartError) -> dict[str, str]:
    """Why something was refused, as a row keeps it and a page shows it."""
    said = {"found": fault.found, "expected": fault.expected, "todo": fault.todo}
    return {part: visible(text)[:LONGEST_REFUSAL] for part, text in said.items()}


class _Schema(msgspec.Struct):
    """What a report of any version says of its form."""

    schema: str = ""


def _schema_of(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_Schema).schema
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ""


def _other_version(said: str, schema: str, instead: str) -> UnreadableSource:
    return UnreadableSource(
        f"Ce rapport est d’une autre version ({name(said)}).",
        expected=f"Version {schema}.",
        todo=f"Refaites l’audit avec une version de Rempart proche de celle de ce serveur, ou déposez {instead}.",
    )


def _why(fault: Exception) -> str:
    """Why a file cannot be read, in the words of people: the library speaks English."""
    said = str(fault)
    if isinstance(fault, msgspec.ValidationError):
        place = _PLACE.search(said)
        return f"il n’a pas la forme attendue{f', à « {name(place[1], 80)} »' if place else ''}"
    if isinstance(fault, RecursionError):
        return "il est imbriqué sans fin"
    if "truncated" in said:
        return "il est coupé avant sa fin"
    if isinstance(fault, UnicodeError) or "utf-8" in said.lower():
        return "il n’est pas écrit en UTF-8"
    if isinstance(fault, msgspec.DecodeError):
        return "ce n’est pas du JSON"
    return name(said)
