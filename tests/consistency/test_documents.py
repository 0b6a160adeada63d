"""Documents: links that lead somewhere, short decisions, a changelog that follows the version."""

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from support.tree import ROOT, files, name

PAGES = files("*.md")
DECISIONS = files("docs/adr/*.md")
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)(?:#[^)]*)?\)")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


@pytest.mark.parametrize("document", PAGES, ids=name)
def test_a_link_between_documents_resolves(document: Path) -> None:
    targets = [
        unquote(link["target"]) for link in LINK.finditer(document.read_text(encoding="utf-8"))
    ]
    assert [t for t in targets if not (document.parent / t).exists()] == []


@pytest.mark.parametrize("document", DECISIONS, ids=name)
def test_a_decision_has_at_most_40_lines(document: Path) -> None:
    assert len(document.read_text(encoding="utf-8").splitlines()) <= 40


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_a_decision_says_its_status() -> None:
    silent = [name(p) for p in DECISIONS if "\nStatus: " not in p.read_text(encoding="utf-8")]
    assert silent == []


def test_every_page_for_users_is_listed_in_their_contents() -> None:
    contents = (ROOT / "docs" / "utilisateur" / "README.md").read_text(encoding="utf-8")
    pages = [p.name for p in files("docs/utilisateur/*.md") if p.name != "README.md"]
    assert [page for page in pages if page not in contents] == []


def test_the_changelog_tells_of_this_version() -> None:
    assert f"\n## {VERSION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_upgrade_notes_tell_of_this_version() -> None:
    assert f"\n## {VERSION}" in (ROOT / "UPGRADE.md").read_text(encoding="utf-8")


def test_the_licence_is_whole() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    articles = re.findall(r"^(\d+)\. ", licence, re.M)
    assert articles == [str(n) for n in range(1, 16)]
    assert "LiLiQ-R+" in licence
