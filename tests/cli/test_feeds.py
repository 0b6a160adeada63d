"""`rempart feeds`: a pair of keys, a bundle, its installation, and refusals that say what to do."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rempart.cli.feeds import feeds, feeds_folder
from rempart.kernel.errors import UnreadableSource
from support.feeds import SAMPLES


def run(*arguments: object) -> Result:
    """The command, its errors raised."""
    return CliRunner().invoke(feeds, [str(a) for a in arguments])


def said(*arguments: object) -> str:
    """What a command that goes well prints."""
    found = run(*arguments)
    assert found.exception is None, found.exception
    return found.output


def refused(*arguments: object) -> str:
    """What a refused command says."""
    found = run(*arguments)
    assert isinstance(found.exception, UnreadableSource)
    return str(found.exception)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of the samples, made by the command; its public key is `key.pub` beside."""
    said("key", tmp_path / "key")
    file = tmp_path / "day.rempart-feeds"
    days = ["--as-of", "libraries=2026-02-01", "--as-of", "takeovers=2026-02-02"]
    options = ["--output", file, "--key", tmp_path / "key", "--today", "2026-03-10", "--quiet"]
    assert said("build", SAMPLES, *options, *days) == ""
    return file


def test_a_bundle_is_made_installed_and_shown(tmp_path: Path, bundle: Path) -> None:
    options = ["--feeds", tmp_path / "feeds", "--today", "2026-03-11"]
    installed = said("import", bundle, "--trust", tmp_path / "key.pub", *options)
    assert "Lot installé" in installed
    shown = said("show", *options)
    assert "Failles dont l’exploitation est connue : 2 lignes, données au 02/03/2026" in shown
    assert "Bibliothèques de scripts : 1 ligne, données au 01/02/2026" in shown
    assert "décrites : 50 %. En dessous de 80 %" in shown


def test_a_file_is_shown_without_being_installed(tmp_path: Path, bundle: Path) -> None:
    shown = said("show", bundle, "--trust", tmp_path / "key.pub", "--today", "2026-03-11")
    assert "Fait le 10/03/2026" in shown


def test_a_bundle_without_a_trusted_key_is_refused(tmp_path: Path, bundle: Path) -> None:
    options = ["--feeds", tmp_path / "feeds", "--today", "2026-03-11"]
    assert "--trust" in refused("import", bundle, *options)
    said("key", tmp_path / "other")
    found = refused("import", bundle, "--trust", tmp_path / "other.pub", *options)
    assert "pas de confiance" in found
    assert not (tmp_path / "feeds").exists()


def test_a_clock_that_lies_is_said_at_both_ends(tmp_path: Path, bundle: Path) -> None:
    options = ["--trust", tmp_path / "key.pub", "--feeds", tmp_path / "feeds"]
    assert "horloge" in refused("import", bundle, *options, "--today", "2025-01-01")
    built = ["--output", tmp_path / "x", "--key", tmp_path / "key", "--today", "2025-01-01"]
    assert "horloge" in refused("build", SAMPLES, *built)
    assert not (tmp_path / "x").exists()


def test_a_key_is_never_written_over_another(tmp_path: Path) -> None:
    said("key", tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    assert "existe déjà" in refused("key", tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before


def test_a_private_key_is_its_owners_alone(tmp_path: Path) -> None:
    said("key", tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("day", ["libraries=demain", "nothing=2026-01-01"])
def test_a_day_that_makes_no_sense_is_refused(tmp_path: Path, day: str) -> None:
    said("key", tmp_path / "key")
    options = ["--output", tmp_path / "x", "--key", tmp_path / "key", "--as-of", day]
    found = run("build", SAMPLES, *options, "--today", "2026-03-10")
    assert found.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_a_bundle_made_is_told_with_the_files_left_out(tmp_path: Path) -> None:
    said("key", tmp_path / "key")
    folder = tmp_path / "public"
    shutil.copytree(SAMPLES, folder)
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    options = ["--output", tmp_path / "x.rempart-feeds", "--key", tmp_path / "key"]
    days = ["--as-of", "libraries=2026-02-01", "--as-of", "takeovers=2026-02-02"]
    told = said("build", folder, *options, *days, "--today", "2026-03-10")
    assert "Lot écrit" in told
    assert "1 fichier sans rapport avec ces données : notes.txt" in told


def test_a_bundle_that_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    said("key", tmp_path / "key")
    (tmp_path / "taken").mkdir()
    options = ["--output", tmp_path / "taken", "--key", tmp_path / "key", "--today", "2026-03-10"]
    days = ["--as-of", "libraries=2026-02-01", "--as-of", "takeovers=2026-02-02"]
    assert "n’a pas pu être écrit" in refused("build", SAMPLES, *options, *days)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["key", "key.pub", "taken"]


def test_the_folder_is_that_of_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REMPART_FEEDS", str(tmp_path))
    assert feeds_folder() == tmp_path
    assert feeds_folder(tmp_path / "given") == tmp_path / "given"
