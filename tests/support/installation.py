"""A real installation in a folder: its own data, its own database, the commands as a person runs them."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
LIGHT = "support.light.settings"
COMMAND = "from rempart.cli.main import main; main()"
PRELUDE = """
import django, json, time
django.setup()
from django.db import connection, transaction
from rempart.web.core import board, jobs, journal, mail, worker
from rempart.web.core.models import Job, JournalEntry, Mail
"""


class Installation:
    """A data folder and a database: `address` of PostgreSQL, or the embedded one."""

    def __init__(
        self, folder: Path, address: str = "", settings: str = "", **variables: str
    ) -> None:
        self.folder = folder
        self.address = address
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("REMPART_")
        }
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": settings or "rempart.web.config.settings.prod",
            "REMPART_DATA": str(folder),
            "REMPART_JOB_LOST_AFTER": "5",
            "REMPART_JOB_FIRST_PAUSE": "1",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(TESTS), os.environ.get("PYTHONPATH", "")])
            ),
        }
        if address:
            self.environment["REMPART_DATABASE_URL"] = address
        self.environment |= variables

    def rempart(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return self._ran(COMMAND, *map(str, arguments))

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start a command that lasts."""
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *map(str, arguments)],
            env=self.environment,
            cwd=self.folder.parent,
        )

    @contextlib.contextmanager
    def running(self, *arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
        """A command that lasts, stopped at the end as a service would be."""
        process = self.start(*arguments)
        try:
            yield process
        finally:
            process.terminate()
            ended(process)

    def python(self, code: str) -> Any:
        """Run a program inside the installation, and give what it leaves in `said`."""
        done = self._ran(f"{PRELUDE}\n{code}\nprint(json.dumps(said, default=str))")
        if done.returncode:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the database, read directly: quick enough to be asked again and again."""
        if self.address:
            import psycopg

            with psycopg.connect(self.address) as connection:
                return connection.execute(query.encode()).fetchall()
        with contextlib.closing(sqlite3.connect(self.folder / "rempart.sqlite3")) as file:
            return file.execute(query).fetchall()

    def _ran(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=self.environment,
            cwd=self.folder.parent,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=180,
        )


def wait_for(fact: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until a fact is true, and give it."""
    until = time.monotonic() + seconds
    while not (found := fact()):
        if time.monotonic() > until:
            raise AssertionError("it did not happen in time")
        time.sleep(0.1)
    return found


def ended(process: subprocess.Popen[bytes], seconds: float = 30) -> int:
    """Wait for the end of a process that was asked to end."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
