"""Files kept once by the hash of their content, under the data folder, never served inline."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError

from rempart.web.core.errors import NoRoom, is_no_room
from rempart.web.core.models import StoredFile


def folder() -> Path:
    """Where the contents are."""
    return Path(settings.DATA) / "files"


def path_of(sha256: str) -> Path:
    """Where one content is, or would be."""
    return folder() / sha256[:2] / sha256


def store(chunks: Iterable[bytes], *, kind: str) -> StoredFile:
    """Write a content to disk whole or not at all, and give its row; the same content twice is one row.

    Raises NoRoom when the disk is full; nothing is left of what was written.
    """
    digest = hashlib.sha256()
    size = 0
    draft = None
    try:
        folder().mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder())
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            # The row must not be written before the content would survive a power cut.
            file.flush()
            os.fsync(file.fileno())
        place = path_of(digest.hexdigest())
        place.parent.mkdir(exist_ok=True)
        Path(draft).replace(place)
    except BaseException as fault:
        if draft:
            Path(draft).unlink(missing_ok=True)
        if is_no_room(fault):
            raise NoRoom from fault
        raise
    row, _ = StoredFile.objects.get_or_create(
        sha256=digest.hexdigest(), defaults={"size": size, "kind": kind}
    )
    return row


def drop(sha256: str) -> None:
    """Delete a stored content that no row names any more; the row and the file, or neither."""
    # What any app keeps of these bytes is protected by the database.
    with contextlib.suppress(ProtectedError), transaction.atomic():
        StoredFile.objects.filter(pk=sha256).delete()
        transaction.on_commit(partial(path_of(sha256).unlink, missing_ok=True))
