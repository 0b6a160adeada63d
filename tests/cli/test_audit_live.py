"""`rempart audit directory ldaps://…`: collected, then audited, in one step."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rempart.cli.audit import audit_directory
from rempart.kernel.errors import RempartError, UnreadableSource
from support.ldap_server import polite, serving
from support.parts import LOOPBACK
from support.samba import Controller

pytestmark = pytest.mark.allow_hosts(LOOPBACK)

PLAIN = ("--user", "a@b", "--clear-text", "--no-sysvol", "--format", "json")


def run(*arguments: object, typed: str = "") -> Result:
    """Run the command; what it raises is raised here."""
    result = CliRunner().invoke(
        audit_directory, [str(item) for item in arguments], input=typed, standalone_mode=False
    )
    if result.exception:
        raise result.exception
    return result


def served(folder: Path, *options: object) -> Result:
    """Audit a small controller that answers well, the password being typed."""
    with serving(polite) as (port, _):
        url = f"LDAP://127.0.0.1:{port}"
        return run(url, "--output", folder, *PLAIN, *options, typed="secret\n")


def names(folder: Path) -> set[str]:
    """The files of a folder."""
    return {path.name for path in folder.iterdir()}


def test_an_address_is_collected_then_audited(tmp_path: Path) -> None:
    result = served(tmp_path / "r")
    assert names(tmp_path / "r") == {"127.0.0.1.rempart-dir", "report.json"}
    assert "Collecte gardée" in result.output and "secret" not in result.output
    report = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))
    [source] = report["sources"]
    assert (source["format"], source["files"][0]["name"]) == (
        "Collecte Rempart",
        "127.0.0.1.rempart-dir",
    )
    assert len(report["notes"]) == len(set(report["notes"]))


def test_the_kept_collection_gives_the_same_report_again(tmp_path: Path) -> None:
    served(tmp_path / "r", "--today", "2026-11-21")
    kept = tmp_path / "r" / "127.0.0.1.rempart-dir"
    run(kept, "--output", tmp_path / "s", "--format", "json", "--today", "2026-11-21", "--quiet")
    assert (tmp_path / "s" / "report.json").read_bytes() == (
        tmp_path / "r" / "report.json"
    ).read_bytes()


@pytest.mark.parametrize(
    "options", [("--no-keep-collection",), ("--pseudonymise", "--key", "{folder}/cle")]
)
def test_a_collection_is_not_kept_where_it_should_not_be(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    given = [option.format(folder=tmp_path) for option in options]
    assert "Collecte gardée" not in served(tmp_path / "r", *given).output
    assert names(tmp_path / "r") == {"report.json"}


def test_the_kept_collection_is_encrypted_on_request(tmp_path: Path) -> None:
    key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    served(tmp_path / "cle", "--encrypt-to", key)
    word = tmp_path / "mot"
    word.write_text("cheval agrafe\nune autre ligne\n", encoding="utf-8")
    served(tmp_path / "phrase", "--passphrase-file", word)
    for folder in ("cle", "phrase"):
        kept = tmp_path / folder / "127.0.0.1.rempart-dir"
        assert kept.read_bytes().startswith(b"age-encryption.org/v1")
    options = ("--passphrase-file", word, "--format", "json", "--quiet")
    run(tmp_path / "phrase" / "127.0.0.1.rempart-dir", "--output", tmp_path / "encore", *options)
    assert names(tmp_path / "encore") == {"report.json"}


def test_a_server_that_does_not_answer_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="127.0.0.1"):
        run("ldap://127.0.0.1:1", "--output", tmp_path / "r", *PLAIN, typed="secret\n")
    assert not (tmp_path / "r").exists()


def test_a_folder_of_before_is_left_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="127.0.0.1"):
        run("ldap://127.0.0.1:1", "--output", tmp_path, *PLAIN, typed="secret\n")
    assert names(tmp_path) == set()


def test_a_folder_that_cannot_be_made_is_said_before_the_server_is_asked(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("", encoding="utf-8")
    with pytest.raises(RempartError, match="ne peut pas être créé.*--output"):
        served(tmp_path / "fichier" / "r")


@pytest.mark.parametrize("option", ["--no-sysvol", "--no-keep-collection"])
def test_options_of_a_collection_are_refused_where_nothing_is_collected(
    tmp_path: Path, option: str
) -> None:
    with pytest.raises(Exception, match="ne sert qu’avec une adresse"):
        run(tmp_path / "c.zip", "--output", tmp_path / "r", option)


@pytest.mark.needs("samba")
@pytest.mark.slow
def test_a_real_controller_and_a_file_are_audited_together(
    weak_controller: Controller, tmp_path: Path, root: Path
) -> None:
    word = tmp_path / "mot"
    word.write_text(weak_controller.password, encoding="utf-8")
    run(
        f"ldaps://{weak_controller.host}", root / "samples/chu-exemple.zip", "--output", tmp_path / "r",
        "--user", weak_controller.plain_user, "--password-file", word, "--ca-file", weak_controller.ca_file,
        "--timeout", "20", "--format", "json", "--quiet",
    )  # fmt: skip
    report = json.loads((tmp_path / "r" / "report.json").read_text("utf-8"))
    assert report["level"]["value"] == 1
    assert {"Collecte Rempart", "SharpHound"} <= {s["format"] for s in report["sources"]}
    assert report["exposure"]["exposed"] > 0
