"""The `rempart` command: words in English, help and messages in French, exit codes 0, 1 and 2.

0: done, nothing at or above the threshold; 1: findings at or above the threshold; 2: could not run.
"""

import gettext
import io
import os
import sys
from importlib.resources import as_file, files
from typing import Final

import click

from rempart import __version__
from rempart.cli.audit import audit
from rempart.cli.collect import collect_directory
from rempart.cli.compare import compare
from rempart.cli.content import content
from rempart.kernel.errors import RempartError

COULD_NOT_RUN: Final = 2


@click.group(
    help="Rempart : mesurer la sécurité d’un établissement de santé, et la prouver. Rien ne sort de ce poste."
)
@click.version_option(
    __version__, "--version", message="rempart %(version)s", help="Afficher la version."
)
def cli() -> None:
    """The group of all commands."""


@cli.group(help="Collecter un annuaire, en lecture seule.")
def collect() -> None:
    """The group of the collectors."""


cli.add_command(audit)
cli.add_command(compare)
cli.add_command(content)
collect.add_command(collect_directory, "directory")


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
