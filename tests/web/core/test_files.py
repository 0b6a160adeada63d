"""Files: kept once, whole or not at all, even when the disk is full."""

import os
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rempart.web.core import files, upkeep
from rempart.web.core.errors import NoRoom
from rempart.web.core.models import StoredFile
from support.installation import Installation

FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
from rempart.web.core import files, upkeep
try:
    files.store((b"x" * 500_000 for _ in range(20)), kind="collection")
    said = "stored"
except Exception as fault:
    said = [type(fault).__name__, str(fault)]
"""


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def kept(folder: Path) -> list[str]:
    return [path.name for path in (folder / "files").rglob("*") if path.is_file()]


def test_the_same_content_twice_is_one_file(db: None, tmp_path: Path) -> None:
    first, second = (files.store([b"a", b"b"], kind="report") for _ in range(2))
    assert (first.pk, second.size, kept(tmp_path)) == (second.pk, 2, [first.sha256])
    assert files.path_of(first.sha256).read_bytes() == b"ab"


def test_an_upload_that_is_cut_leaves_nothing(db: None, tmp_path: Path) -> None:
    def cut() -> Any:
        yield b"a"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.store(cut(), kind="report")
    assert kept(tmp_path) == []


def test_a_disk_that_fills_up_is_said_and_leaves_nothing(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="plein"):
        files.store([b"a"], kind="report")
    assert kept(tmp_path) == []


def test_a_content_whose_act_was_undone_is_swept_a_day_later(db: None, tmp_path: Path) -> None:
    for content in (b"a", b"b", b"c"):
        files.store([content], kind="report")
    named, undone, fresh = (sha256(content).hexdigest() for content in (b"a", b"b", b"c"))
    StoredFile.objects.filter(pk__in=[undone, fresh]).delete()
    for name in (named, undone):
        os.utime(files.path_of(name), (1, 1))
    assert upkeep.sweep_unnamed(older_than=timedelta(days=1)) == 1
    assert sorted(kept(tmp_path)) == sorted([named, fresh])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a bound on files is set by POSIX only")
def test_a_file_beyond_what_the_system_allows_is_said_and_leaves_nothing(
    light_site: Installation,
) -> None:
    found = light_site.python(FULL)
    assert found[0] == "NoRoom"
    assert kept(light_site.folder) == []
