"""`rempart collect directory`, as a person types it."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rempart.cli.collect import collect_directory
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Fact
from rempart.engines.directory.read import collection
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent
from support.ldap_server import polite, serving
from support.parts import LOOPBACK
from support.samba import Controller

pytestmark = pytest.mark.allow_hosts(LOOPBACK)


def run(*arguments: object, typed: str = "") -> Result:
    """Run the command; what it raises is raised here."""
    result = CliRunner().invoke(
        collect_directory, [str(item) for item in arguments], input=typed, standalone_mode=False
    )
    if result.exception:
        raise result.exception
    return result


def test_a_password_is_asked_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "c.rempart-dir"
    with serving(polite) as (port, _):
        url = f"ldap://127.0.0.1:{port}"
        result = run(
            url, "--output", path, "--user", "a@b", "--clear-text", "--no-sysvol", typed="secret\n"
        )
    assert "secret" not in result.output
    assert "Objets lus sur dc1.chu.test : 1," in result.output
    assert path.exists()


def test_what_was_collected_can_be_read_again(tmp_path: Path) -> None:
    path, word = tmp_path / "c.rempart-dir", tmp_path / "mot"
    word.write_text("secret\n", encoding="utf-8")
    with serving(polite) as (port, _):
        url = f"ldap://127.0.0.1:{port}"
        options = ("--user", "a@b", "--clear-text", "--no-sysvol", "--password-file", word)
        assert run(url, "--output", path, *options, "--quiet").output == ""
    source = collection.read(path, Builder(), Silent())
    assert source.collector.startswith("rempart ")


def test_a_former_collection_is_not_replaced_unasked(tmp_path: Path) -> None:
    path = tmp_path / "c.rempart-dir"
    path.write_bytes(b"precieux")
    with pytest.raises(UnreadableSource, match="existe déjà.*--force"):
        run("ldaps://127.0.0.1:1", "--output", path, "--user", "a")
    assert path.read_bytes() == b"precieux"


def test_an_empty_password_file_is_refused(tmp_path: Path) -> None:
    word = tmp_path / "mot"
    word.write_text("\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="vide"):
        run("ldaps://127.0.0.1:1", "--output", tmp_path / "c", "--password-file", word)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--user"),
        (("--auth", "ntlm"), "--user"),
        (
            (
                "--user",
                "a",
                "--password-file",
                "MOT",
                "--encrypt-to",
                "age1",
                "--passphrase-file",
                "MOT",
            ),
            "ensemble",
        ),
    ],
)
def test_options_that_contradict_are_refused(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    word = tmp_path / "mot"
    word.write_text("secret", encoding="utf-8")
    given = [str(word) if option == "MOT" else option for option in options]
    with pytest.raises(Exception, match=message):
        run("ldap://127.0.0.1:1", "--output", tmp_path / "c", *given)


def test_no_script_that_bears_the_name_of_a_library_is_imported(tmp_path: Path) -> None:
    # Another tool installs a script smbclient.py beside ours, where Python looks first.
    (tmp_path / "smbclient.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    script = tmp_path / "rempart.py.txt"
    script.write_text("import rempart.cli.collect\n", encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.needs("samba")
def test_a_real_controller_is_collected_and_closed(
    weak_controller: Controller, tmp_path: Path
) -> None:
    path, word = tmp_path / "c.rempart-dir", tmp_path / "mot"
    word.write_text(weak_controller.password, encoding="utf-8")
    key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    result = run(
        f"ldaps://{weak_controller.host}", "--output", path, "--user", weak_controller.plain_user,
        "--password-file", word, "--ca-file", weak_controller.ca_file, "--timeout", "20", "--encrypt-to", key,
    )  # fmt: skip
    assert "dc1.chu.test" in result.output
    assert "SYSVOL n’a pas été lu" in result.output
    assert "(chiffrée)" in result.output
    assert path.read_bytes().startswith(b"age-encryption.org/v1")


@pytest.mark.needs("samba")
def test_ntlm_with_a_rate_brings_the_whole_directory(
    weak_controller: Controller, tmp_path: Path
) -> None:
    path, word = tmp_path / "c.rempart-dir", tmp_path / "mot"
    word.write_text(weak_controller.password, encoding="utf-8")
    run(
        f"ldap://{weak_controller.host}", "--output", path, "--user", weak_controller.plain_user,
        "--password-file", word, "--auth", "ntlm", "--rate", "100000", "--no-sysvol", "--quiet",
    )  # fmt: skip
    builder = Builder()
    collection.read(path, builder, Silent())
    assert Fact.ACL in builder.facts
