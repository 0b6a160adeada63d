"""Programs that listen on loopback while a block runs: a free port, the start, the end."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

START_SECONDS = 60

_given: set[int] = set()


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nothing listens on, and that was not given before."""
    while True:
        with socket.create_server((address, 0)) as server:
            port = int(server.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


@contextmanager
def listening(
    command: Sequence[str | Path],
    *endpoints: tuple[str, int],
    stdin: int = subprocess.DEVNULL,
) -> Iterator[None]:
    """A program in the foreground, from when it accepts on these endpoints to the end of the block.

    Raises RuntimeError, with what it said, when it stops before that or takes too long.
    """
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [*map(str, command)],
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,  # smbd ends its whole group with itself
        ) as process,
    ):
        try:
            for endpoint in endpoints:
                _wait_for(endpoint, process, said)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
            _end_group(process.pid)


def _end_group(leader: int) -> None:
    """End what a program started and left behind: Dovecot's children outlive it by a while."""
    with suppress(ProcessLookupError, AttributeError):
        os.killpg(leader, signal.SIGKILL)


def _wait_for(
    endpoint: tuple[str, int], process: "subprocess.Popen[bytes]", said: BinaryIO
) -> None:
    limit = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError), socket.create_connection(endpoint, timeout=1):
            return
        if process.poll() is not None or time.monotonic() > limit:
            said.seek(0)
            words = said.read().decode("utf-8", "replace")
            raise RuntimeError(f"{process.args} does not listen on {endpoint}: {words}")
        time.sleep(0.02)


@contextmanager
def nginx(folder: Path, configuration: str, *endpoints: tuple[str, int]) -> Iterator[None]:
    """The nginx of this configuration, whose files are in `folder`."""
    path = folder / "nginx.conf"
    path.write_text(configuration, encoding="utf-8")
    with listening(["nginx", "-p", folder, "-c", path, "-e", folder / "error.log"], *endpoints):
        yield
