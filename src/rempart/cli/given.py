"""What commands of every audit are given: formats to write, and reports that were written before."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

import click
import msgspec

from rempart.kernel.errors import UnreadableSource

LONGEST_REPORT: Final = 1 << 30


class Formats(click.ParamType[tuple[str, ...]]):
    """A list of formats separated by commas, among those that are known."""

    name = "formats"

    def __init__(self, known: Sequence[str]) -> None:
        self._known = tuple(known)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The formats asked for; `all` means every one."""
        asked = [part.strip() for part in str(value).split(",") if part.strip()]
        unknown = [f for f in asked if f not in [*self._known, "all"]]
        if unknown or not asked:
            known = ", ".join(self._known)
            self.fail(f"format inconnu : {', '.join(unknown)}. Formats : {known}.", param, ctx)
        return self._known if "all" in asked else tuple(asked)


class Versioned(Protocol):
    """A report of any kind."""

    @property
    def schema(self) -> str:
        """The name and the version of its form."""


Report = TypeVar("Report", bound=Versioned)


def read_report(path: Path, kind: type[Report], schema: str, command: str) -> Report:
    """A report of `command` from its JSON file, or from the folder that holds it. Raises UnreadableSource."""
    file = path / "report.json" if path.is_dir() else path
    try:
        if file.stat().st_size > LONGEST_REPORT:
            raise ValueError("fichier de plus de 1 Go")
        report = msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, ValueError, msgspec.DecodeError) as fault:
        raise UnreadableSource(
            f"Rapport illisible : {file} ({fault}).",
            expected=f"Le fichier report.json que « {command} » a écrit.",
            todo="Donnez ce fichier, ou le dossier qui le contient.",
        ) from fault
    if report.schema != schema:
        raise UnreadableSource(
            f"Rapport d’une autre version : {file} ({report.schema}).",
            expected=f"Version {schema}.",
        )
    return report
