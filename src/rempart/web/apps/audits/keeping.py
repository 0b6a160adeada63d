"""Where deposited files are: kept by the hash of their content, or only for the time of the analysis.

A collection that is not kept is written in a folder of its own, `transient/…` under the data folder. It is deleted
when the analysis ends, well or badly; when the worker is killed the job runs again and deletes it at its end; and
what would still be there (a machine that stops for good) is swept at each deposit and every night.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import time as clock
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

from django.conf import settings

from rempart.web.apps.audits.models import AuditSource
from rempart.web.apps.audits.rules import Given, file_name
from rempart.web.core import files
from rempart.web.core.errors import NoRoom, is_no_room
from rempart.web.core.models import StoredFile

HEAD: Final = 4096
DEPOSIT_SECONDS: Final = 3600


class Upload(Protocol):
    """A file as Django gives it."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]:
        """Its content, by pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """Its next bytes."""

    def seek(self, position: int, /) -> object:
        """Go to a place."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file once it is written."""

    name: str
    size: int
    sha256: str
    file: StoredFile | None


def given(uploads: Sequence[Upload]) -> list[Given]:
    """What can be said of files before they are written."""
    found = []
    for upload in uploads:
        head = upload.read(HEAD)
        upload.seek(0)
        found.append(Given(upload.name or "", upload.size or 0, head))
    return found


def keep(uploads: Sequence[Upload]) -> list[Kept]:
    """Store each file once by the hash of its content."""
    kept = []
    for upload, name in zip(uploads, _names(uploads), strict=True):
        row = files.store(upload.chunks(), kind="collection")
        kept.append(Kept(name, row.size, row.sha256, row))
    return kept


def hold(uploads: Sequence[Upload]) -> tuple[str, list[Kept]]:
    """Write the files for the time of the analysis; gives the name of their folder. Whole or not at all.

    Raises NoRoom when the disk is full.
    """
    token = secrets.token_hex(16)
    folder = transient(token)
    held = []
    try:
        folder.mkdir(parents=True, mode=0o700)
        for upload, name in zip(uploads, _names(uploads), strict=True):
            digest, size = hashlib.sha256(), 0
            with (folder / name).open("wb") as file:
                for chunk in upload.chunks():
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
            held.append(Kept(name, size, digest.hexdigest(), None))
    except BaseException as fault:
        forget(token)
        if is_no_room(fault):
            raise NoRoom from fault
        raise
    return token, held


def transient(token: str) -> Path:
    """The folder of the files of one deposit that are not kept."""
    return Path(settings.DATA) / "transient" / token


def forget(token: str) -> None:
    """Delete the files of a deposit that are not kept; nothing when they are gone."""
    if token:
        shutil.rmtree(transient(token), ignore_errors=True)


def stale() -> list[str]:
    """The folders of files that are not kept and that are old enough for their deposit to be written, or lost."""
    folder = Path(settings.DATA) / "transient"
    limit = clock.time() - DEPOSIT_SECONDS
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.stat().st_mtime < limit)


@contextlib.contextmanager
def readable(sources: Sequence[AuditSource], token: str) -> Iterator[list[Path]]:
    """The files under their own names, as the readers want them: names say formats and dates."""
    if token:
        folder = transient(token)
        yield _paths(folder, [s.name for s in sources])
        return
    files.folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="tmp-read-", dir=files.folder()) as name:
        for source in sources:
            _link(files.path_of(source.sha256), Path(name) / source.name)
        yield _paths(Path(name), [s.name for s in sources])


def _paths(folder: Path, names: Sequence[str]) -> list[Path]:
    """One file is given alone; several are one folder, whose files complete each other."""
    return [folder / names[0]] if len(names) == 1 else [folder]


def _link(place: Path, path: Path) -> None:
    try:
        os.link(place, path)
    except OSError:  # a file system without hard links
        shutil.copyfile(place, path)


def _names(uploads: Sequence[Upload]) -> list[str]:
    """Safe names, none twice."""
    found: list[str] = []
    for upload in uploads:
        name = file_name(upload.name or "")
        taken = {other.casefold() for other in found}
        found.append(f"{len(found) + 1}-{name}" if name.casefold() in taken else name)
    return found
