"""Departments and regions."""

from pathlib import Path

import pytest

from rempart.content import places
from rempart.content.places import category_words, departments, departments_of_finess, regions
from rempart.kernel.errors import InvalidContent


def test_every_department_is_in_a_known_region_or_in_none() -> None:
    assert len(departments()) == 103
    assert {d.region for d in departments().values()} == {*regions(), ""}


@pytest.mark.parametrize(
    ("finess", "code"), [("9A", "971"), ("9F", "976"), ("2A", "2A"), ("35", "35")]
)
def test_the_registry_has_its_own_codes_overseas(finess: str, code: str) -> None:
    assert departments_of_finess()[finess].code == code


def test_the_usual_words_of_a_category_are_folded() -> None:
    assert "ehpad" in category_words()["500"]
    assert all(words.isascii() and words == words.lower() for words in category_words().values())


def test_a_field_that_nobody_knows_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "x.yaml").write_text("- {code: a, nom: b}", encoding="utf-8")
    monkeypatch.setattr(places, "content_root", lambda: tmp_path)
    with pytest.raises(InvalidContent, match="x.yaml"):
        places._read("x.yaml", places.Region)
