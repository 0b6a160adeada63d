"""What sweeps and extracts of names make think is the establishment's: put before a person, and touched by nobody."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.db import transaction

from rempart.engines.exposure.snapshot import Snapshot
from rempart.kernel.errors import UnreadableSource
from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.exposure import declared, perimeters
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.apps.exposure.perimeters import Candidate
from rempart.web.core.errors import Refused

MOST: Final = 300
"""Proposals that a person can be asked to read at once; the nearest to what is declared come first."""


def from_snapshot(establishment: Establishment, snapshot: Snapshot) -> int:
    """Propose what a sweep saw beside the perimeter; gives how many are new. Nothing without a declared perimeter."""
    row = Perimeter.objects.filter(pk=establishment.pk).select_related("establishment").first()
    if row is None or not row.assets.accepted().filter(is_excluded=False).exists():
        return 0
    return _propose(row, snapshot, (), None)


def from_file(*, establishment: Establishment, path: Path, by: User) -> int:
    """Propose the names of a file (crt.sh, CSV, one name a line); gives how many are new. Raises Refused."""
    # The engine of discovery is heavy: the process of the pages must not carry it before it is asked.
    from rempart.engines.exposure.discover import read_names  # noqa: PLC0415

    with transaction.atomic():
        row = perimeters.held(establishment)
        try:
            return _propose(row, None, list(read_names(path)), by)
        except UnreadableSource as fault:
            raise Refused(
                "Ce fichier n’est pas un extrait de noms.", expected=fault.expected
            ) from fault


def _propose(
    row: Perimeter, snapshot: Snapshot | None, names: Iterable[str], by: User | None
) -> int:
    from rempart.engines.exposure.discover import propose  # noqa: PLC0415

    seen = snapshot.seen if snapshot else ()
    found = propose(declared.declared(row), seen, names)
    waiting = row.assets.filter(state=Asset.State.PROPOSED).count()
    candidates = [Candidate(str(p.kind), p.value, " ; ".join(p.why), p.follows) for p in found]
    return perimeters.propose_assets(
        establishment=row.establishment,
        found=candidates,
        most=max(MOST - waiting, 0),
        by=by,
    )
