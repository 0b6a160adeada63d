"""`rempart feeds`: make, install and show the data on known holes that an exposure audit uses without any network."""

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.console import Console

from rempart.cli.secret import secret_line
from rempart.engines.exposure.feeds.build import latest_day, read_folder
from rempart.engines.exposure.feeds.bundle import Bundle, Origin
from rempart.engines.exposure.feeds.envelope import SUFFIX, sealed
from rempart.engines.exposure.feeds.store import default_folder, install, load, replace_file
from rempart.engines.exposure.feeds.trust import (
    fingerprint,
    new_key_pair,
    read_signing_key,
    read_trusted,
)
from rempart.kernel.errors import UnreadableSource, system_words
from rempart.kernel.french import counted, grouped
from rempart.render.console import Bars

_PATH = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


def feeds_folder(given: Path | None = None) -> Path:
    """The folder of the installed bundle: the one given, else that of REMPART_FEEDS or of the system."""
    return given or default_folder(os.environ, sys.platform, Path.home())


@click.group(
    help="Les données sur les failles connues, en un fichier signé qui se passe de réseau."
)
def feeds() -> None:
    """The group of the feed commands."""


@feeds.command(
    "key",
    help="Faire une paire de clés pour signer des lots : FICHIER garde la clé privée, FICHIER.pub la publique.",
)
@click.argument("file", metavar="FICHIER", type=_PATH)
def feeds_key(file: Path) -> None:
    """Write a new pair of keys; never over an existing file."""
    public = file.with_name(file.name + ".pub")
    for path in (file, public):
        if path.exists():
            raise UnreadableSource(f"« {path} » existe déjà.", todo="Donnez un autre nom.")
    private_pem, public_pem = new_key_pair()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(private_pem)
    public.write_bytes(public_pem)
    [name] = read_trusted(public_pem)
    click.echo(f"Clé privée, à garder hors de portée : {file}")
    click.echo(f"Clé publique, à donner : {public} (empreinte {name})")


@feeds.command(
    "build",
    help="Réunir en un lot signé les fichiers publics d’un dossier, tels qu’ils sont publiés : KEV, EPSS, fins de vie, "
    "fiches CVE, bibliothèques de scripts, compilations d’Exchange et de NetScaler, noms abandonnés.",
)
@click.argument("folder", metavar="DOSSIER", type=_FOLDER)
@click.option(
    "--output", required=True, type=_PATH, metavar="FICHIER", help=f"Lot à écrire ({SUFFIX})."
)
@click.option("--key", "key_file", required=True, type=_FILE, help="Clé privée Ed25519 (PEM).")
@click.option(
    "--passphrase-file", type=_FILE, help="Phrase de passe de cette clé, dans un fichier."
)
@click.option(
    "--as-of",
    "days",
    multiple=True,
    metavar="SECTION=JOUR",
    help="Jour des données d’une section qui ne le dit pas elle-même (libraries=2026-08-22).",
)
@click.option("--today", type=_DAY, help="Jour du lot (aujourd’hui).")
@click.option("--quiet", is_flag=True, help="Ne rien afficher que les erreurs.")
def feeds_build(
    folder: Path,
    output: Path,
    key_file: Path,
    passphrase_file: Path | None,
    days: tuple[str, ...],
    today: datetime | None,
    quiet: bool,
) -> None:
    """Read the folder, seal, write, and say what is in it."""
    key = read_signing_key(key_file.read_bytes(), secret_line(passphrase_file))
    with Bars(Console(stderr=True, quiet=quiet, highlight=False)) as bars:
        bars.stage("Lecture des fichiers publics")
        read = read_folder(folder, lambda name: bars.advance())
        origins = _dated(read.origins, days)
        made_on = _day(today)
        newest = latest_day(origins)
        if newest is not None and newest > made_on:
            raise UnreadableSource(
                f"Des données sont datées du {newest.isoformat()}, après le jour du lot ({made_on.isoformat()}).",
                todo="Réglez l’horloge de ce poste, ou donnez --today.",
            )
        bars.stage("Signature")
        data = sealed(read.contents, origins, made_on=made_on, key=key)
    _write(output, data)
    if not quiet:
        click.echo(f"Lot écrit : {output} ({grouped(len(data) // 1024)} Kio)")
        click.echo(f"Signé par la clé {fingerprint(key.public_key())}, le {made_on:%d/%m/%Y}.")
        _list(origins)
        if read.ignored:
            click.echo(
                f"{counted(len(read.ignored), 'fichier')} sans rapport avec ces données : "
                f"{', '.join(read.ignored[:5])}{'…' if len(read.ignored) > 5 else ''}"
            )


