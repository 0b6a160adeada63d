"""The programs of PostgreSQL that copy a database and bring it back."""

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection

from rempart.kernel.errors import RempartError


def dump(target: Path) -> None:
    """Copy the whole database, as it is at one instant."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def load(source: Path) -> None:
    """Bring a copy back, in one transaction; the empty tables that are there are replaced."""
    _run(
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        str(source),
    )


def _run(name: str, *arguments: str) -> None:
    said = connection.settings_dict
    connection.close()
    environment = os.environ | {"PGPASSWORD": str(said["PASSWORD"])} if said["PASSWORD"] else None
    where = [
        f"--{option}={said[key]}"
        for option, key in (("host", "HOST"), ("port", "PORT"), ("username", "USER"))
        if said[key]
    ]
    done = subprocess.run(  # noqa: S603  # our own arguments
        [_program(name), *where, f"--dbname={said['NAME']}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise RempartError(
            f"{name} n’a pas abouti : {done.stderr.strip()[-500:]}",
            todo="La version de ses programmes doit être celle du serveur, ou plus récente.",
        )


def _program(name: str) -> str:
    """The program on the path, else where Debian keeps the newest."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4])
    )
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise RempartError(
            f"Le programme {name} n’est pas installé ici.", todo="Installez postgresql-client."
        )
    return found
