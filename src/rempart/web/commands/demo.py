"""`rempart demo`: the platform on this machine with an invented region, ready to be looked at."""

import os
from pathlib import Path
from typing import Final

import click

from rempart.kernel.errors import RempartError
from rempart.web.commands import setup

LOOPBACK: Final = "127.0.0.1"
SETTINGS: Final = {
    "REMPART_DEMO": "1",
    # One button signs in: a second factor would have nobody to hold it.
    "REMPART_SECOND_FACTOR_ROLES": "",
    "REMPART_HOSTS": "localhost,127.0.0.1,[::1]",
    "REMPART_ORIGINS": "",
}


@click.command(
    help="Montrer la plateforme sur ce poste, avec une région de démonstration aux données inventées."
)
@click.option(
    "--port", default=8000, show_default=True, help="Port à écouter, sur ce poste seulement."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("rempart-demo"),
    show_default=True,
    help="Dossier de la démonstration ; effacez-le pour recommencer.",
)
def demo(port: int, data: Path) -> None:
    """Make the folder, fill it the first time, serve on loopback."""
    database = data.absolute() / "rempart.sqlite3"
    if database.exists() and not (data / ".demo").exists():
        raise RempartError(
            f"Le dossier {data} contient déjà une installation, qui n’est pas une démonstration.",
            todo="Choisissez un autre dossier avec --data.",
        )
    data.mkdir(parents=True, exist_ok=True)
    (data / ".demo").touch()
    os.environ.update(SETTINGS)
    os.environ |= {
        "REMPART_DATA": str(data.absolute()),
        "REMPART_DATABASE_URL": f"sqlite:///{database}",
        "REMPART_URL": f"http://{LOOPBACK}:{port}",
    }
    setup.django()
    _fill(database)
    from rempart.web.commands import serve  # noqa: PLC0415  # the settings first

    click.echo(f"Démonstration prête : http://{LOOPBACK}:{port}/demo/  (Ctrl+C pour arrêter)")
    serve.run(LOOPBACK, port, with_jobs=True)


def _fill(database: Path) -> None:
    from django.utils import timezone  # noqa: PLC0415  # the settings first

    from rempart.web.commands import preparation  # noqa: PLC0415
    from rempart.web.demo import seed, tables  # noqa: PLC0415

    tables.lay(database)
    preparation.prepare()
    if not seed.is_filled():
        click.echo("Premier démarrage : la région de démonstration se prépare…")
        seed.begin(timezone.localdate())
