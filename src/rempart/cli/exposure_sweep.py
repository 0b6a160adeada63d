"""The sweep behind `rempart audit exposure`: consent, signals, journal, and the snapshot that is kept."""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time as time_of_day, timedelta
from heapq import nsmallest
from importlib.metadata import EntryPoint
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console

from rempart import __version__
from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.gate import RELEASED_AT
from rempart.engines.exposure.hours import DAYS, Hours, is_open, local_day, local_words, next_open
from rempart.engines.exposure.names import place
from rempart.engines.exposure.perimeter import Perimeter
from rempart.engines.exposure.probes import real_probes
from rempart.engines.exposure.processes import Processes
from rempart.engines.exposure.scope import Scope, demand_consent
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import SUFFIX, write_snapshot
from rempart.engines.exposure.sweep import Executor, InProcess, Settings, look_again, run_sweep
from rempart.engines.exposure.work import Kind, Piece, plan_pieces
from rempart.kernel.errors import RempartError
from rempart.kernel.french import counted, grouped
from rempart.render.console import Bars
from rempart.render.french import day
from rempart.render.terminal import Screen

JOURNAL: Final = "sweep.journal"
SNAPSHOT: Final = "sweep" + SUFFIX
STOP: Final = "ARRET"
SHOWN: Final = 400
DAY_NAMES: Final = dict(
    zip(
        DAYS,
        ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        strict=True,
    )
)

# The cluster is an optional part: its module is loaded by those who ask for it.
_CLUSTER: Final = EntryPoint("cluster", "rempart.engines.exposure.cluster:Cluster", "rempart.cli")


@dataclass(frozen=True, slots=True)
class Way:
    """How the sweep is made."""

    output: Path
    resume: bool = False
    resolver: str = ""
    processes: int = 1
    cluster: str = ""
    stop_file: Path | None = None


def wall_clock() -> float:
    """The instant, Unix seconds: the command line is where the clock is read."""
    return time.time()


def consented(perimeter: Perimeter) -> Scope:
    """The scope of this day by this machine's clock, whatever the options say. Raises RempartError: no consent, hours
    that close, or a clock that is wrong."""
    now = wall_clock()
    if now < _earliest():
        raise RempartError(
            f"L’horloge de ce poste est fausse : elle dit le {day(datetime.fromtimestamp(now, UTC).date().isoformat())}, avant le "
            "jour des règles de cet outil. Ni le consentement ni les heures ne peuvent être vérifiés.",
            todo="Réglez l’horloge, puis recommencez.",
        )
    scope = demand_consent(perimeter, local_day(perimeter.hours, now))
    if not is_open(perimeter.hours, now):
        again = next_open(perimeter.hours, now)
        raise RempartError(
            "Les heures du périmètre ne permettent rien en ce moment.",
            todo=f"Recommencez à partir du {local_words(perimeter.hours, again)}." if again else "",
        )
    return scope


def _earliest() -> float:
    """The instant before which no clock of this version can be right: its rules are dated, a day of slack."""
    rules = datetime.combine(date.fromisoformat(exposure_catalogue().version), time_of_day(), UTC)
    return max(RELEASED_AT, (rules - timedelta(days=1)).timestamp())


def saved_sweep(perimeter: Perimeter, way: Way, bars: Bars) -> tuple[Snapshot, str]:
    """Sweep, keep the snapshot beside the report, and give it with the SHA-256 of its file. Raises RempartError."""
    scope = consented(perimeter)
    stop_file = way.stop_file or way.output / STOP
    if stop_file.exists():
        raise RempartError(
            f"Le fichier d’arrêt est là : {stop_file}. Rien n’a été touché.",
            todo="Enlevez-le quand le balayage peut reprendre.",
        )
    settings = _settings(perimeter, way.resolver, stop_file)
    executor = _executor(way)
    journal = way.output / JOURNAL
    if way.resume and not journal.exists() and (way.output / SNAPSHOT).exists():
        raise RempartError(
            f"Le balayage de {way.output} est allé jusqu’au bout : il n’y a rien à reprendre.",
            todo=f"Jugez-le de nouveau avec --snapshot {way.output / SNAPSHOT}, ou recommencez sans --resume.",
        )
    with stopping(stop_file):
        snapshot = run_sweep(
            settings, scope, journal=journal, executor=executor, observer=bars, resume=way.resume,
            consent=_consent(scope),
        )  # fmt: skip
    digest = write_snapshot(snapshot, way.output / SNAPSHOT)
    if not snapshot.pieces_stopped:
        journal.unlink(missing_ok=True)
    return snapshot, digest


