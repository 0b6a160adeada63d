"""Dependencies: each with its reason, locked by hash, from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest

from support.tree import ROOT, files, name

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCKS = files("requirements/*.lock")
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)", re.M)


def normal(requirement: str) -> str:
    """`XlsxWriter>=3.2` → xlsxwriter."""
    return re.split(r"[<>=!~\[; ]", requirement)[0].lower().replace("_", "-")


def direct() -> dict[str, set[str]]:
    """Lock → the packages that pyproject.toml asks for."""
    table = tomllib.loads(PYPROJECT)
    own = {normal(r) for r in table["project"]["dependencies"]}
    groups = {
        key: {normal(r) for r in group if isinstance(r, str)}
        for key, group in table["dependency-groups"].items()
    }
    extras = {
        key: {normal(r) for r in extra}
        for key, extra in table["project"]["optional-dependencies"].items()
    }
    platform = own | extras["web"] | extras["postgres"]
    dev = platform.union(*extras.values()) | groups["build"] | groups["dev"]
    return {
        "cli": own | groups["build"],
        "runtime": platform | groups["build"],
        "dev": dev,
        "bench": dev | groups["bench"],
    }


def test_every_dependency_says_why_it_is_there() -> None:
    lines = re.findall(r'^ {4}"[A-Za-z][^"]*",(.*)$', PYPROJECT.split("[tool.")[0], re.M)
    assert len(lines) > 30
    assert [line for line in lines if not re.match(r" +# \S", line)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_a_lock_names_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert re.findall(r"https?:|--(?:extra-)?index-url|--find-links|file:", text) == []


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_every_locked_version_has_its_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z])", lock.read_text(encoding="utf-8").strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_a_lock_holds_every_direct_dependency(lock: Path) -> None:
    pinned = {found["name"] for found in PINNED.finditer(lock.read_text(encoding="utf-8"))}
    assert direct()[lock.stem] - pinned == set()


def test_the_locks_agree_on_every_version() -> None:
    pinned = {lock.stem: set(PINNED.findall(lock.read_text(encoding="utf-8"))) for lock in LOCKS}
    assert pinned["cli"] < pinned["runtime"] < pinned["dev"] < pinned["bench"]


def test_a_laptop_that_audits_installs_no_web_framework() -> None:
    lock = (ROOT / "requirements" / "cli.lock").read_text(encoding="utf-8")
    pinned = {found["name"] for found in PINNED.finditer(lock)}
    assert pinned & {"django", "uvicorn", "psycopg", "django-allauth"} == set()
