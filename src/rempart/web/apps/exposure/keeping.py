"""What the last sweep of an establishment saw, kept so that files of other tools can be joined to it."""

from django.db import transaction

from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import packed
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core import files
from rempart.web.core.models import StoredFile


def keep(snapshot: Snapshot) -> StoredFile:
    """Write a snapshot among the stored files."""
    return files.store([packed(snapshot)], kind="snapshot")


@transaction.atomic
def drop_older(finess: str) -> None:
    """Delete the snapshots of the sweeps that a newer audit replaces; their reports stay. One a night would fill a disk."""
    mine = ExposureAudit.objects.filter(establishment=finess)
    latest = mine.filter(is_latest=True).first()
    kept = (latest.joined_to_id or latest.pk) if latest else 0
    older = mine.filter(form=ExposureAudit.Form.SWEEP, source__isnull=False).exclude(pk=kept)
    for pk, sha256 in older.values_list("pk", "source"):
        ExposureAudit.objects.filter(pk=pk).update(source=None)
        files.drop(sha256)
