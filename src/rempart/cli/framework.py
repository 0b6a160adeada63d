"""`rempart framework check`: whether a framework of others can be imported, and what would be left out."""

from pathlib import Path

import click

from rempart.engines.exchange.either import read_framework
from rempart.engines.exchange.reading import ReadFramework
from rempart.kernel.french import counted

SHOWN = 20


@click.group(help="Les référentiels des autres : bibliothèques CISO Assistant, catalogues OSCAL.")
def framework() -> None:
    """The group of the framework commands."""


@framework.command(
    "check",
    help="Lire FILE comme le ferait l’import de la plateforme, et dire ce qu’il contient. Rien n’est enregistré.",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def framework_check(file: Path) -> None:
    """Print what each framework of the file holds; a file that cannot be read ends with 2 and its reason."""
    for read in read_framework(file.read_bytes()):
        for line in _lines(read):
            click.echo(line)


def _lines(read: ReadFramework) -> list[str]:
    found = read.framework
    lines = [
        f"{found.title}",
        f"  identifiant {found.id}, version {found.version}, langue {found.language}",
        f"  {counted(len(found.themes), 'thème')}, {counted(len(found.items), 'question')}",
    ]
    if found.provider:
        lines.append(f"  auteurs : {found.provider}")
    if found.copyright:
        lines.append(f"  droits : {found.copyright.splitlines()[0]}")
    lines += [f"  laissé de côté : {words}" for words in read.left_out[:SHOWN]]
    if len(read.left_out) > SHOWN:
        lines.append(f"  laissé de côté : et {len(read.left_out) - SHOWN} autres.")
    return lines
