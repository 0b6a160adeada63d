"""`rempart audit exposure`: ask the consent, sweep or replay, judge, write; `rempart exposure`: propose assets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from rempart import __version__
from rempart.cli.exposure_held import (
    exposure_compare,
    exposure_held,
    exposure_verify,
    read_report,
)
from rempart.cli.exposure_sweep import (
    SNAPSHOT,
    Way,
    looked_again,
    saved_sweep,
    shown_plan,
    wall_clock,
)
from rempart.cli.feeds import feeds_folder
from rempart.cli.given import Formats
from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.discover import proposals_yaml, propose, read_names
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.store import INSTALLED, load
from rempart.engines.exposure.hours import local_day
from rempart.engines.exposure.perimeter import Perimeter, read_perimeter
from rempart.engines.exposure.read.imports import is_unknown, read_import
from rempart.engines.exposure.read.mapped_csv import read_mapping
from rempart.engines.exposure.report import ExposureReport, has_measured
from rempart.engines.exposure.retest import Retested, pieces_to_redo, retested, unresolved
from rempart.engines.exposure.run import run as run_audit
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import SUFFIX, packed, read_snapshot
from rempart.kernel.errors import RempartError, system_words
from rempart.kernel.french import counted
from rempart.render.console import Bars
from rempart.render.exposure.outputs import FORMATS, kept_formats, write
from rempart.render.exposure.terminal import summary
from rempart.render.outputs import encoded, install
from rempart.render.text import name

FINDINGS: Final = 1
COULD_NOT_RUN: Final = 2
SHOWN_OUTSIDE: Final = 10
GRADES: Final = ("A", "B", "C", "D", "E", "F")
STATES: Final = {
    Retested.MENDED: "corrigé",
    Retested.STILL: "toujours là",
    Retested.UNMEASURED: "non évalué",
}
_PATH = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MAPPING = click.option(
    "--mapping", type=_FILE, metavar="FICHIER", help="Colonnes des tableaux CSV importés (YAML)."
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the judgement rests on beside the sweep."""

    holes: Bundle | None
    claims: Sequence[ClaimSeen]
    imports: Sequence[str]  # what was read of each file, and what was not


@click.command(
    "exposure",
    help="Auditer ce que l’établissement expose sur Internet : une note de A à F, ce qui la tient, ce qu’il faut corriger "
    "d’abord.\n\n"
    "PÉRIMÈTRE : fichier YAML de ce qui est déclaré, de qui y consent et jusqu’à quand. Rien n’est touché sans un "
    "consentement en cours : aucune option ne le remplace. Ctrl-C, ou le fichier d’arrêt, arrête tout en une seconde et "
    "garde ce qui a été vu.",
)
@click.argument("perimeter_file", metavar="PÉRIMÈTRE", type=_PATH)
@click.option(
    "--output", type=_PATH, metavar="DOSSIER", help="Où écrire le rapport et le balayage."
)
@click.option(
    "--format", "formats", type=Formats([*FORMATS]), default="html,pdf,xlsx,csv,json", show_default=True,
    metavar="LISTE", help="Formats séparés par des virgules : html, pdf, xlsx, csv, json.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Dire ce qui serait touché, sans toucher à rien.")
