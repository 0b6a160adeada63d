"""A file server on a free port of the loopback, that shares a folder as SYSVOL: Samba's smbd, alone."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from support.loopback import free_port, listening

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
        port = free_port()
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
        command = ["smbd", "--foreground", "--no-process-group", "-s", configuration]
        with listening(command, ("127.0.0.1", port)):
            yield port
