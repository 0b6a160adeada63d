"""The `rempart` command: words in English, help and messages in French, exit codes 0, 1 and 2.

0: done, nothing at or above the threshold; 1: findings at or above the threshold; 2: could not run.
"""

import gettext
import io
import os
import sys
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import as_file, files
from typing import Final

import click

from rempart import __version__
from rempart.kernel.errors import RempartError

COULD_NOT_RUN: Final = 2
# The engines take 100 MB and a second to load: a server that never audits must not pay for them.
LAPTOP: Final = {
    name: EntryPoint(name, f"rempart.cli.{name}:{name}", "rempart.cli")
    for name in ("audit", "collect", "compare", "content", "exposure", "feeds", "framework")
}


class Commands(click.Group):
    """The commands of the laptop, and those that the platform adds; each is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, the platform's included."""
        return sorted({*LAPTOP, *_platform()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        entry = LAPTOP.get(cmd_name) or _platform().get(cmd_name)
        return _loaded(entry) if entry else None


def _platform() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group="rempart.commands")}


def _loaded(entry: EntryPoint) -> click.Command:
    try:
        command: click.Command = entry.load()
    except ModuleNotFoundError as fault:
        missing = fault.name or ""
        if missing.startswith("rempart"):
            raise
        return _absent(entry.name, missing)
    return command


def _absent(name: str, missing: str) -> click.Command:
    """What stands for a command of the platform on a laptop that has only the audits."""

    @click.command(
        name,
        help="(Plateforme : non installée ici.)",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    def absent() -> None:
        raise RempartError(
            f"La commande « {name} » est celle de la plateforme, qui n’est pas installée ici ({missing} manque).",
            todo="Installez-la : pip install 'rempart[web]'.",
        )

    return absent


@click.group(
    cls=Commands,
    help="Rempart : mesurer la sécurité d’un établissement de santé, et la prouver. Rien ne sort de ce poste.",
)
@click.version_option(
    __version__, "--version", message="rempart %(version)s", help="Afficher la version."
)
def cli() -> None:
    """The group of all commands."""


def main() -> None:
    """Entry point: French words for click's own messages, and errors as sentences instead of tracebacks."""
    speak_french()
    _print_anything()
    sys.exit(_ran())


def _ran() -> int:
    """Run the command and give its exit code."""
    try:
        code = cli.main(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        click.echo("Interrompu : rien n’a été écrit.", err=True)
    except click.ClickException as fault:
        fault.show()
    except RempartError as fault:
        for part in (f"Erreur : {fault.found}", fault.expected, fault.todo):
            if part:
                click.echo(part, err=True)
    except MemoryError:
        click.echo(
            "Erreur : la mémoire de ce poste ne suffit pas pour cette collecte. Fermez les autres programmes, ou "
            "lancez l’audit sur un poste qui a plus de mémoire.",
            err=True,
        )
    return COULD_NOT_RUN


def speak_french() -> None:
    """Point gettext, which click asks for its own words, at our French catalogue."""
    os.environ.setdefault("LANGUAGE", "fr")
    with as_file(files("rempart.cli") / "locale") as folder:
        gettext.bindtextdomain("messages", str(folder))
    gettext.textdomain("messages")


def _print_anything() -> None:
    """A console that is not UTF-8 must not stop an audit: what it cannot write is replaced."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
