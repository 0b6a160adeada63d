"""A framework is read from its folder, and one that does not fit is refused with the place of the fault."""

from datetime import date
from pathlib import Path

import pytest

from rempart.content import knowledge
from rempart.kernel.errors import InvalidContent

HEAD = """
id: grid
version: "1"
title: Une grille
short_title: Grille
description: Une question.
statement: Rédigé par Rempart, ce n’est pas un texte officiel.
source: {document: Un guide}
status: stable
revised_on: null
themes: [care]
"""
THEME = """
id: care
title: Soigner
items:
  - id: grid.care.1
    title: Une question ?
    levels: [{value: 0, text: Rien.}, {value: 1, text: Fait.}]
    target: 1
    source: {document: Un guide}
"""


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    folder = tmp_path / "grid"
    folder.mkdir()
    (folder / "framework.yaml").write_text(HEAD, encoding="utf-8")
    (folder / "care.yaml").write_text(THEME, encoding="utf-8")
    return folder


def test_a_framework_is_read_with_its_themes_in_order(grid: Path) -> None:
    found = knowledge.read_framework(grid)
    assert [item.id for item in found.items] == ["grid.care.1"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("framework.yaml", HEAD.replace("[care]", "care"), "la liste des thèmes"),
        ("framework.yaml", HEAD.replace("[care]", "[care, home]"), "home"),
        ("framework.yaml", HEAD.replace("id: grid", "id: other"), "doit porter son nom"),
        ("framework.yaml", HEAD + "couleur: rouge\n", "couleur"),
        ("framework.yaml", "- grid\n", "une table était attendue"),
        ("care.yaml", THEME.replace("id: care\n", "id: cure\n"), "doit être care"),
        ("home.yaml", THEME, "home"),
    ],
)
def test_a_framework_that_does_not_fit_is_refused_with_its_place(
    grid: Path, name: str, text: str, said: str
) -> None:
    (grid / name).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidContent, match=rf"frameworks/grid.*{said}"):
        knowledge.read_framework(grid)


def test_a_folder_without_its_framework_file_is_refused(grid: Path) -> None:
    (grid / "framework.yaml").unlink()
    with pytest.raises(InvalidContent, match="framework.yaml : le fichier manque"):
        knowledge.read_framework(grid)


def test_words_of_facts_must_be_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "measured_facts.yaml").write_text("- acl\n", encoding="utf-8")
    monkeypatch.setattr(knowledge, "content_root", lambda: tmp_path)
    with pytest.raises(InvalidContent, match="measured_facts.yaml : une table"):
        knowledge.fact_words.__wrapped__()


def test_a_bound_is_a_day_or_the_name_of_a_date() -> None:
    assert knowledge.as_day("2022-07-16") == date(2022, 7, 16)
    assert knowledge.as_day("candidacy") is None