@feeds.command(
    "import",
    help="Vérifier un lot, et l’installer. La première fois, --trust donne la clé publique de son auteur ; elle est "
    "gardée à côté du lot.",
)
@click.argument("file", metavar="FICHIER", type=_FILE)
@click.option("--trust", type=_FILE, help="Clés publiques de confiance (PEM).")
@click.option("--feeds", "folder", type=_PATH, help="Dossier des lots (REMPART_FEEDS).")
@click.option("--today", type=_DAY, help="Date d’aujourd’hui, si l’horloge se trompe.")
@click.option("--quiet", is_flag=True, help="Ne rien afficher que les erreurs.")
def feeds_import(
    file: Path, trust: Path | None, folder: Path | None, today: datetime | None, quiet: bool
) -> None:
    """Install, all or nothing."""
    place = feeds_folder(folder)
    bundle = install(file, place, today=_day(today), trust=trust)
    if not quiet:
        click.echo(f"Lot installé : {place}")
        _say(bundle)


@feeds.command("show", help="Dire ce que contient le lot installé, ou celui d’un fichier.")
@click.argument("file", metavar="[FICHIER]", type=_FILE, required=False)
@click.option("--trust", type=_FILE, help="Clés publiques de confiance (PEM).")
@click.option("--feeds", "folder", type=_PATH, help="Dossier des lots (REMPART_FEEDS).")
@click.option("--today", type=_DAY, help="Date d’aujourd’hui, si l’horloge se trompe.")
def feeds_show(
    file: Path | None, trust: Path | None, folder: Path | None, today: datetime | None
) -> None:
    """Verify, and print."""
    _say(load(file or feeds_folder(folder), today=_day(today), trust=trust))


def _day(given: datetime | None) -> date:
    return given.date() if given else datetime.now(UTC).date()  # noqa: TID251 (the command is the clock)


def _dated(origins: list[Origin], days: tuple[str, ...]) -> list[Origin]:
    """The origins with the days that the command gives."""
    given: dict[str, str] = {}
    for text in days:
        section, _, day = text.partition("=")
        try:
            given[section] = date.fromisoformat(day).isoformat()
        except ValueError as fault:
            raise click.BadParameter(f"« {text} » : SECTION=AAAA-MM-JJ attendu.") from fault
    unknown = sorted(set(given) - {origin.section for origin in origins})
    if unknown:
        raise click.BadParameter(f"section absente du dossier : {', '.join(unknown)}.")
    return [
        Origin(o.section, o.title, o.origin, o.licence, given.get(o.section, o.as_of), o.rows)
        for o in origins
    ]


def _write(output: Path, data: bytes) -> None:
    try:
        replace_file(output, data)
    except OSError as fault:
        raise UnreadableSource(
            f"Le lot n’a pas pu être écrit : {output} ({system_words(fault)}).",
            todo="Vérifiez la place libre et les droits de ce dossier.",
        ) from fault


def _say(bundle: Bundle) -> None:
    click.echo(
        f"Fait le {date.fromisoformat(bundle.made_on):%d/%m/%Y}, signé par la clé {bundle.signer}."
    )
    _list(bundle.origins)
    share = bundle.coverage
    if share is not None:
        click.echo(
            f"Failles exploitées dont les versions touchées sont décrites : {100 * share:.0f} %."
            + (" En dessous de 80 %, « rien trouvé » n’est pas une preuve." if share < 0.8 else "")
        )


def _list(origins: list[Origin]) -> None:
    for origin in origins:
        day = f"au {date.fromisoformat(origin.as_of):%d/%m/%Y}" if origin.as_of else "sans date"
        click.echo(f"  {origin.title} : {counted(origin.rows, 'ligne')}, données {day}")
        click.echo(f"    {origin.origin} ({origin.licence})")
