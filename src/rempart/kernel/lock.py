"""One process at a time: a lock that the system gives back by itself when its holder dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold the lock of this file while the block lasts; gives False, and holds nothing, when another process has it.

    The file is made when it is not there, and stays: who removed it could let two processes in. Raises OSError when it
    cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        is_ours = False
        with suppress(OSError):
            _take(descriptor)
            is_ours = True
        yield is_ours
    finally:
        os.close(descriptor)
