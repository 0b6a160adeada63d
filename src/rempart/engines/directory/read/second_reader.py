"""A second process that reads the last files of a SharpHound collection, while the first reads the others.

A plain child process, and not `multiprocessing`, so that nothing of the program that called us is run again.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

import msgspec

from rempart.engines.directory.read import sharphound_part
from rempart.engines.directory.read.sharphound_part import Job, Part

_COMMAND: Final = ("-P", "-m", sharphound_part.__name__)


class SecondReader:
    """The process, started with the context if there is something to read; leaving the context ends it."""

    def __init__(
        self, path: Path, members: Sequence[str], offset: int, *, allowed: bool = True
    ) -> None:
        """To read these members, the first from an offset of its array; nothing is started unless `allowed`."""
        self._job = Job(str(path.absolute()), list(members), offset, sharphound_part.__file__)
        self._process = _started(self._job) if members and allowed else None

    def part(self) -> Part | None:
        """What it read; None when it read nothing, or could not, and all of it is to be read again."""
        if self._process is None:
            return None
        data, _ = self._process.communicate()
        if self._process.returncode != 0:
            return None
        return msgspec.msgpack.decode(data, type=Part)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            with self._process as process:
                process.kill()


def _started(job: Job) -> "subprocess.Popen[bytes] | None":
    """The process, told what to read; None when the system starts nothing."""
    try:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, on a module of ours
            [sys.executable, *_COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return None
    # One that died at once gives nothing to read: `part` will see it.
    with suppress(OSError), cast(BinaryIO, process.stdin) as stdin:
        stdin.write(msgspec.msgpack.encode(job))
    process.stdin = None
    return process
