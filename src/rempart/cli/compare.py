"""`rempart compare OLD NEW`: what was mended between two reports, what is new, what is still there."""

from pathlib import Path

import click
import msgspec
from rich.console import Console

from rempart.engines.directory.compare import compare as compare_reports
from rempart.engines.directory.report import SCHEMA, Report
from rempart.kernel.errors import UnreadableSource
from rempart.render.outputs import write_comparison
from rempart.render.terminal import comparison

_PATH = click.Path(path_type=Path)
LONGEST_REPORT = 1 << 30


@click.command(
    help="Comparer deux rapports JSON d’un même annuaire : corrigé, nouveau, toujours là."
)
@click.argument("old", type=_PATH, metavar="ANCIEN")
@click.argument("new", type=_PATH, metavar="NOUVEAU")
@click.option(
    "--output", type=_PATH, metavar="DOSSIER", help="Où écrire la comparaison (HTML et JSON)."
)
def compare(old: Path, new: Path, output: Path | None) -> None:
    """Compare two reports, on screen and in a folder when one is given."""
    result = compare_reports(read_report(old), read_report(new))
    comparison(result, Console(highlight=False))
    if output is not None:
        paths = write_comparison(result, output)
        click.echo("\nComparaison : " + ", ".join(str(path) for path in paths))


def read_report(path: Path) -> Report:
    """A report from its JSON file, or from the folder that holds it. Raises UnreadableSource."""
    file = path / "report.json" if path.is_dir() else path
    try:
        if file.stat().st_size > LONGEST_REPORT:
            raise ValueError("fichier de plus de 1 Go")
        report = msgspec.json.decode(file.read_bytes(), type=Report)
    except (OSError, ValueError, msgspec.DecodeError) as fault:
        raise UnreadableSource(
            f"Rapport illisible : {file} ({fault}).",
            expected="Le fichier report.json que « rempart audit directory » a écrit.",
            todo="Donnez ce fichier, ou le dossier qui le contient.",
        ) from fault
    if report.schema != SCHEMA:
        raise UnreadableSource(
            f"Rapport d’une autre version : {file} ({report.schema}).",
            expected=f"Version {SCHEMA}.",
        )
    return report
