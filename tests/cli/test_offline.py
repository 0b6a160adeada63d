"""An audit opens no connection: nothing of a directory leaves the machine."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = "samples/chu-exemple.zip"
# An audit hook sees every socket that the process makes or resolves, whatever the library.
NO_SOCKET = """
import sys
def refuse(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.")):
        raise RuntimeError(event)
sys.addaudithook(refuse)
from rempart.cli.main import main
sys.argv = ["rempart", *sys.argv[1:]]
main()
"""


def audit(root: Path, output: Path, formats: str, *before: str) -> subprocess.CompletedProcess[str]:
    """Run the audit of the sample in a process that may open no socket."""
    command = [
        sys.executable,
        "-c",
        NO_SOCKET,
        "audit",
        "directory",
        SAMPLE,
        "--output",
        str(output),
    ]
    return subprocess.run([*before, *command], cwd=root, capture_output=True, text=True)


@pytest.mark.slow
def test_an_audit_opens_no_socket(root: Path, tmp_path: Path) -> None:
    done = audit(root, tmp_path / "rapport", "html,xlsx,csv,json")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "rapport" / "report.html").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.needs("namespace")
def test_an_audit_runs_on_a_machine_without_any_network(root: Path, tmp_path: Path) -> None:
    done = audit(root, tmp_path / "rapport", "pdf", str(shutil.which("unshare")), "--net")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "rapport" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_hook_would_see_a_socket(root: Path) -> None:
    code = NO_SOCKET.split("from rempart")[0] + "import socket; socket.socket()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "RuntimeError: socket.__new__" in done.stderr
