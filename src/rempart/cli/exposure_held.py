"""`rempart exposure compare`, `held` and `verify`: what became of a perimeter, and the proof that its level is held."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.console import Console

from rempart.cli import given
from rempart.cli.secret import secret_line
from rempart.content.exposure_rules import held_rules
from rempart.engines.exposure.compare import compare
from rempart.engines.exposure.feeds.trust import read_signing_key, read_trusted
from rempart.engines.exposure.held import Audit, Window, WindowState, reaches_level, window
from rempart.engines.exposure.proof import MOST_BYTES, opened
from rempart.engines.exposure.report import SCHEMA, ExposureReport, contradiction
from rempart.kernel.errors import RempartError, UnreadableSource
from rempart.kernel.french import counted
from rempart.kernel.outcome import Outcome
from rempart.render.exposure import comparison
from rempart.render.exposure.proof import assembled
from rempart.render.french import day
from rempart.render.outputs import install

NOT_HELD = 1
SAID = {
    Outcome.PASSED: "atteint le niveau",
    Outcome.FAILED: "n’atteint pas le niveau",
    Outcome.NOT_MEASURED: "non évalué",
}
_PATH = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    "compare",
    help="Comparer deux rapports d’un même périmètre : ce qui s’est ouvert, ce qui est nouveau, corrigé, toujours là, ou "
    "plus évalué.",
)
@click.argument("old", type=_PATH, metavar="ANCIEN")
@click.argument("new", type=_PATH, metavar="NOUVEAU")
@click.option(
    "--output", type=_PATH, metavar="DOSSIER", help="Où écrire la comparaison (HTML et JSON)."
)
def exposure_compare(old: Path, new: Path, output: Path | None) -> None:
    """Compare two reports, on screen and in a folder when one is given."""
    result = compare(read_report(old), read_report(new))
    comparison.show(result, Console(highlight=False))
    if output is not None:
        paths = comparison.write(result, output, None)
        click.echo("\nComparaison : " + ", ".join(str(path) for path in paths))


@click.command(
    "held",
    help="Dire si deux audits prouvent que le niveau est tenu, ou quand faire le second. Avec --output, assembler le "
    "dossier de preuve, signé si une clé est donnée. Code 0 si le niveau est tenu, 1 sinon.",
)
@click.argument("reports", type=_PATH, metavar="RAPPORTS", nargs=-1, required=True)
@click.option(
    "--today", type=_DAY, metavar="AAAA-MM-JJ", help="Jour du jugement. Par défaut : aujourd’hui."
)
@click.option(
    "--output", type=_PATH, metavar="FICHIER", help="Où écrire le dossier de preuve (ZIP)."
)
@click.option("--key", type=_FILE, metavar="FICHIER", help="Clé privée Ed25519 qui signe (PEM).")
@click.option(
    "--passphrase", type=_FILE, metavar="FICHIER", help="Fichier de la phrase de passe de la clé."
)
@click.pass_context
def exposure_held(
    ctx: click.Context,
    reports: tuple[Path, ...],
    today: datetime | None,
    output: Path | None,
    key: Path | None,
    passphrase: Path | None,
) -> None:
    """Say where the proof stands, and assemble it."""
    rules = held_rules()
    read = [read_report(path) for path in reports]
    one_perimeter(read)
    audits = [reaches_level(r, rules, r.snapshot_sha256) for r in read]
    for audit in sorted(audits, key=lambda a: a.on):
        reasons = " ".join(audit.reasons)
        click.echo(f"{day(audit.on.isoformat())} : {SAID[audit.outcome]}. {reasons}".rstrip())
    found = window(audits, today.date() if today else this_day(), rules)
    click.echo(found.message)
    if not rules.severities_source.is_certain:
        click.echo(
            "Gravités qui bloquent : lecture de Rempart, le texte officiel n’a pas été retrouvé."
        )
    if output is not None:
        signing = read_signing_key(key.read_bytes(), secret_line(passphrase)) if key else None
        first, second = _of_proof(read, audits, found)
        data = assembled(first, second, audits, found, rules, signing)
        install({output.name: data}, output.parent)
        click.echo(f"Dossier de preuve{', signé' if key else ', non signé'} : {output}")
    if found.state is not WindowState.HELD:
        ctx.exit(NOT_HELD)


@click.command(
    "verify", help="Vérifier un dossier de preuve : rien n’y a changé, et qui l’a signé."
)
@click.argument("proof", type=_FILE, metavar="PREUVE")
@click.option(
    "--trust", type=_FILE, metavar="FICHIER", help="Clés publiques des signataires (PEM)."
)
def exposure_verify(proof: Path, trust: Path | None) -> None:
    """Check a proof file."""
    trusted = read_trusted(trust.read_bytes()) if trust else {}
    if proof.stat().st_size > MOST_BYTES:
        raise UnreadableSource(
            f"Ce fichier n’est pas un dossier de preuve : il fait plus de {MOST_BYTES >> 20} Mo.",
            expected="Le ZIP que « rempart exposure held --output » ou la plateforme a fait.",
        )
    files, signer = opened(proof.read_bytes(), trusted)
    said = f"signé par la clé {signer}" if signer else "non signé"
    click.echo(f"Dossier intact, {counted(len(files), 'pièce')}, {said}.")


def one_perimeter(reports: Sequence[ExposureReport]) -> None:
    """Raise UnreadableSource when the reports are not all of the same perimeter."""
    names = sorted({r.finess or r.perimeter for r in reports})
    if len(names) > 1:
        raise UnreadableSource(
            f"Ces rapports ne portent pas sur le même périmètre : {', '.join(names)}.",
            expected="Les rapports d’un seul établissement.",
        )


def _of_proof(
    reports: Sequence[ExposureReport], audits: Sequence[Audit], found: Window
) -> tuple[ExposureReport, ExposureReport]:
    """The two reports that the proof rests on. Raises RempartError when the level is not held."""
    if found.first is None or found.second is None:
        raise RempartError(
            "Le niveau n’est pas encore tenu : rien à assembler.", todo=found.message
        )
    by_audit = dict(zip(audits, reports, strict=True))
    return by_audit[found.first], by_audit[found.second]


def this_day() -> date:
    """The day of the clock, in UTC."""
    return datetime.now(UTC).date()  # noqa: TID251 (the command line is where the day comes in)


def read_report(path: Path) -> ExposureReport:
    """A report of an audit of exposure. Raises UnreadableSource."""
    report = given.read_report(path, ExposureReport, SCHEMA, "rempart audit exposure")
    if found := contradiction(report):
        raise UnreadableSource(
            found, expected="Le report.json tel que « rempart audit exposure » l’a écrit."
        )
    return report
