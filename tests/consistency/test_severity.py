"""One vocabulary of severity: its words stand in one table, and no former word of it is left anywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.content.severity import SEVERITIES, severities
from rempart.content.severity_check import other_words
from support.tree import ROOT, files, name, text

GUIDE = ROOT / "docs" / "utilisateur" / "lire-le-rapport.md"
CHECK = "src/rempart/content/severity_check.py"
# What other tools and other people write, which is read and never shown.
READERS = ("src/rempart/engines/exposure/read/",)
READ = files(
    *("README.md", "CHANGELOG.md", "docs/utilisateur/*.md", "docs/exploitation/*.md"),
    *("src/*.yaml", "src/*.j2", "src/*.typ", "src/*.html", "src/*.txt", "src/*.py"),
)


def told(path: Path) -> set[str]:
    """The texts of a module, whole."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree)
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_no_former_word_of_severity_is_left() -> None:
    found = {
        name(p): words
        for p in READ
        if name(p) != CHECK and (t := text(p)) and (words := other_words(t))
    }
    assert found == {}


@pytest.mark.parametrize(
    "said", ["Danger  immédiat", "à corriger\nvite", "des failles critiques", "gravité moyenne"]
)
def test_a_former_word_would_be_found(said: str) -> None:
    assert other_words(f"Un constat : {said}.")


def test_no_module_writes_a_word_of_severity_by_itself() -> None:
    one = {w for words in severities().values() for w in (words.word, words.plural, words.delay)}
    every = one | {word.capitalize() for word in one}
    modules = [p for p in files("src/*.py") if not name(p).startswith(READERS)]
    found = {name(p): sorted(words) for p in modules if (words := told(p) & every)}
    assert found == {}


def test_no_module_writes_the_order_of_severities_by_itself() -> None:
    modules = [p for p in files("src/*.py") if any(ordered(p))]
    assert [name(p) for p in modules] == []


def ordered(path: Path) -> Iterator[bool]:
    """Of each sequence and table of a module, whether it lists severities by their codes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
        codes = {p.value for p in parts if isinstance(p, ast.Constant)} & set(SEVERITIES)
        yield len(codes) > 2


def test_the_guide_explains_each_severity_as_the_table_does() -> None:
    rows = re.findall(r"^\| \*\*(.+)\*\* \| (.+) \| (.+) \|", GUIDE.read_text("utf-8"), re.M)
    assert rows == [(w.word, w.delay, w.meaning) for w in severities().values()]
