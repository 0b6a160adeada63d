"""What the commands that speak to a domain controller share: their options, and the collection itself."""

import functools
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from rempart.cli.secret import secret_line
from rempart.engines.directory.collect.collection_file import CollectionWriter
from rempart.engines.directory.collect.collector import Summary, collect
from rempart.engines.directory.collect.envelope import Encryption
from rempart.engines.directory.collect.target import Auth, Target, parse_url, protection_of
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ADDRESS: Final = re.compile(r"ldaps?://", re.IGNORECASE)

_OPTIONS: Final = (
    click.option("--user", default="", metavar="COMPTE", help="compte@domaine ou DOMAINE\\compte."),
    click.option(
        "--password-file",
        type=_FILE,
        metavar="FICHIER",
        help="Fichier dont la première ligne est le mot de passe.",
    ),
    click.option(
        "--auth",
        type=click.Choice([auth.value for auth in Auth]),
        default=Auth.SIMPLE.value,
        show_default=True,
        help="simple (mot de passe sous TLS), ntlm ou kerberos (avec ldap:// : échanges scellés, sans certificat). "
        "Avec kerberos et sans --password-file, le ticket de la session est employé.",
    ),
    click.option(
        "--ca-file", type=_FILE, metavar="FICHIER", help="Autorité de certification (PEM)."
    ),
    click.option(
        "--server-name",
        default="",
        metavar="NOM",
        help="Nom attendu du serveur, s’il n’est pas dans l’adresse.",
    ),
    click.option(
        "--insecure", is_flag=True, help="Accepter n’importe quel certificat (déconseillé)."
    ),
    click.option(
        "--clear-text", is_flag=True, help="Envoyer le mot de passe sans protection (déconseillé)."
    ),
    click.option(
        "--rate",
        type=click.IntRange(0),
        default=0,
        metavar="N",
        help="Entrées par seconde au plus (0 : sans limite).",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(1, 3600),
        default=60,
        show_default=True,
        metavar="SECONDES",
        help="Attente d’une réponse.",
    ),
    click.option(
        "--sysvol/--no-sysvol",
        default=True,
        help="Lire aussi les stratégies de groupe (SMB, port 445).",
    ),
    click.option(
        "--encrypt-to",
        multiple=True,
        metavar="CLÉ",
        help="Chiffrer la collecte pour une clé publique age (répétable).",
    ),
)


@dataclass(frozen=True, slots=True)
class Live:
    """The options of `live_options`, as a person gave them."""

    user: str
    password_file: Path | None
    auth: str
    ca_file: Path | None
    server_name: str
    insecure: bool
    clear_text: bool
    rate: int
    timeout: float
    sysvol: bool
    encrypt_to: tuple[str, ...]

    def targets(self, urls: Sequence[str]) -> list[Target]:
        """What each address aims at, with one account for all. Raises UnreadableSource, or UsageError."""
        method = Auth(self.auth)
        places = [parse_url(url) for url in urls]
        protections = [
            protection_of(scheme, method, clear=self.clear_text) for scheme, _, _ in places
        ]
        password = self._password(method)
        return [
            Target(
                host=host,
                port=port,
                protection=protection,
                auth=method,
                user=self.user,
                password=password,
                ca_file=self.ca_file,
                insecure=self.insecure,
                timeout=self.timeout,
                rate=self.rate,
                server_name=self.server_name,
                sysvol=self.sysvol,
            )
            for (_, host, port), protection in zip(places, protections, strict=True)
        ]

    def _password(self, method: Auth) -> str:
        if self.password_file is not None:
            return secret_line(self.password_file)
        if method is Auth.KERBEROS:
            return ""
        if not self.user:
            raise click.UsageError(
                "Donnez le compte par --user, ou --auth kerberos pour un ticket."
            )
        return str(click.prompt(f"Mot de passe de {self.user}", hide_input=True, err=True))

    def encryption(self, passphrase: str) -> Encryption | None:
        """To whom the collection is closed, None for nobody. Raises UsageError."""
        if self.encrypt_to and passphrase:
            raise click.UsageError("--encrypt-to et --passphrase-file ne s’emploient pas ensemble.")
        return Encryption(passphrase, self.encrypt_to) if passphrase or self.encrypt_to else None


def live_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a collection, which it receives as one argument, `live`."""

    @functools.wraps(command)
    def gathered(*args: Any, **given: Any) -> None:
        live = Live(**{field.name: given.pop(field.name) for field in fields(Live)})
        command(*args, live=live, **given)

    return functools.reduce(lambda done, option: option(done), reversed(_OPTIONS), gathered)


def refuse_unused(ctx: click.Context, *others: str) -> None:
    """Raise UsageError when an option of a collection was typed, for a command that will collect nothing."""
    for name in (*(field.name for field in fields(Live)), *others):
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"--{name.replace('_', '-')} ne sert qu’avec une adresse, comme ldaps://dc1.exemple.fr."
            )


def is_address(source: str) -> bool:
    """Whether a source is the address of a server rather than a path."""
    return bool(_ADDRESS.match(source))


def collect_into(
    file: Path, target: Target, encryption: Encryption | None, observer: Observer
) -> Summary:
    """Collect `target` into `file`, which is whole or is not. Raises UnreadableSource."""
    try:
        with CollectionWriter(file, encryption=encryption) as writer:
            summary = collect(target, now=int(time.time()), observer=observer, sink=writer)
            observer.stage("Écriture de la collecte")
            writer.finish(int(time.time()))
    except OSError as fault:
        raise UnreadableSource(
            f"La collecte n’a pas pu être écrite dans {file} ({fault.strerror or fault}).",
            todo="Vérifiez la place et les droits, puis recommencez.",
        ) from fault
    return summary
