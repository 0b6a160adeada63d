"""The installed bundle: replaced at once, never by an older one, never half."""

from datetime import date, timedelta
from pathlib import Path, PurePosixPath

import pytest

from rempart.engines.exposure.feeds import store
from rempart.engines.exposure.feeds.store import (
    INSTALLED,
    LOCK,
    TRUST,
    default_folder,
    install,
    load,
)
from rempart.kernel.errors import UnreadableSource
from support.feeds import MADE_ON, signed_file

TODAY = MADE_ON + timedelta(days=5)


def test_an_installed_bundle_is_read_again_with_the_key_kept_beside(tmp_path: Path) -> None:
    file, trust = signed_file(tmp_path)
    install(file, tmp_path / "feeds", today=TODAY, trust=trust)
    assert load(tmp_path / "feeds", today=TODAY).made_on == "2026-03-10"
    assert sorted(p.name for p in (tmp_path / "feeds").iterdir()) == [LOCK, INSTALLED, TRUST]


def test_nothing_is_installed_without_a_trusted_key(tmp_path: Path) -> None:
    file, _ = signed_file(tmp_path)
    with pytest.raises(UnreadableSource, match="Aucune clé de confiance"):
        install(file, tmp_path / "feeds", today=TODAY)
    assert not (tmp_path / "feeds").exists()


def test_an_older_bundle_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    new, new_key = signed_file(tmp_path, name="new")
    old, old_key = signed_file(tmp_path, name="old", made_on=date(2026, 1, 5))
    install(new, tmp_path / "feeds", today=TODAY, trust=new_key)
    both = tmp_path / "both.pem"
    both.write_bytes(new_key.read_bytes() + old_key.read_bytes())
    with pytest.raises(UnreadableSource, match="plus ancien que celui déjà installé"):
        install(old, tmp_path / "feeds", today=TODAY, trust=both)
    assert load(tmp_path / "feeds", today=TODAY).made_on == "2026-03-10"


def test_a_damaged_installed_bundle_is_replaced(tmp_path: Path) -> None:
    file, trust = signed_file(tmp_path)
    folder = tmp_path / "feeds"
    install(file, folder, today=TODAY, trust=trust)
    (folder / INSTALLED).write_bytes(b"gone")
    install(file, folder, today=TODAY)
    assert load(folder, today=TODAY).made_on == "2026-03-10"


def test_a_full_disk_leaves_the_installed_bundle_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, trust = signed_file(tmp_path)
    folder = tmp_path / "feeds"
    install(file, folder, today=TODAY, trust=trust)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(UnreadableSource, match="Rien n’a été installé"):
        install(file, folder, today=TODAY)
    assert sorted(p.name for p in folder.iterdir()) == [LOCK, INSTALLED, TRUST]
    assert load(folder, today=TODAY).made_on == "2026-03-10"


def test_a_file_of_another_size_altogether_is_not_read(tmp_path: Path) -> None:
    file, trust = signed_file(tmp_path)
    with file.open("wb") as stream:
        stream.truncate(257 << 20)
    with pytest.raises(UnreadableSource, match="dépasse la taille"):
        install(file, tmp_path / "feeds", today=TODAY, trust=trust)
    with pytest.raises(UnreadableSource, match="Fichier illisible"):
        install(tmp_path / "absent", tmp_path / "feeds", today=TODAY, trust=trust)


def test_an_absent_bundle_is_said_with_the_command_that_installs_one(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="rempart feeds import"):
        load(tmp_path, today=TODAY)


@pytest.mark.parametrize(
    ("environ", "platform", "folder"),
    [
        ({"REMPART_FEEDS": "/srv/feeds"}, "linux", "/srv/feeds"),
        ({}, "linux", "/users/me/.local/share/rempart/feeds"),
        ({"XDG_DATA_HOME": "/data"}, "linux", "/data/rempart/feeds"),
        ({}, "darwin", "/users/me/Library/Application Support/rempart/feeds"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/rempart/feeds"),
    ],
)
def test_each_system_has_its_folder(environ: dict[str, str], platform: str, folder: str) -> None:
    found = default_folder(environ, platform, Path("/users/me"))
    assert PurePosixPath(found.as_posix()) == PurePosixPath(folder)
