"""Content files that do not fit are refused with the place of the fault."""

from pathlib import Path

import pytest

from rempart.content import loader
from rempart.content.directory import DirectoryAction, DirectoryRelation
from rempart.kernel.errors import InvalidContent

RELATION = """
id: Owns
label: possède
meaning: Le propriétaire change les droits.
difficulty: 10
traversable: true
cut: none
source: {document: MS-ADTS, version: "2024-04"}
status: stable
revised_on: "2026-11-21"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loader, "content_root", lambda: tmp_path)
    (tmp_path / "reference").mkdir()
    (tmp_path / "directory_relations").mkdir()
    return tmp_path


def test_a_file_is_read_under_its_own_name(folder: Path) -> None:
    (folder / "directory_relations" / "Owns.yaml").write_text(RELATION, encoding="utf-8")
    (folder / "directory_relations" / "LISEZMOI.txt").write_text("à part", encoding="utf-8")
    assert list(loader.load_folder("directory_relations", DirectoryRelation)) == ["Owns"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Owns", "id: [", "YAML illisible"),
        ("Owns", RELATION.replace("difficulty: 10", "difficulty: 101"), r"\$.difficulty"),
        ("Owns", RELATION + "couleur: rouge\n", "couleur"),
        ("MemberOf", RELATION, "le fichier doit porter son nom"),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_its_fault(
    folder: Path, name: str, text: str, said: str
) -> None:
    (folder / "directory_relations" / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidContent, match=rf"{name}\.yaml.*{said}"):
        loader.load_folder("directory_relations", DirectoryRelation)


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "directory_relations" / "Owns.yaml").write_bytes(RELATION.encode("utf-16"))
    with pytest.raises(InvalidContent, match="YAML illisible"):
        loader.load_folder("directory_relations", DirectoryRelation)


def test_labels_of_facts_must_be_a_table(folder: Path) -> None:
    (folder / "reference" / "directory_facts.yaml").write_text("- acl\n", encoding="utf-8")
    with pytest.raises(InvalidContent, match="une table était attendue"):
        loader.directory_facts.__wrapped__()


def test_the_packaged_actions_are_read_in_order() -> None:
    actions = loader.load_folder("directory_actions", DirectoryAction)
    assert list(actions) == sorted(actions)


def test_a_reference_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidContent, match=r"absent\.yaml : le fichier manque"):
        loader.read_yaml(tmp_path / "absent.yaml")
