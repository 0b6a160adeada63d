"""A PostgreSQL server of our own for the tests: made in a temporary folder, stopped with the command.

python tests/support/postgres.py python -m pytest tests/web
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """Where Debian keeps the programs of its newest PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    return found[-1].parent if found else None


def as_postgres(*command: str | Path) -> list[str]:
    """The command, as an account that PostgreSQL accepts: it refuses root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return [*prefix, *map(str, command)]


@contextmanager
def server() -> Iterator[str]:
    """A server on a Unix socket, without durability; gives the address of its database."""
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("initdb")
    folder = Path(tempfile.mkdtemp(prefix="rempart-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    try:
        _run(
            as_postgres(
                programs / "initdb", "-D", data, "-A", "trust", "-U", "rempart", "-E", "UTF8"
            )
        )
        _run(
            as_postgres(
                programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"
            )
        )
        yield f"postgresql://rempart@{str(folder).replace('/', '%2F')}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            _run(as_postgres(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"))
        shutil.rmtree(folder, ignore_errors=True)


def restart(address: str) -> None:
    """Stop the server at once, cutting every connection, and start it again."""
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("pg_ctl")
    folder = Path(address.partition("@")[2].rpartition("/")[0].replace("%2F", "/"))
    ctl = as_postgres(programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log")
    _run([*ctl, "-m", "fast", "restart"])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


def main(command: list[str]) -> int:
    """Run a command whose tests find this server, and stop the server after it."""
    with server() as address:
        environment = os.environ | {"REMPART_TEST_DATABASE_URL": address}
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
