"""From the snapshot of a sweep to its report, with the catalogue and the data on known holes of this server."""

from pathlib import Path

from django.utils import timezone

from rempart import __version__
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.snapshot import Snapshot
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer


def snapshot_of(path: Path) -> Snapshot:
    """The observations of a file. Raises UnreadableSource."""
    raise UnreadableSource(f"Ce relevé n’est pas lisible ({path.name}).")


def judged(snapshot: Snapshot, watch: Observer) -> ExposureReport:
    """The report of a snapshot. Raises UnreadableSource."""
    # The checks and their content are heavy: the process of the pages must not carry them.
    from rempart.content.exposure_catalogue import exposure_catalogue  # noqa: PLC0415
    from rempart.engines.exposure.run import run  # noqa: PLC0415

    watch.stage("Jugement de ce qui a été vu")
    return run(
        snapshot,
        catalogue=exposure_catalogue(),
        today=timezone.localdate(),
        tool_version=__version__,
    )
