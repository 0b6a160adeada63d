"""From the snapshot of a sweep to its report, with the catalogue and the data on known holes of this server."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.utils import timezone

from rempart import __version__
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.store import default_folder, load
from rempart.engines.exposure.perimeter import Perimeter
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import read_snapshot
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer
from rempart.web.apps.exposure.reading import called


@dataclass(frozen=True, slots=True)
class Beside:
    """What other tools say beside a sweep, what was read of their files, a line each, and what is declared."""

    claims: Sequence[ClaimSeen] = ()
    told: Sequence[str] = ()
    perimeter: Perimeter | None = None


ALONE = Beside()


def judged(path: Path, watch: Observer) -> tuple[ExposureReport, Snapshot]:
    """The report of the snapshot of a file, and the snapshot. Raises UnreadableSource."""
    with called(path, "ce fichier"):
        snapshot, sha256 = read_snapshot(path)
    if snapshot.ended_at > timezone.now().timestamp():
        raise UnreadableSource(
            "Ce relevé porte une date à venir.",
            todo="Vérifiez l’horloge de la machine qui a fait le balayage, puis recommencez.",
        )
    return judge(snapshot, sha256, watch), snapshot


def judge(
    snapshot: Snapshot, sha256: str, watch: Observer, beside: Beside = ALONE
) -> ExposureReport:
    """The report of what was seen, and of what other tools say beside it."""
    # The checks and their content are heavy: the process of the pages must not carry them.
    from rempart.content.exposure_catalogue import exposure_catalogue  # noqa: PLC0415
    from rempart.engines.exposure.run import run  # noqa: PLC0415

    watch.stage("Jugement de ce qui a été vu")
    return run(
        snapshot,
        catalogue=exposure_catalogue(),
        today=day_of(snapshot),
        tool_version=__version__,
        holes=known_holes(watch),
        claims=beside.claims,
        imports=beside.told,
        perimeter=beside.perimeter,
        snapshot_sha256=sha256,
    )


def known_holes(watch: Observer) -> Bundle | None:
    """The bundle of known holes that this server has; without one, what it would tell is not evaluated."""
    place = default_folder(os.environ, sys.platform, Path.home())
    try:
        return load(place, today=timezone.localdate())
    except UnreadableSource as fault:
        watch.note(f"{fault.found} Les failles connues ne sont pas évaluées.")
        return None


def day_of(snapshot: Snapshot) -> date:
    """The day of a sweep, in the time of the platform: what it is judged on, whenever that is."""
    ended = datetime.fromtimestamp(snapshot.ended_at, UTC)
    return timezone.localtime(ended).date()
