"""What sweeps and extracts of names make think is the establishment's: put before a person, and touched by nobody."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.db import transaction

from rempart.engines.exposure.names import address_of
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.snapshot import Snapshot
from rempart.kernel.errors import UnreadableSource
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import declared, perimeters
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.apps.exposure.perimeters import Candidate
from rempart.web.core.errors import Refused

MOST: Final = 30_000
"""Proposals that wait at once, read page by page; the nearest to what is declared come first."""


def from_snapshot(establishment: Establishment, snapshot: Snapshot) -> int:
    """Propose what a sweep saw beside the perimeter; gives how many are new. Nothing without a declared perimeter."""
    row = Perimeter.objects.filter(pk=establishment.pk).select_related("establishment").first()
    if row is None or not row.assets.accepted().filter(is_excluded=False).exists():
        return 0
    return _propose(row, snapshot, (), None)


def from_report(establishment: Establishment, report: ExposureReport) -> int:
    """Propose what other tools accuse beside the perimeter, as a report says; gives how many are new."""
    told = [x for x in report.outside if not x.is_excluded]
    row = Perimeter.objects.filter(pk=establishment.pk).select_related("establishment").first()
    if row is None or not told:
        return 0
    return perimeters.propose_assets(
        establishment=row.establishment,
        found=[Candidate(_kind(x.host), x.host, f"rapport de {', '.join(x.tools)}") for x in told],
        most=_room(row),
        by=None,
    )


def _kind(host: str) -> str:
    try:
        address_of(host)
    except ValueError:
        return Asset.Kind.HOST
    return Asset.Kind.ADDRESS


def _room(row: Perimeter) -> int:
    """How many more proposals a person can be given."""
    return max(MOST - row.assets.filter(state=Asset.State.PROPOSED).count(), 0)


def from_file(*, establishment: Establishment, path: Path, by: User) -> int:
    """Propose the names of a file (crt.sh, CSV, one name a line); gives how many are new. Raises Refused."""
    # The engine of discovery is heavy: the process of the pages must not carry it before it is asked.
    from rempart.engines.exposure.discover import read_names  # noqa: PLC0415

    try:
        names = list(read_names(path))
    except UnreadableSource as fault:
        raise Refused(
            "Ce fichier n’est pas un extrait de noms.", expected=fault.expected
        ) from fault
    with transaction.atomic():
        row = perimeters.held(establishment)
    # What is proposed is worked out before the perimeter is locked: a region's names take seconds.
    return _propose(row, None, names, by)


def _propose(
    row: Perimeter, snapshot: Snapshot | None, names: Iterable[str], by: User | None
) -> int:
    from rempart.engines.exposure.discover import propose  # noqa: PLC0415

    seen = snapshot.seen if snapshot else ()
    found = propose(declared.declared(row), seen, names)
    candidates = [Candidate(str(p.kind), p.value, " ; ".join(p.why), p.follows) for p in found]
    return perimeters.propose_assets(
        establishment=row.establishment,
        found=candidates,
        most=_room(row),
        by=by,
    )
