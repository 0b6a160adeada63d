"""`rempart collect directory`: read a live directory into a collection file."""

import time
from pathlib import Path

import click
from rich.console import Console

from rempart.cli.progress import Bars
from rempart.engines.directory.collect.collection_file import SUFFIX, CollectionWriter
from rempart.engines.directory.collect.collector import Summary, collect
from rempart.engines.directory.collect.envelope import Encryption
from rempart.engines.directory.collect.target import Auth, Target, parse_url, protection_of
from rempart.kernel.errors import UnreadableSource

_PATH = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    help="Lire un annuaire en fonctionnement, sans rien y écrire, dans un fichier de collecte.\n\n"
    "URL : ldaps://dc1.exemple.fr ou ldap://dc1.exemple.fr. Un compte ordinaire du domaine suffit. "
    "Le mot de passe est demandé, ou lu dans un fichier ; jamais donné sur la ligne de commande."
)
@click.argument("url", metavar="URL")
@click.option(
    "--output", required=True, type=_PATH, metavar="FICHIER", help=f"Fichier à écrire ({SUFFIX})."
)
@click.option("--force", is_flag=True, help="Remplacer le fichier s’il existe.")
@click.option("--user", default="", metavar="COMPTE", help="compte@domaine ou DOMAINE\\compte.")
@click.option(
    "--password-file",
    type=_FILE,
    metavar="FICHIER",
    help="Fichier dont la première ligne est le mot de passe.",
)
@click.option(
    "--auth",
    type=click.Choice([auth.value for auth in Auth]),
    default=Auth.SIMPLE.value,
    show_default=True,
    help="simple (mot de passe sous TLS), ntlm ou kerberos (avec ldap:// : échanges scellés, sans certificat). "
    "Avec kerberos et sans --password-file, le ticket de la session est employé.",
)
@click.option("--ca-file", type=_FILE, metavar="FICHIER", help="Autorité de certification (PEM).")
@click.option(
    "--server-name",
    default="",
    metavar="NOM",
    help="Nom attendu du serveur, s’il n’est pas dans l’URL.",
)
@click.option("--insecure", is_flag=True, help="Accepter n’importe quel certificat (déconseillé).")
@click.option(
    "--clear-text", is_flag=True, help="Envoyer le mot de passe sans protection (déconseillé)."
)
@click.option(
    "--rate",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Entrées par seconde au plus (0 : sans limite).",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1, 3600),
    default=60,
    show_default=True,
    metavar="SECONDES",
    help="Attente d’une réponse.",
)
@click.option(
    "--sysvol/--no-sysvol",
    default=True,
    help="Lire aussi les stratégies de groupe (SMB, port 445).",
)
@click.option(
    "--encrypt-to",
    multiple=True,
    metavar="CLÉ",
    help="Chiffrer pour une clé publique age (répétable).",
)
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
    user: str,
    password_file: Path | None,
    auth: str,
    ca_file: Path | None,
    server_name: str,
    insecure: bool,
    clear_text: bool,
    rate: int,
    timeout: float,
    sysvol: bool,
    encrypt_to: tuple[str, ...],
    passphrase_file: Path | None,
    quiet: bool,
) -> None:
    """Collect, and say what was read."""
    if output.exists() and not force:
        raise UnreadableSource(
            f"« {output} » existe déjà.", todo="Donnez un autre nom, ou --force pour le remplacer."
        )
    scheme, host, port = parse_url(url)
    method = Auth(auth)
    target = Target(
        host=host,
        port=port,
        protection=protection_of(scheme, method, clear=clear_text),
        auth=method,
        user=user,
        password=_password(user, method, password_file),
        ca_file=ca_file,
        insecure=insecure,
        timeout=timeout,
        rate=rate,
        server_name=server_name,
        sysvol=sysvol,
    )
    encryption = _encryption(encrypt_to, passphrase_file)
    console = Console(stderr=True, quiet=quiet, highlight=False)
    with Bars(console) as bars, CollectionWriter(output, encryption=encryption) as writer:
        summary = collect(target, now=int(time.time()), observer=bars, sink=writer)
        bars.stage("Écriture du fichier")
        writer.finish(int(time.time()))
    if not quiet:
        _say(summary, output, encrypted=encryption is not None)


def _password(user: str, method: Auth, file: Path | None) -> str:
    if file is not None:
        return _first_line(file)
    if method is Auth.KERBEROS:
        return ""
    if not user:
        raise click.UsageError("Donnez le compte par --user, ou --auth kerberos pour un ticket.")
    return str(click.prompt(f"Mot de passe de {user}", hide_input=True, err=True))


def _encryption(recipients: tuple[str, ...], passphrase_file: Path | None) -> Encryption | None:
    if recipients and passphrase_file:
        raise click.UsageError("--encrypt-to et --passphrase-file ne s’emploient pas ensemble.")
    if passphrase_file is not None:
        return Encryption(passphrase=_first_line(passphrase_file))
    return Encryption(recipients=recipients) if recipients else None


def _first_line(file: Path) -> str:
    try:
        line = file.read_text("utf-8-sig").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        raise UnreadableSource(f"Fichier de secret illisible : {file} ({error}).") from error
    if not line:
        raise UnreadableSource(f"Fichier de secret vide : {file}.")
    return line


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
