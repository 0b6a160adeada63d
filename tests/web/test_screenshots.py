"""The pictures of the guides: each is taken by a test, and shown somewhere."""

import re

from support.tree import ROOT, files

FOLDER = ROOT / "docs" / "images" / "ecrans"
TAKEN = re.compile(r'shoot\(\s*\w+,\s*"([^"]+)"')
SHOWN = re.compile(r"images/ecrans/([\w-]+)\.png")


def taken() -> set[str]:
    """The names that the tests give to their screenshots."""
    texts = (path.read_text(encoding="utf-8") for path in files("tests/web/e2e/test_*.py"))
    return {name for text in texts for name in TAKEN.findall(text)}


def shown() -> set[str]:
    """The names of the pictures that the documents show."""
    texts = (path.read_text(encoding="utf-8") for path in files("*.md"))
    return {name for text in texts for name in SHOWN.findall(text)}


def test_every_picture_is_taken_by_a_test_and_kept() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == taken()


def test_every_picture_is_shown_by_a_document() -> None:
    assert taken() == shown()