@click.option(
    "--snapshot", type=_FILE, metavar="FICHIER",
    help="Juger de nouveau un balayage gardé, sans aucun réseau.",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Reprendre le balayage interrompu de ce dossier.")
@click.option(
    "--import", "imports", type=_FILE, multiple=True, metavar="FICHIER",
    help="Rapport d’un autre outil : nmap, masscan, nuclei, testssl, sslyze, sslscan, GVM, Nessus, Shodan, ONYPHE, ou tableau CSV.",
)  # fmt: skip
@_MAPPING
@click.option(
    "--feeds", type=_PATH, metavar="LOT",
    help="Lot de données sur les failles, ou dossier où il est installé. Par défaut : celui qui est installé.",
)  # fmt: skip
@click.option("--trust", type=_FILE, metavar="FICHIER", help="Clés publiques qui signent ce lot.")
@click.option(
    "--resolver", metavar="ADRESSE",
    help="Serveur de noms à interroger. Par défaut : celui du périmètre, sinon la racine du DNS.",
)  # fmt: skip
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N",
    help="Processus de ce poste entre lesquels partager le travail.",
)  # fmt: skip
@click.option(
    "--cluster", metavar="ADRESSE",
    help="Ordonnanceur Dask à qui confier le travail (tls://machine:8786) ; demande rempart[cluster].",
)  # fmt: skip
@click.option(
    "--stop-file", type=_PATH, metavar="FICHIER",
    help="Fichier dont l’apparition arrête le balayage. Par défaut : ARRET, dans le dossier de sortie.",
)  # fmt: skip
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), metavar="AAAA-MM-JJ",
    help="Jour auquel les âges sont comptés ; il ne change rien au consentement. Par défaut : celui du balayage.",
)  # fmt: skip
@click.option(
    "--threshold", type=click.Choice(GRADES[:-1]), metavar="NOTE",
    help="Sortir avec le code 1 si la note est moins bonne que celle-ci.",
)  # fmt: skip
@click.option("--quiet", is_flag=True, help="Ne rien afficher que les erreurs.")
@click.pass_context
def audit_exposure(
    ctx: click.Context,
    perimeter_file: Path,
    output: Path | None,
    formats: tuple[str, ...],
    dry_run: bool,
    snapshot: Path | None,
    resume: bool,
    imports: tuple[Path, ...],
    mapping: Path | None,
    feeds: Path | None,
    trust: Path | None,
    resolver: str | None,
    processes: int,
    cluster: str | None,
    stop_file: Path | None,
    today: datetime | None,
    threshold: str | None,
    quiet: bool,
) -> None:
    """Run the audit and write its outputs."""
    perimeter = read_perimeter(perimeter_file)
    if dry_run:
        shown_plan(perimeter, Console(highlight=False))
        return
    if output is None:
        raise click.UsageError("Il manque --output DOSSIER.")
    with Bars(Console(stderr=True, quiet=quiet, highlight=False)) as bars:
        bars.stage("Lecture de ce qui accompagne")
        beside = _beside(imports, mapping, feeds, trust)
        if snapshot is not None:
            swept, digest = read_snapshot(snapshot)
        else:
            way = Way(output, resume, resolver or "", processes, cluster or "", stop_file)
            swept, digest = saved_sweep(perimeter, way, bars)
        bars.stage("Jugement")
        report = _judged(perimeter, swept, digest, beside, today)
        bars.stage("Écriture du rapport")
        formats = (*formats, *(kept_formats(output) if resume else ()))
        paths = _written(report, output, formats, None if snapshot else output / SNAPSHOT)
    if not quiet:
        _show(report, beside.imports, paths)
    if swept.pieces_stopped:
        click.echo(
            f"Balayage incomplet : {' '.join(swept.notes)} Pour le continuer : --resume.", err=True
        )
        ctx.exit(COULD_NOT_RUN)
    if threshold is not None and _is_below(report, threshold):
        ctx.exit(FINDINGS)


def _show(report: ExposureReport, imports: Sequence[str], paths: Sequence[Path]) -> None:
    """Print the summary, what was read of other tools and what of it was set apart, and where the report is."""
    summary(report, Console(highlight=False))
    written = "Rapport : " + ", ".join(str(path) for path in paths)
    apart = []
    if report.outside:
        count = counted(len(report.outside), "nom ou adresse", "noms ou adresses")
        named = ", ".join(name(one.host) for one in report.outside[:SHOWN_OUTSIDE])
        more = ", …" if len(report.outside) > SHOWN_OUTSIDE else ""
        apart.append(
            f"Mis à part, car hors du périmètre : {count} ({named}{more}). Rien n’en compte dans la note."
        )
    click.echo("\n" + "\n\n".join([*imports, *apart, written]))


