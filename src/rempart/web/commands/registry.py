"""`rempart registry import FICHIER…`: show what official files would change of the registry, then write it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from rempart.web.commands import setup

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 5


@click.group(help="Le registre national des établissements (FINESS).")
def registry() -> None:
    """The group of the registry."""


@registry.command(
    "import",
    help="Comparer des FICHIERS du registre (cs1100501, cs1100502, cs1100507, nomenclatures, regroupements, ou un zip) "
    "avec ce qui est enregistré, et montrer ce qui changerait. Rien n’est écrit sans --apply.",
)
@click.argument("given", nargs=-1, required=True, type=_FILE, metavar="FICHIER…")
@click.option(
    "--apply", "is_applied", is_flag=True, help="Écrire, tout ou rien, après la comparaison."
)
@click.option("--dry-run", is_flag=True, help="Comparer sans même garder l’import à valider.")
@click.option(
    "--accept-closures",
    is_flag=True,
    help="Fermer ce que le fichier ne contient pas, même si c’est plus d’un établissement sur dix.",
)
def import_files(
    given: tuple[Path, ...], is_applied: bool, dry_run: bool, accept_closures: bool
) -> None:
    """Compare, print, and write when asked."""
    if is_applied and dry_run:
        raise click.UsageError("--apply et --dry-run se contredisent : choisissez l’un des deux.")
    setup.django()
    from django.utils import timezone  # noqa: PLC0415  # needs the settings
    from rich.console import Console  # noqa: PLC0415  # quick --help

    from rempart.render.console import Bars  # noqa: PLC0415  # quick --help
    from rempart.web.apps.establishments import importing  # noqa: PLC0415  # needs the settings
    from rempart.web.apps.establishments.registry import parts  # noqa: PLC0415  # needs the settings

    with Bars(Console(stderr=True), says_notes=True) as observer:
        if dry_run:
            _print(parts.prepared([(path, path.name) for path in given], observer))
            return
        made = importing.give_files(given=((p.name, _pieces(p)) for p in given), by=None)
        found = importing.compare(registry_import=made, observer=observer)
        _print(found)
        if not is_applied:
            click.echo(
                f"Rien n’est écrit. Validez l’import n° {made.pk} sur la page Registre, ou avec --apply."
            )
            return
        importing.write(
            registry_import=made,
            by=None,
            observer=observer,
            today=timezone.localdate(),
            prepared=found,
            closures_accepted=accept_closures,
        )
        importing.bring_lists_up_to_date(observer)
    click.echo(f"Écrit : import n° {made.pk}, version {made.version} du registre.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _print(found: list[Any]) -> None:
    """The figures of each file, and its first unreadable lines."""
    from rempart.engines.registry.formats import TITLES  # noqa: PLC0415  # quick --help
    from rempart.render.french import counted  # noqa: PLC0415  # quick --help
    from rempart.web.apps.establishments.queries import ALWAYS, FIGURES  # noqa: PLC0415  # needs the settings

    for part in found:
        click.echo(f"\n{TITLES[part.source.kind]} : {part.source.shown}")
        for rank, (name, words) in enumerate(FIGURES):
            if name in part.counts and (rank < ALWAYS or part.counts[name]):
                click.echo(f"  {words:<20} {part.counts[name]:>9}")
        for line, reason, extract in part.samples["unreadable"][:_SHOWN]:
            click.echo(f"  ligne {line} : {reason} [{extract[:50]}]")
        if (more := part.counts.get("unreadable", 0) - _SHOWN) > 0:
            words = counted(more, "autre ligne illisible", "autres lignes illisibles")
            click.echo(f"  et {words}")
    click.echo()
