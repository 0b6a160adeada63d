"""Words: one name a thing, nothing of a workplace, nothing left for later."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.tree import ROOT, files, name, text

GLOSSARY = ROOT / "docs" / "dev" / "glossary.md"
ROW = re.compile(r"^\| (?P<french>[^|]+) \| `(?P<name>[^`]+)` \| (?P<banned>[^|]*) \|$", re.M)

# Put together here, so that this file does not hold what it looks for.
WORKPLACE = re.compile("|".join([r"(?<![\w.>])/(?:work|home|root|farm)/", r"\.\./" + "shared"]))
LATER = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b|lorem " + "ipsum")
ALL = files()


def banned() -> dict[str, str]:
    """Banned identifier → the one to use, as the glossary has them."""
    return {
        word: row["name"]
        for row in ROW.finditer(GLOSSARY.read_text(encoding="utf-8"))
        for word in re.findall(r"`([^`]+)`", row["banned"])
    }


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Every name that a module gives: functions, classes, arguments, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def words(identifier: str) -> set[str]:
    """`planFor_thing` → plan, for, thing."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", identifier).lower()
    return set(split.split("_"))


def test_the_glossary_bans_words() -> None:
    assert len(banned()) >= 10


@pytest.mark.parametrize("path", files("src/*.py"), ids=name)
def test_a_banned_synonym_names_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {f"{i}: say {banned()[w]}" for i in identifiers(tree) for w in words(i) & set(banned())}
    assert used == set()


def test_no_file_knows_where_it_was_written() -> None:
    found = {name(p): m.group() for p in ALL if (t := text(p)) and (m := WORKPLACE.search(t))}
    assert found == {}


def test_nothing_is_left_for_later() -> None:
    sources = files("src", "tools", "benchmarks", "docs")
    found = {name(p): m.group() for p in sources if (t := text(p)) and (m := LATER.search(t))}
    assert found == {}


def test_a_plural_is_written_out_and_never_left_to_the_reader() -> None:
    lazy = re.compile(r"[a-zà-ÿ]\((?:s|es|e|x|aux|nt|ent)\)")
    texts = files("README.md", "CHANGELOG.md", "docs/utilisateur/*.md", "src/*.yaml", "src/*.j2")
    said = {name(p): text(p) for p in texts}
    for path in files("src/*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        words = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
        said[name(path)] = "\n".join(words)
    found = {where: m.group() for where, t in said.items() if (m := lazy.search(t))}
    assert found == {}


def test_french_texts_have_their_accents() -> None:
    words = r"(?:securite|etablissement|reussi|echec|prealable|controle[rs]? d'acces)"
    naked = re.compile(rf"(?<![\w.\\/-]){words}(?![\w.-])")
    french = files("README.md", "CHANGELOG.md", "UPGRADE.md", "docs/utilisateur/*.md", "src/*.yaml")
    found = {name(p): m.group() for p in french if (t := text(p)) and (m := naked.search(t))}
    assert found == {}
