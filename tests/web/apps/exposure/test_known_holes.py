"""The bundle of this server: used when it is whole and signed, else what it would tell is not evaluated, and said so."""

from datetime import date
from pathlib import Path

import pytest

from rempart.engines.exposure.feeds.store import INSTALLED, install
from rempart.web.apps.exposure import judging
from support.feeds import signed_file

TODAY = date(2026, 3, 15)


class Notes:
    """What a job is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this server, with a bundle of 10 March, on 15 March."""
    monkeypatch.setenv("REMPART_FEEDS", str(tmp_path / "feeds"))
    monkeypatch.setattr(judging.timezone, "localdate", lambda: TODAY)
    file, trust = signed_file(tmp_path)
    install(file, tmp_path / "feeds", today=TODAY, trust=trust)
    return tmp_path / "feeds"


def found(notes: Notes) -> str:
    bundle = judging.known_holes(notes)  # type: ignore[arg-type]
    return bundle.made_on if bundle else ""


def test_the_bundle_of_the_server_is_used(feeds: Path) -> None:
    notes = Notes()
    assert (found(notes), notes.said, feeds.is_dir()) == ("2026-03-10", [], True)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda data: b"", "n’est pas un lot"),
        (lambda data: data[: len(data) // 2], "incomplet"),
        (lambda data: data[:-1] + b"?", "empreinte"),
    ],
    ids=["empty", "cut", "altered"],
)
def test_a_bundle_that_is_damaged_is_left_and_said(feeds: Path, harm: object, says: str) -> None:
    assert callable(harm)
    installed, notes = feeds / INSTALLED, Notes()
    installed.write_bytes(harm(installed.read_bytes()))
    assert found(notes) == ""
    assert says in notes.said[0] and "Les failles connues ne sont pas évaluées." in notes.said[0]


def test_a_server_whose_clock_is_late_uses_no_bundle(
    feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging.timezone, "localdate", lambda: date(2026, 1, 1))
    notes = Notes()
    assert (found(notes), feeds.is_dir()) == ("", True)
    assert "après la date de ce poste" in notes.said[0]
