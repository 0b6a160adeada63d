"""One process at a time: a lock that the system gives back by itself when its holder dies.

It is that of an empty SQLite database, which every system of ours has and locks in its own way.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold the lock of this file while the block lasts; gives False, and holds nothing, when another process has it.

    The file is made when it is not there, and stays: who removed it could let two processes in. Raises OSError when it
    cannot be made.
    """
    path.touch()
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as held:
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
        else:
            yield True
