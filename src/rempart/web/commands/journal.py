"""`rempart journal verify | export`: prove that nobody has changed the journal."""

from pathlib import Path

import click

from rempart.kernel.french import counted
from rempart.web.commands import setup

_PATH = click.Path(path_type=Path)


@click.group(help="Le journal de la plateforme : le vérifier, l’exporter comme preuve.")
def journal() -> None:
    """The group of the journal."""


@journal.command(
    help="Suivre toute la chaîne et nommer le premier maillon rompu (code 1) ; avec un FICHIER, vérifier cet export."
)
@click.argument("file", type=_PATH, required=False, metavar="[FICHIER]")
@click.pass_context
def verify(context: click.Context, file: Path | None) -> None:
    """Verify the database, or an exported bundle without any database."""
    from rempart.web.core import proof  # noqa: PLC0415  # knows no database

    if file is not None:
        walk = proof.verified(file)
    else:
        setup.django()
        from rempart.web.core import journal as chain_of_database  # noqa: PLC0415  # needs the settings

        walk = chain_of_database.verified()
    if walk.broken:
        click.echo(f"Journal ROMPU. {walk.broken.reason}", err=True)
        click.echo(
            f"Ce qui précède tient ({counted(walk.entries, 'entrée')}). Gardez la base en l’état, et comparez-la au dernier "
            "export (rempart journal verify FICHIER).",
            err=True,
        )
        context.exit(1)
    click.echo(
        f"Journal intact : {counted(walk.entries, 'entrée')}. Dernière empreinte : {walk.last_hash}"
    )


@journal.command(
    help="Exporter le journal en un dossier de preuve (ZIP) qui se vérifie sans Rempart."
)
@click.option("--output", type=_PATH, required=True, metavar="FICHIER.zip", help="Où l’écrire.")
@click.pass_context
def export(context: click.Context, output: Path) -> None:
    """Write the bundle; a journal whose chain is broken is exported too, and said broken."""
    setup.django()
    from rempart.web.core import proof  # noqa: PLC0415  # needs the settings

    walk = proof.export(output)
    click.echo(
        f"{counted(walk.entries, 'entrée')} dans {output}. Dernière empreinte : {walk.last_hash}"
    )
    if walk.broken:
        click.echo(f"Attention, journal ROMPU. {walk.broken.reason}", err=True)
        context.exit(1)
