"""`rempart backup` and `rempart restore`: a whole installation in one file, and back."""

from pathlib import Path

import click

from rempart.kernel.french import counted
from rempart.web.commands import setup

_PATH = click.Path(path_type=Path)


@click.command(help="Sauvegarder la base, les fichiers déposés et la clé, sans arrêter le service.")
@click.option("--output", type=_PATH, required=True, metavar="FICHIER", help="Où l’écrire.")
@click.option(
    "--encrypt-to",
    multiple=True,
    metavar="age1…",
    help="Clé publique age qui la chiffre ; plusieurs possibles.",
)
def backup(output: Path, encrypt_to: tuple[str, ...]) -> None:
    """Write the backup, and say what it holds."""
    setup.django()
    from rempart.web.commands import archive  # noqa: PLC0415  # needs the settings

    content = archive.write(output, encrypt_to)
    size = output.stat().st_size / 1024**2
    click.echo(
        f"Sauvegarde écrite : {output} ({size:.1f} Mo ; base {content.engine}, {counted(content.file_count, 'fichier')})."
    )
    if not encrypt_to:
        click.echo(
            "Elle n’est pas chiffrée, et contient la clé de l’installation : rangez-la comme un mot de passe.",
            err=True,
        )


@click.command(
    help="Restaurer une sauvegarde dans une installation vide, après en avoir vérifié chaque empreinte."
)
@click.argument("file", type=_PATH, metavar="FICHIER")
@click.option(
    "--identity-file", type=_PATH, metavar="FICHIER", help="Clé privée age, si elle est chiffrée."
)
@click.pass_context
def restore(context: click.Context, file: Path, identity_file: Path | None) -> None:
    """Restore, bring the tables up to date, and follow the journal."""
    setup.django()
    from rempart.web.commands import archive, preparation  # noqa: PLC0415  # they need the settings
    from rempart.web.core import journal  # noqa: PLC0415  # id.

    content = archive.restore(file, identity_file)
    if preparation.pending():
        preparation.migrate()
    walk = journal.verified()
    click.echo(
        f"Restauré : base {content.engine} de la version {content.version}, {counted(content.file_count, 'fichier')}, "
        f"journal de {counted(walk.entries, 'entrée')}."
    )
    if walk.broken:
        click.echo(f"Attention, journal ROMPU. {walk.broken.reason}", err=True)
        context.exit(1)