def looked_again(perimeter: Perimeter, pieces: Sequence[Piece], resolver: str) -> Snapshot:
    """What these pieces see now, under the same consent as a sweep. Raises RempartError."""
    scope = consented(perimeter)
    return look_again(_settings(perimeter, resolver, None), scope, pieces, consent=_consent(scope))


def _settings(perimeter: Perimeter, resolver: str, stop_file: Path | None) -> Settings:
    return Settings(
        perimeter,
        real_probes,
        wall_clock,
        __version__,
        wall_clock(),
        resolvers=(resolver,) if resolver else (),
        stop_file=stop_file,
    )


@contextmanager
def stopping(stop_file: Path) -> Iterator[None]:
    """Turn the first interruption into the stop file, which every process of the sweep obeys; a second one ends all."""

    def stop(number: int, frame: FrameType | None) -> None:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        stop_file.parent.mkdir(parents=True, exist_ok=True)
        stop_file.touch()
        made.append(stop_file)

    made: list[Path] = []
    kinds = (signal.SIGINT, signal.SIGTERM)
    before: dict[int, Any] = {kind: signal.signal(kind, stop) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        for path in made:
            path.unlink(missing_ok=True)


def _executor(way: Way) -> Executor:
    if not way.cluster:
        return Processes(way.processes) if way.processes > 1 else InProcess()
    try:
        made: Executor = _CLUSTER.load()(way.cluster)
    except ModuleNotFoundError as fault:
        raise RempartError(
            f"Le travail à plusieurs machines n’est pas installé ici ({fault.name} manque).",
            todo="Installez-le : pip install 'rempart[cluster]'.",
        ) from fault
    return made


def _consent(scope: Scope) -> str:
    """« C. Martin, directrice, du 01/10/2026 au 31/12/2026 (décision 2026-41) », for the report."""
    found = []
    for c in scope.consents():
        document = f" ({c.document})" if c.document else ""
        found.append(f"{c.by}, {c.function}, du {c.on:%d/%m/%Y} au {c.until:%d/%m/%Y}{document}")
    return " ; ".join(found)


def shown_plan(perimeter: Perimeter, console: Console) -> None:
    """Print what a sweep would begin with, and what its consent says; nothing is touched. Raises RempartError."""
    screen = Screen(console)
    scope = consented(perimeter)
    screen.line(perimeter.name, "bold")
    screen.line(f"Consentement : {_consent(scope)}")
    screen.line("À regarder : " + ", ".join(sorted(perimeter.touch)))
    limits = perimeter.limits
    screen.line(
        f"Au plus {counted(limits.connections, 'connexion')} à la fois et {limits.per_second:g} par seconde "
        "vers une même machine."
    )
    screen.line(f"Heures : {_hours(perimeter.hours)}.")
    screen.line()
    for line in _planned(plan_pieces(scope)):
        screen.line(line)
    followed = [asset.value for asset in perimeter.assets if asset.addresses == "follow"]
    if followed:
        screen.line(
            "Touchées aussi, sans être écrites ici : les adresses où mènent "
            f"{_listed(followed)} (addresses: follow)."
        )
    if perimeter.excluded:
        screen.line(f"Exclus, jamais touchés : {_listed(perimeter.excluded)}")
    screen.line()
    screen.line("Rien n’a été touché.")


def _planned(pieces: Sequence[Piece]) -> Iterator[str]:
    """The targets of the first pieces, a line for each sort."""
    for kind, is_guess, one, many in (
        (Kind.ZONE, False, "zone", ""),
        (Kind.MAIL, False, "domaine de courriel", "domaines de courriel"),
        (Kind.HOST, False, "nom", ""),
        (Kind.HOST, True, "nom usuel à essayer", "noms usuels à essayer"),
        (Kind.PORTS, False, "adresse écrite", "adresses écrites"),
    ):
        targets = [p.target for p in pieces if p.kind is kind and p.is_guess is is_guess]
        if targets:
            yield f"{counted(len(targets), one, many)} : {_listed(targets)}"


def _listed(targets: Sequence[str]) -> str:
    shown = ", ".join(nsmallest(SHOWN, targets, key=place))
    left = len(targets) - SHOWN
    return f"{shown} et {grouped(left)} de plus" if left > 0 else shown


def _hours(hours: Hours) -> str:
    """« interdit de 08:00 à 18:00 (lundi, mardi) ; heure de Europe/Paris »."""
    slots = [
        f"{word} de {slot.start} à {slot.end} ({', '.join(DAY_NAMES[d] for d in DAYS if d in slot.days)})"
        for word, found in (("interdit", hours.forbidden), ("permis", hours.allowed))
        for slot in found
    ]
    return " ; ".join([*slots, f"fuseau {hours.timezone}"]) if slots else "toutes"
