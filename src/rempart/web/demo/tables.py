"""The empty tables of the demonstration, written in advance: sixty migrations are longer to pass than to copy.

They serve only where every migration is the one that they were written from; otherwise the migrations are passed.
"""

import contextlib
import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import Final

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from rempart.web.demo.data import FOLDER

NAME: Final = "tables.sql"
MARK: Final = "-- migrations "


def fingerprint() -> str:
    """What the migrations are, those of the libraries included."""
    digest = hashlib.sha256()
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        source = sys.modules[type(migration).__module__].__file__ or ""
        digest.update(f"{key}".encode())
        digest.update(Path(source).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def written() -> str:
    """The tables of the present database, which must be migrated and empty, as they are kept."""
    connection.ensure_connection()
    lines = "\n".join(connection.connection.iterdump())
    return f"{MARK}{fingerprint()}\n{lines}\n"


def lay(path: Path) -> bool:
    """Write the tables in a new file when they are those of this installation; tells whether it did."""
    kept = FOLDER / NAME
    if path.exists() or not kept.is_file():
        return False
    text = kept.read_text(encoding="utf-8")
    if text.partition("\n")[0] != MARK + fingerprint():
        return False
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=OFF")
        database.executescript(text)
    return True


def main() -> None:
    """Pass every migration in memory, and write what they leave (see tools/demo_tables.py)."""
    call_command("migrate", interactive=False, verbosity=0)
    Path(str(FOLDER / NAME)).write_text(written(), encoding="utf-8", newline="\n")
