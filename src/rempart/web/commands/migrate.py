"""`rempart migrate`: bring the tables up to date."""

import click

from rempart.kernel.french import counted
from rempart.web.commands import setup


@click.command(help="Mettre à jour les tables de la base de données.")
def migrate() -> None:
    """Apply what is pending, and say how much there was."""
    setup.django()
    from rempart.web.commands import preparation  # noqa: PLC0415  # needs the settings

    late = preparation.pending()
    if late and preparation.is_embedded():
        preparation.keep_copy()
    preparation.migrate()
    click.echo(
        f"Base à jour ({counted(late, 'migration passée', 'migrations passées')})."
        if late
        else "Base déjà à jour."
    )
