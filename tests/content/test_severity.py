"""The one table of severities: whole, in order, and refused with its fault when it is not."""

from pathlib import Path

import pytest
import yaml

from rempart.content import severity
from rempart.content.loader import content_root
from rempart.content.severity import RANKS, Severity, risk_points, severities, severity_choices
from rempart.kernel.errors import InvalidContent


def read_with(folder: Path, monkeypatch: pytest.MonkeyPatch, table: object) -> object:
    """What is read of a table put in the place of ours."""
    (folder / "reference").mkdir()
    target = folder / "reference" / "severities.yaml"
    target.write_text(yaml.safe_dump(table, sort_keys=False), encoding="utf-8")
    monkeypatch.setattr(severity, "content_root", lambda: folder)
    return severities.__wrapped__()


def ours() -> dict[str, dict[str, object]]:
    """The table as packaged, to be spoilt."""
    path = content_root() / "reference" / "severities.yaml"
    table: dict[str, dict[str, object]] = yaml.safe_load(path.read_text("utf-8"))
    return table


def test_every_severity_has_words_and_a_delay_of_its_own() -> None:
    words = severities()
    assert list(words) == list(Severity)
    assert len({one.delay for one in words.values()}) == len(words)
    assert [word for _, word in severity_choices()][:4] == ["critique", "grave", "moyen", "mineur"]


def test_the_points_of_a_severity_grow_with_it() -> None:
    points = list(risk_points().values())
    assert points == sorted(points, reverse=True)
    assert [RANKS[key] for key in risk_points()] == [1, 2, 3, 4, 5]


def test_a_severity_that_is_missing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ours()
    del table["low"]
    with pytest.raises(InvalidContent, match="attendu, dans l’ordre : critical, high, medium, low"):
        read_with(tmp_path, monkeypatch, table)


def test_two_severities_with_one_word_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ours()
    table["high"]["word"] = "critique"
    with pytest.raises(InvalidContent, match="deux gravités portent le même mot"):
        read_with(tmp_path, monkeypatch, table)


def test_a_lighter_severity_that_weighs_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ours()
    table["low"]["points"] = 40
    with pytest.raises(InvalidContent, match="une gravité moindre doit peser moins"):
        read_with(tmp_path, monkeypatch, table)


def test_a_table_of_another_form_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidContent, match="severities.yaml"):
        read_with(tmp_path, monkeypatch, ["acl"])
