"""`rempart audit directory`: read, judge, search, plan, write."""

from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Final

import click
import msgspec
import yaml
from rich.console import Console

from rempart import __version__
from rempart.cli.given import Formats
from rempart.cli.inputs import directories_of, inputs_of
from rempart.cli.live import Live, live_options
from rempart.cli.secret import secret_line, secret_text
from rempart.content.catalogue import directory_catalogue
from rempart.engines.directory.pseudonymise import (
    correspondence,
    keep_correspondence,
    pseudonymise,
    read_key,
)
from rempart.engines.directory.register import read_register
from rempart.engines.directory.report import Report
from rempart.engines.directory.run import Options, audit as run_audit, collection_day
from rempart.engines.directory.tier0 import Adjustment
from rempart.kernel.errors import UnreadableSource
from rempart.render.console import Bars
from rempart.render.outputs import FORMATS, PROOF, write
from rempart.render.terminal import summary

FINDINGS: Final = 1
EXPOSURE: Final = EntryPoint("exposure", "rempart.cli.exposure:audit_exposure", "rempart.cli")
_PATH = click.Path(path_type=Path)


class Audits(click.Group):
    """The audits; the one of the exposure is imported when it is asked for, since it loads other engines."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return sorted({*super().list_commands(ctx), EXPOSURE.name})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name != EXPOSURE.name:
            return super().get_command(ctx, cmd_name)
        command: click.Command = EXPOSURE.load()
        return command


@click.group(cls=Audits, help="Auditer l’annuaire, ou ce que l’établissement expose sur Internet.")
def audit() -> None:
    """The group of the audits."""


@audit.command(
    "directory",
    help="Auditer un annuaire Active Directory : niveau ANSSI, chemins vers le cœur, plan le moins coûteux.\n\n"
    "SOURCE : zip ou dossier SharpHound, LDIF, dossier ORADAD en clair, ldapdomaindump, collecte de Rempart, ou "
    "adresse d’un contrôleur de domaine (ldaps://dc1.exemple.fr), qui est alors collecté d’abord, sans rien y écrire. "
    "Plusieurs sources d’un même annuaire se complètent ; plusieurs annuaires donnent la vue d’un groupement.\n\n"
    "Les options --user à --encrypt-to et --keep-collection ne servent qu’avec une adresse.",
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…")
@click.option(
    "--output", "output", required=True, type=_PATH, metavar="DOSSIER", help="Où écrire le rapport."
)
@click.option(
    "--format",
    "formats",
    type=Formats([*FORMATS, PROOF]),
    default="html,pdf,xlsx,csv,json",
    show_default=True,
    metavar="LISTE",
    help="Formats séparés par des virgules : html, pdf, xlsx, csv, json, proof (dossier de preuve).",
)
@click.option(
    "--accepted", type=_PATH, metavar="FICHIER", help="Registre des risques acceptés (YAML)."
)
@click.option(
    "--tier0",
    "tier0_file",
    type=_PATH,
    metavar="FICHIER",
    help="Ajustement du cœur (YAML : add, remove).",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="AAAA-MM-JJ",
    help="Jour auquel les âges sont comptés. Par défaut : celui de la collecte.",
)
@click.option(
    "--threshold",
    type=click.IntRange(1, 4),
    metavar="NIVEAU",
    help="Sortir avec le code 1 si un point de ce niveau, ou d’un niveau plus grave, échoue.",
)
@click.option(
    "--per-month",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    metavar="N",
    help="Gestes que l’établissement peut faire en un mois, pour le calendrier du plan.",
)
@click.option(
    "--pseudonymise", "pseudonymised", is_flag=True, help="Cacher les noms dans le rapport."
)
@click.option(
    "--key",
    "key_file",
    type=_PATH,
    metavar="FICHIER",
    help="Clé des pseudonymes, créée si elle manque ; elle reste ici, avec la correspondance des noms.",
)
@click.option(
    "--passphrase-file",
    type=_PATH,
    metavar="FICHIER",
    help="Phrase qui ouvre une collecte chiffrée, et chiffre celle qui est gardée.",
)
@click.option(
    "--identity-file",
    type=_PATH,
    metavar="FICHIER",
    help="Identité age qui ouvre une collecte chiffrée.",
)
@live_options
@click.option(
    "--keep-collection/--no-keep-collection",
    default=True,
    help="Garder la collecte d’une adresse à côté du rapport. Jamais avec --pseudonymise.",
)
@click.option("--quiet", is_flag=True, help="Ne rien afficher que les erreurs.")
@click.pass_context
def audit_directory(
    ctx: click.Context,
    sources: tuple[str, ...],
    output: Path,
    formats: tuple[str, ...],
    accepted: Path | None,
    tier0_file: Path | None,
    today: datetime | None,
    threshold: int | None,
    per_month: int,
    pseudonymised: bool,
    key_file: Path | None,
    passphrase_file: Path | None,
    identity_file: Path | None,
    live: Live,
    keep_collection: bool,
    quiet: bool,
) -> None:
    """Run the audit and write its outputs."""
    _demand_key(pseudonymised, key_file)
    options = _options(accepted, tier0_file, per_month)
    inputs = inputs_of(
        ctx, sources, live, passphrase=secret_line(passphrase_file), identity=secret_text(identity_file),
        kept=output if keep_collection and not pseudonymised else None,
    )  # fmt: skip
    with Bars(Console(stderr=True, quiet=quiet, highlight=False)) as bars:
        directories = directories_of(inputs, bars)
        report = run_audit(
            directories,
            catalogue=directory_catalogue(),
            today=today.date() if today else collection_day(directories, _system_day()),
            tool_version=__version__,
            options=options,
            notes=bars.notes,
            observer=bars,
        )
        if pseudonymised and key_file is not None:
            report = _hidden(report, key_file)
        bars.stage("Écriture du rapport")
        paths = write(report, output, formats)
    if not quiet:
        summary(report, Console(highlight=False))
        click.echo("\nRapport : " + ", ".join(str(path) for path in paths))
        for file in inputs.kept_files:
            click.echo(f"Collecte gardée : {file}")
    if threshold is not None and _fails(report, threshold):
        ctx.exit(FINDINGS)


def _demand_key(pseudonymised: bool, key_file: Path | None) -> None:
    if pseudonymised and key_file is None:
        raise click.UsageError(
            "--pseudonymise demande --key FICHIER, pour retrouver les noms ensuite."
        )


def _options(accepted: Path | None, tier0_file: Path | None, per_month: int) -> Options:
    register = read_register(accepted) if accepted else ()
    return Options(register, read_adjustment(tier0_file), per_month)


def _hidden(report: Report, key_file: Path) -> Report:
    """The report without its names; the list that gives them back is written beside the key."""
    key = read_key(key_file)
    keep_correspondence(correspondence(report, key), key_file.with_suffix(".noms.json"))
    return pseudonymise(report, key)


class _Tier0File(msgspec.Struct, forbid_unknown_fields=True):
    add: list[str] = []
    remove: list[str] = []


def read_adjustment(path: Path | None) -> Adjustment:
    """What the establishment adds to Tier 0 or takes out of it; nothing without a file. Raises UnreadableSource."""
    if path is None:
        return Adjustment()
    try:
        data = yaml.safe_load(path.read_text("utf-8-sig"))
        found = msgspec.convert(data or {}, _Tier0File)
    except (OSError, ValueError, yaml.YAMLError, msgspec.ValidationError) as fault:
        raise UnreadableSource(
            f"Ajustement du cœur illisible : {path} ({fault}).",
            expected="Un fichier YAML avec deux listes, add et remove, de noms, SID ou DN.",
        ) from fault
    return Adjustment(tuple(found.add), tuple(found.remove))


def _system_day() -> date:
    return datetime.now(UTC).date()  # noqa: TID251 (the command line is where the clock is read)


def _fails(report: Report, threshold: int) -> bool:
    return any(level <= threshold for c in report.controls for level in c.failed_levels)
