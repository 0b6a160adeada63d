"""Variables: all are documented, and one that cannot be read is said."""

import re
from pathlib import Path

import pytest

from rempart.web.config import env
from rempart.web.config.sso import RULES
from rempart.web.config.variables import VARIABLES
from support.tree import ROOT, files

TEST_ONLY = {"REMPART_TEST_DATABASE_URL"}


def documented() -> set[str]:
    return {found.name for group in VARIABLES.values() for found in group}


def read() -> set[str]:
    """Every variable that the settings read; those of identity providers are made from their key."""
    sources = [p for p in files("src/rempart/web/config/*.py") if p.name != "variables.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    plain = set(re.findall(r"\"(REMPART_[A-Z_]+)\"", text))
    made = re.findall(r"f\"REMPART_\{key\}(_[A-Z_]+)\"", text)
    return plain | {f"REMPART_{key}{suffix}" for key in RULES for suffix in made}


def test_every_variable_that_is_read_is_documented_and_the_reverse() -> None:
    found = {name.removesuffix("_FILE") for name in read() - TEST_ONLY}
    assert found == documented()


def test_a_secret_can_be_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("motdepasse\n", encoding="utf-8")
    monkeypatch.setenv("REMPART_SMTP_PASSWORD_FILE", str(tmp_path / "password"))
    assert env.text("REMPART_SMTP_PASSWORD", "") == "motdepasse"
    monkeypatch.setenv("REMPART_SMTP_PASSWORD_FILE", str(tmp_path / "absent"))
    with pytest.raises(env.BadSetting, match="ne se lit pas"):
        env.text("REMPART_SMTP_PASSWORD", "")


@pytest.mark.parametrize(
    ("value", "flag"), [("oui", True), ("1", True), ("non", False), ("", False)]
)
def test_a_yes_or_no_is_read_in_french(
    monkeypatch: pytest.MonkeyPatch, value: str, flag: bool
) -> None:
    monkeypatch.setenv("REMPART_DEMO", value)
    assert env.flag("REMPART_DEMO") is flag


def test_a_variable_that_cannot_be_read_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMPART_DEMO", "peut-être")
    monkeypatch.setenv("REMPART_SMTP_PORT", "vingt-cinq")
    with pytest.raises(env.BadSetting, match="REMPART_DEMO"):
        env.flag("REMPART_DEMO")
    with pytest.raises(env.BadSetting, match="REMPART_SMTP_PORT"):
        env.number("REMPART_SMTP_PORT", 25)
    with pytest.raises(env.BadSetting, match="REMPART_ABSENT"):
        env.text("REMPART_ABSENT")


def test_the_key_is_made_once_and_read_by_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REMPART_SECRET_KEY", raising=False)
    first = env.secret_key(tmp_path / "data")
    assert (env.secret_key(tmp_path / "data"), len(first) > 60) == (first, True)
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0


def test_every_page_of_the_people_who_run_it_is_listed() -> None:
    contents = (ROOT / "docs" / "exploitation" / "README.md").read_text(encoding="utf-8")
    pages = [p.name for p in files("docs/exploitation/*.md") if p.name != "README.md"]
    assert [page for page in pages if page not in contents] == []
    assert len(pages) == 5