def _written(
    report: ExposureReport, output: Path, formats: Sequence[str], kept: Path | None
) -> list[Path]:
    """Write the report. Raises RempartError, which says where the sweep is kept: it need not be done again."""
    try:
        return write(report, output, formats)
    except RempartError as fault:
        again = (
            f" Le balayage est gardé : jugez-le de nouveau avec --snapshot {kept}." if kept else ""
        )
        raise RempartError(
            fault.found, expected=fault.expected, todo=f"{fault.todo}{again}"
        ) from fault


def _is_below(report: ExposureReport, threshold: str) -> bool:
    """Whether the grade is worse than the one that is wanted; a sweep that measured nothing never reaches it."""
    reached = GRADES.index(report.score.grade[:1]) <= GRADES.index(threshold)
    return not (reached and has_measured(report))


def _beside(
    imports: Sequence[Path], mapping: Path | None, feeds: Path | None, trust: Path | None
) -> Beside:
    """The files of other tools and the bundle, read before anything is touched: a bad file costs no sweep."""
    day = datetime.fromtimestamp(wall_clock()).date()  # noqa: DTZ006 (the day of this machine, for the bundle's age)
    place = feeds_folder(feeds)
    has_bundle = feeds is not None or (place / INSTALLED).exists()
    holes = load(place, today=day, trust=trust) if has_bundle else None
    return Beside(holes, *_claims(imports, mapping))


def _claims(imports: Sequence[Path], mapping: Path | None) -> tuple[list[ClaimSeen], list[str]]:
    """What the files of other tools say, and what was read of each. Raises UnreadableSource."""
    claims: list[ClaimSeen] = []
    told: list[str] = []
    for path in imports:
        columns = read_mapping(mapping) if mapping is not None and is_unknown(path) else None
        found = read_import(path, mapping=columns)
        claims += found.claims
        told.append(found.said(path.name))
    return claims, told


def _judged(
    perimeter: Perimeter, swept: Snapshot, digest: str, beside: Beside, today: datetime | None
) -> ExposureReport:
    if swept.perimeter != perimeter.name:
        raise RempartError(
            f"Ce balayage est celui de « {swept.perimeter} », et le périmètre celui de « {perimeter.name} ».",
            todo="Donnez le périmètre du balayage.",
        )
    return run_audit(
        swept,
        catalogue=exposure_catalogue(),
        today=today.date() if today else local_day(perimeter.hours, swept.ended_at),
        tool_version=__version__,
        holes=beside.holes,
        claims=beside.claims,
        imports=beside.imports,
        perimeter=perimeter,
        snapshot_sha256=digest,
    )


@click.group(
    help="Autour de l’audit d’exposition : proposer des biens, regarder de nouveau un constat, comparer deux rapports, "
    "prouver que le niveau est tenu."
)
def exposure() -> None:
    """The group of what is done beside the audit."""


for _command in (exposure_compare, exposure_held, exposure_verify):
    exposure.add_command(_command)


