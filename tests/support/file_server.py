"""A file server on a free port of the loopback, that shares a folder as SYSVOL: Samba's smbd, alone."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

USER, PASSWORD = "nobody", "Rempart-2026!"

CONFIGURATION = """
[global]
workgroup = CHU
server role = standalone server
interfaces = 127.0.0.1/8
bind interfaces only = yes
smb ports = {port}
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}/lock
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
passdb backend = tdbsam:{folder}/private/passdb.tdb
log file = {folder}/smbd.log
disable spoolss = yes
load printers = no

[SYSVOL]
path = {share}
read only = yes
"""


@contextlib.contextmanager
def sharing(share: Path) -> Iterator[int]:
    """Port of a server that shares `share`; `USER` reads it with `PASSWORD`."""
    with tempfile.TemporaryDirectory(prefix="rp") as name:
        folder = Path(name)
        for part in ("private", "state", "cache", "lock", "run"):
            (folder / part).mkdir()
        port = _free_port()
        configuration = folder / "smb.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, port=port, share=share), encoding="utf-8"
        )
        subprocess.run(
            ["smbpasswd", "-c", str(configuration), "-s", "-a", USER],
            input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
            capture_output=True,
            check=True,
        )
        server = subprocess.Popen(
            ["smbd", "--foreground", "--no-process-group", "-s", str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise RuntimeError("the file server does not answer")
