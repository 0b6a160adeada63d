"""`rempart collect directory`: read a live directory into a collection file."""

from pathlib import Path

import click
from rich.console import Console

from rempart.cli.live import Live, collect_into, live_options
from rempart.cli.secret import secret_line
from rempart.engines.directory.collect.collection_file import SUFFIX
from rempart.engines.directory.collect.collector import Summary
from rempart.kernel.errors import UnreadableSource
from rempart.render.console import Bars

_PATH = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help="Collecter un annuaire, en lecture seule.")
def collect() -> None:
    """The group of the collectors."""


@collect.command(
    "directory",
    help="Lire un annuaire en fonctionnement, sans rien y écrire, dans un fichier de collecte.\n\n"
    "URL : ldaps://dc1.exemple.fr ou ldap://dc1.exemple.fr. Un compte ordinaire du domaine suffit. "
    "Le mot de passe est demandé, ou lu dans un fichier ; jamais donné sur la ligne de commande.",
)
@click.argument("url", metavar="URL")
@click.option(
    "--output", required=True, type=_PATH, metavar="FICHIER", help=f"Fichier à écrire ({SUFFIX})."
)
@click.option("--force", is_flag=True, help="Remplacer le fichier s’il existe.")
@live_options
@click.option(
    "--passphrase-file",
    type=_FILE,
    metavar="FICHIER",
    help="Chiffrer avec la phrase de passe de ce fichier.",
)
@click.option("--quiet", is_flag=True, help="Ne rien afficher que les erreurs.")
def collect_directory(
    url: str,
    output: Path,
    force: bool,
    live: Live,
    passphrase_file: Path | None,
    quiet: bool,
) -> None:
    """Collect, and say what was read."""
    if output.exists() and not force:
        raise UnreadableSource(
            f"« {output} » existe déjà.", todo="Donnez un autre nom, ou --force pour le remplacer."
        )
    [target] = live.targets([url])
    encryption = live.encryption(secret_line(passphrase_file))
    with Bars(Console(stderr=True, quiet=quiet, highlight=False)) as bars:
        summary = collect_into(output, target, encryption, bars)
    if not quiet:
        _say(summary, output, encrypted=encryption is not None)


def _say(summary: Summary, output: Path, *, encrypted: bool) -> None:
    click.echo(
        f"Objets lus sur {summary.server} : {summary.total}, dont {summary.descriptors} avec leurs droits"
    )
    for context, count in summary.entries.items():
        click.echo(f"  {context} : {count}")
    if summary.policies is not None:
        click.echo(f"  Stratégies de groupe lues dans SYSVOL : {summary.policies}")
    for note in summary.notes:
        click.echo(f"À savoir : {note}")
    click.echo(f"Collecte : {output}" + (" (chiffrée)" if encrypted else ""))
    click.echo(f"Ensuite : rempart audit directory {output} --output rapport")
