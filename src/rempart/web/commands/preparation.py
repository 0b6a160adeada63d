"""What must be true before pages are served: tables up to date, static files collected."""

import contextlib
import hashlib
import io
import sqlite3
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from rempart import __version__
from rempart.kernel.errors import RempartError
from rempart.kernel.french import counted

STAMP: Final = ".rempart-stamp"


def is_embedded() -> bool:
    """Whether the database is the file of a small installation."""
    return connection.vendor == "sqlite"


def prepare() -> None:
    """Make the folders, bring an embedded database up to date, refuse one of a server that is late, collect files."""
    for name in ("files", "tmp", "progress"):
        (Path(settings.DATA) / name).mkdir(parents=True, exist_ok=True)
    late = pending()
    if late and is_embedded():
        keep_copy()
        migrate()
    elif is_embedded():
        load_knowledge()
    elif late:
        raise RempartError(
            f"La base n’est pas à jour : {counted(late, 'migration')} à passer.",
            todo="Sauvegardez-la (rempart backup), puis lancez rempart migrate.",
        )
    collect()


def pending() -> int:
    """How many migrations are to be applied. Raises RempartError when the database does not answer."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as fault:
        raise RempartError(
            f"La base de données ne répond pas : {str(fault).strip()}",
            todo="Vérifiez qu’elle est démarrée, et la variable REMPART_DATABASE_URL.",
        ) from fault
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Bring the tables up to date, and the frameworks that they hold."""
    call_command("migrate", interactive=False, verbosity=0, database=DEFAULT_DB_ALIAS)
    load_knowledge()


def load_knowledge() -> None:
    """Bring into the tables the frameworks that this version ships, where their app is installed."""
    if apps.is_installed("rempart.web.apps.frameworks"):
        import_string("rempart.web.apps.frameworks.actions.load_shipped")()


def keep_copy() -> Path | None:
    """A copy of an embedded database that has rows, made before its tables change."""
    source = Path(str(settings.DATABASES["default"]["NAME"]))
    if not source.exists() or not connection.introspection.table_names():
        return None
    target = Path(settings.DATA) / f"avant-{__version__}.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
    target.chmod(0o600)
    return target


def collect() -> bool:
    """Collect the static files when they have changed since the last time; tells whether it did."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    wanted = static_hash()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, stdout=io.StringIO())
    stamp.write_text(wanted, encoding="utf-8")
    return True


def static_hash() -> str:
    """What the static files are: names, sizes and dates, not contents, so that it takes milliseconds."""
    digest = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