@exposure.command(
    "propose",
    help="Proposer des biens à ajouter au périmètre, d’après ce qu’un balayage a vu (certificats, serveurs de noms et de "
    "courriel, zones inverses) et des extraits de Certificate Transparency. Rien n’est touché : une personne relit le "
    "fichier et garde ce qui est à elle.",
)
@click.argument("perimeter_file", metavar="PÉRIMÈTRE", type=_FILE)
@click.argument("snapshot", metavar="[BALAYAGE]", type=_FILE, required=False)
@click.option(
    "--names", "extracts", type=_FILE, multiple=True, metavar="FICHIER",
    help="Extrait de Certificate Transparency (JSON de crt.sh, CSV) ou liste de noms, un par ligne.",
)  # fmt: skip
@click.option(
    "--import", "imports", type=_FILE, multiple=True, metavar="FICHIER",
    help="Rapport d’un autre outil (nmap, Nessus…) : ce qu’il nomme hors du périmètre est proposé.",
)  # fmt: skip
@_MAPPING
@click.option(
    "--output", required=True, type=_PATH, metavar="FICHIER", help="Propositions à relire (YAML)."
)
def exposure_propose(
    perimeter_file: Path,
    snapshot: Path | None,
    extracts: tuple[Path, ...],
    imports: tuple[Path, ...],
    mapping: Path | None,
    output: Path,
) -> None:
    """Write what a person may accept."""
    perimeter = read_perimeter(perimeter_file)
    seen = [*(read_snapshot(snapshot)[0].seen if snapshot else []), *_claims(imports, mapping)[0]]
    names = [found for path in extracts for found in read_names(path)]
    found = propose(perimeter, seen, names)
    try:
        output.write_text(proposals_yaml(perimeter, found), encoding="utf-8")
    except OSError as fault:
        raise RempartError(
            f"Les propositions n’ont pas pu être écrites : {output} ({system_words(fault)})."
        ) from fault
    click.echo(f"{counted(len(found), 'proposition')} à relire : {output}")
    click.echo("Rien n’a été touché. Recopiez dans le périmètre ce qui est à l’établissement.")


@exposure.command(
    "retest",
    help="Regarder de nouveau un seul constat d’un rapport, en quelques secondes, sous le même consentement. Code 0 s’il "
    "est corrigé, preuve à l’appui ; 1 s’il est toujours là, ou s’il n’a pas pu être évalué.",
)
@click.argument("perimeter_file", metavar="PÉRIMÈTRE", type=_FILE)
@click.argument("report_file", metavar="RAPPORT", type=_PATH)
@click.argument("key", metavar="CONSTAT")
@click.option(
    "--resolver", metavar="ADRESSE",
    help="Serveur de noms à interroger. Par défaut : celui du balayage, sinon celui du périmètre, sinon la racine.",
)  # fmt: skip
@click.option(
    "--output",
    type=_PATH,
    metavar="FICHIER",
    help="Où écrire la preuve (JSON) ; ce qui a été vu est mis à côté.",
)
@click.option("--feeds", type=_PATH, metavar="LOT", help="Lot de données sur les failles.")
@click.option("--trust", type=_FILE, metavar="FICHIER", help="Clés publiques qui signent ce lot.")
@click.pass_context
def exposure_retest(
    ctx: click.Context,
    perimeter_file: Path,
    report_file: Path,
    key: str,
    resolver: str | None,
    output: Path | None,
    feeds: Path | None,
    trust: Path | None,
) -> None:
    """Look again at one finding, and say what became of it."""
    perimeter, report = read_perimeter(perimeter_file), read_report(report_file)
    finding = next((f for f in report.findings if f.key == key), None)
    if finding is None:
        raise RempartError(
            f"Ce rapport n’a pas de constat « {key} ».",
            expected="La clé d’un constat (« contrôle|cible »), telle que report.json l’écrit.",
        )
    holes = _beside((), None, feeds, trust).holes
    asked = resolver or report.resolver
    if asked and not resolver:
        click.echo(f"Serveur de noms du balayage : {name(asked)}.", err=True)
    snapshot = looked_again(perimeter, pieces_to_redo(finding, report), asked)
    result = retested(
        finding, snapshot, catalogue=exposure_catalogue(), tool_version=__version__, holes=holes,
        today=local_day(perimeter.hours, snapshot.ended_at),
    )  # fmt: skip
    if output is not None:
        beside = f"{output.stem}{SUFFIX}"
        install({output.name: encoded(result), beside: packed(snapshot)}, output.parent)
    click.echo(f"{finding.title}, {finding.target} : {STATES[result.outcome]}. {result.detail}")
    if unresolved(finding, snapshot) and not (asked or perimeter.resolvers):
        click.echo(
            "Si le balayage interrogeait un serveur de noms (--resolver), donnez le même ici.",
            err=True,
        )
    if result.outcome is not Retested.MENDED:
        ctx.exit(FINDINGS)
