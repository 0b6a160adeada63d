"""`rempart compare OLD NEW`: what was mended between two reports, what is new, what is still there."""

from pathlib import Path

import click
from rich.console import Console

from rempart.cli import given
from rempart.engines.directory.compare import compare as compare_reports
from rempart.engines.directory.report import SCHEMA, Report
from rempart.render.outputs import write_comparison
from rempart.render.terminal import comparison

_PATH = click.Path(path_type=Path)


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
    """A report of an audit of the directory. Raises UnreadableSource."""
    return given.read_report(path, Report, SCHEMA, "rempart audit directory")
