"""Reading the last files of a SharpHound collection for another process, which reads the others.

python -P -m rempart.engines.directory.read.sharphound_part     (a job on its input, a part on its output)
"""

import sys
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.read.archives import open_container
from rempart.engines.directory.read.sharphound import SharpHoundReader
from rempart.engines.directory.read.sharphound_pending import Pending
from rempart.engines.directory.transfer import Collected, collected
from rempart.kernel.memory import collector_paused


class Job(msgspec.Struct):
    """What to read: members of a container, the first from an offset of its array; `code` is the file of this module."""

    path: str
    members: list[str]
    offset: int
    code: str


class Part(msgspec.Struct):
    """What was read: the content, what it leaves to settle, what was said meanwhile; of a first member that was
    resumed, where in its array, how many objects were left and what stands around them."""

    collected: Collected
    pending: Pending
    notes: list[str]
    read: int
    start: int
    resumed: int
    around: dict[str, Any]


class _Notes:
    """An observer that keeps what it is told, for the one of the first process."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.read = 0

    def stage(self, name: str, total: int | None = None) -> None:
        """Nobody sees the stages of this process."""

    def advance(self, units: int = 1) -> None:
        """Count the objects."""
        self.read += units

    def note(self, message: str) -> None:
        """Keep the note."""
        self.said.append(message)


def read_part(job: Job) -> Part | None:
    """Do a job; None when the first member cannot be resumed there. Raises UnreadableSource."""
    observer, builder = _Notes(), Builder()
    reader = SharpHoundReader(builder, observer)
    by_name = {member.name: member for member in open_container(Path(job.path))}
    start, resumed, around, names = 0, 0, {}, job.members
    if job.offset:
        with by_name[names[0]].open() as stream:
            opened = reader.open(names[0], stream)
            if opened is None or not opened.file.skip(job.offset):
                return None
            start = opened.file.at
            reader.go_on(opened)
        resumed, around, names = opened.count, opened.file.around, names[1:]
    for name in names:
        with by_name[name].open() as stream:
            reader.read(name, stream)
    return Part(
        collected=collected(builder),
        pending=reader.pending,
        notes=observer.said,
        read=observer.read,
        start=start,
        resumed=resumed,
        around=around,
    )


def serve(stdin: BinaryIO, stdout: BinaryIO) -> int:
    """Read a job, do it, write what was read; the exit code, 0 when all of it was."""
    job = msgspec.msgpack.decode(stdin.read(), type=Job)
    if job.code != __file__:
        return 3
    with collector_paused():
        part = read_part(job)
    if part is None:
        return 4
    stdout.write(msgspec.msgpack.encode(part))
    stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(serve(sys.stdin.buffer, sys.stdout.buffer))
