"""A machine that stops in the middle of an import, on a database of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.registry_files import REAL

PROGRAM = """
import os, signal, sys
from rempart.web.commands import setup
setup.django()
from django.core.management import call_command
from rempart.web.apps.establishments.models import Establishment, RegistryImport
from rempart.web.apps.establishments.registry import stock
call_command("migrate", verbosity=0)

def fall(*_):
    print(Establishment.objects.count(), "written", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[1] == "fall":
    stock._close = fall
if sys.argv[1] == "count":
    print(Establishment.objects.count(), RegistryImport.objects.exclude(version=None).count())
else:
    from rempart.web.commands.registry import registry
    registry(["import", sys.argv[2], "--apply"], standalone_mode=False)
"""


@pytest.fixture
def run(tmp_path: Path) -> object:
    """`run("fall", path)`: an installation in a folder of the test, one process a call."""
    environment = os.environ | {
        "REMPART_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "rempart.web.config.settings.prod",
        "PYTHONWARNINGS": "default",
    }
    if address := os.environ.get("REMPART_TEST_DATABASE_URL"):
        environment["REMPART_DATABASE_URL"] = address

    def once(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", PROGRAM, *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120
        )

    return once


@pytest.mark.slow
def test_a_killed_import_leaves_nothing_and_can_be_done_again(run) -> None:  # type: ignore[no-untyped-def]
    fallen = run("fall", str(REAL))
    assert fallen.returncode == -signal.SIGKILL and fallen.stdout.endswith("14 written\n"), (
        fallen.stderr
    )
    assert run("count").stdout.split() == ["0", "0"]
    done = run("again", str(REAL))
    assert done.returncode == 0 and "Écrit" in done.stdout, done.stderr
    assert run("count").stdout.split() == ["14", "1"]
