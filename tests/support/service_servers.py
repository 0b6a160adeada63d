"""Services on loopback for tests: the real daemons where there are some, and scripted servers where there are none."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from rempart.engines.exposure.probe.services import look_at_service
from rempart.engines.exposure.seen.common import Endpoint
from rempart.engines.exposure.seen.services import ServiceSeen
from support.loopback import free_port, listening
from support.postgres import as_postgres, binaries
from support.scripted_services import (
    datagrams as datagrams,
    imaging as imaging,
    modbus as modbus,
    scripted as scripted,
    speaking as speaking,
)
from support.web_servers import dial, raw

import_module("rempart.engines.exposure.checks")  # registers them


def look(
    port: int,
    talk: str = "",
    *,
    address: str = "127.0.0.1",
    transport: str = "tcp",
    seconds: float = 3.0,
) -> ServiceSeen:
    """Look at one port of loopback, by the exchange `talk` or by the one of its number."""
    endpoint = Endpoint(address, port, "", transport)
    return asyncio.run(look_at_service(endpoint, dial=dial(seconds=seconds), talk=talk))


@contextmanager
def daemon(command: Sequence[str | Path], port: int, *, udp: bool = False) -> Iterator[int]:
    """Run a server in the foreground until its port answers; gives the port."""
    endpoints = [] if udp else [("127.0.0.1", port)]
    with listening(command, *endpoints):
        if udp:
            _wait_for_datagrams(port)
        yield port


def _wait_for_datagrams(port: int) -> None:
    """Until the port is taken, for three seconds at most: a datagram server does not accept."""
    for _ in range(60):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                return
        threading.Event().wait(0.05)


@contextmanager
def redis(folder: Path, *more: str) -> Iterator[int]:
    port = free_port()
    command = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        folder,
    ]
    with daemon([*command, *more], port):
        yield port


@contextmanager
def memcached(
    *, has_datagrams: bool = True, address: str = "127.0.0.1", port: int = 0
) -> Iterator[int]:
    port = port or free_port()
    over_udp = str(port) if has_datagrams else "0"
    command = ["memcached", "-u", "nobody", "-p", str(port), "-U", over_udp, "-l", address]
    with listening(command, (address, port)):
        yield port


@contextmanager
def mosquitto(folder: Path, anonymous: str) -> Iterator[int]:
    port = free_port()
    path = folder / "mosquitto.conf"
    path.write_text(f"listener {port} 127.0.0.1\nallow_anonymous {anonymous}\n", encoding="utf-8")
    with daemon(["mosquitto", "-c", path], port):
        yield port


@contextmanager
def sshd(folder: Path, *options: str) -> Iterator[int]:
    port = free_port()
    key = folder / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    path = folder / "sshd_config"
    lines = [f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {key}", "PidFile none", *options]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with daemon([shutil.which("sshd") or "sshd", "-D", "-f", path], port):
        yield port


@contextmanager
def vsftpd(folder: Path, *options: str, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    port = port or free_port()
    path = folder / "vsftpd.conf"
    lines = [
        "listen=YES",
        "background=NO",
        f"listen_address={address}",
        f"listen_port={port}",
        "anonymous_enable=NO",
        "local_enable=YES",
        "seccomp_sandbox=NO",
        f"secure_chroot_dir={folder}",
        *options,
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with listening(["vsftpd", path], (address, port)):
        yield port


@contextmanager
def smbd(folder: Path, oldest: str) -> Iterator[int]:
    port = free_port()
    state = folder / "state"
    state.mkdir()
    kinds = ("private", "state", "cache", "lock", "pid", "ncalrpc")
    folders = [
        f"{kind} {'directory' if kind in {'state', 'cache', 'lock', 'pid'} else 'dir'} = {state}"
        for kind in kinds
    ]
    lines = [
        "[global]",
        "server role = standalone server",
        "interfaces = 127.0.0.1/8",
        "bind interfaces only = yes",
        f"smb ports = {port}",
        f"server min protocol = {oldest}",
        f"log file = {state}/log",
        "disable spoolss = yes",
        *folders,
    ]
    path = folder / "smb.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with daemon(["smbd", "--foreground", "--no-process-group", "-s", path], port):
        yield port


@contextmanager
def slapd(folder: Path, *options: str) -> Iterator[int]:
    port = free_port()
    (folder / "data").mkdir()
    lines = [
        "include /etc/ldap/schema/core.schema",
        "moduleload back_mdb",
        *options,
        "database mdb",
        'suffix "dc=chu,dc=example"',
        f"directory {folder}/data",
    ]
    path = folder / "slapd.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [
        shutil.which("slapd") or "slapd",
        "-f",
        path,
        "-h",
        f"ldap://127.0.0.1:{port}/",
        "-d",
        "0",
    ]
    with daemon(command, port):
        yield port


@contextmanager
def rsyncd(folder: Path) -> Iterator[int]:
    port = free_port()
    path = folder / "rsyncd.conf"
    lines = f"port = {port}\naddress = 127.0.0.1\nuse chroot = no\npid file = {folder}/pid\n"
    path.write_text(lines, encoding="utf-8")
    with daemon(["rsync", "--daemon", "--no-detach", f"--config={path}"], port):
        yield port


@contextmanager
def snmpd(folder: Path) -> Iterator[int]:
    port = free_port()
    path = folder / "snmpd.conf"
    path.write_text(
        f"rocommunity public 127.0.0.1\nagentaddress udp:127.0.0.1:{port}\n", encoding="utf-8"
    )
    with daemon(
        ["snmpd", "-f", "-C", "-c", path, "-p", folder / "pid", "-Lf", "/dev/null"], port, udp=True
    ):
        yield port


@contextmanager
def storescp() -> Iterator[int]:
    """The DICOM server of DCMTK, which takes whoever comes."""
    port = free_port()
    with daemon(["storescp", str(port)], port):
        yield port


@contextmanager
def vnc(kind: str) -> Iterator[int]:
    port = free_port()
    options = ["-rfbport", str(port), "-SecurityTypes", kind, "-localhost"]
    with daemon(["Xtigervnc", display(port), *options, "-PasswordFile", os.devnull], port):
        yield port


def display(port: int) -> str:
    """The name of the screen that `vnc` shows on this port."""
    return f":{port % 20000 + 100}"


@contextmanager
def xrdp(folder: Path) -> Iterator[int]:
    port = free_port()
    path = folder / "xrdp.ini"
    lines = [
        "[Globals]",
        f"port=tcp://127.0.0.1:{port}",
        "security_layer=rdp",
        "[Logging]",
        f"LogFile={folder}/xrdp.log",
        "[Xorg]",
        "name=Xorg",
        "lib=libxup.so",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with daemon([shutil.which("xrdp") or "xrdp", "--nodaemon", "--config", path], port):
        yield port


@contextmanager
def postgresql() -> Iterator[int]:
    """PostgreSQL over TCP, in a folder of its own that its account may enter."""
    programs, port = binaries(), free_port()
    if programs is None:
        raise FileNotFoundError("initdb")
    with tempfile.TemporaryDirectory(prefix="rp", ignore_cleanup_errors=True) as name:
        data = Path(name) / "data"
        data.mkdir()
        Path(name).chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(data, "postgres", "postgres")
        made = as_postgres(programs / "initdb", "-D", data, "-A", "trust", "--no-sync")
        subprocess.run(made, check=True, capture_output=True)
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with daemon(
            as_postgres(programs / "postgres", "-D", data, "-p", str(port), *options), port
        ):
            yield port


@contextmanager
def mariadb(folder: Path) -> Iterator[int]:
    """MariaDB without tables of accounts: its greeting is all that is looked at."""
    port = free_port()
    (folder / "data").mkdir()
    command = [
        shutil.which("mariadbd") or "mariadbd",
        "--no-defaults",
        "--user=root",
        f"--datadir={folder}/data",
    ]
    options = [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--skip-grant-tables",
        "--skip-networking=0",
    ]
    with daemon([*command, *options, f"--socket={folder}/socket"], port):
        yield port


@contextmanager
def telnetd() -> Iterator[int]:
    """The telnet server of GNU inetutils, started for each connection as inetd would."""

    def serve(link: socket.socket) -> None:
        with subprocess.Popen(
            [shutil.which("telnetd") or "telnetd", "-h", "-E", sys.executable],
            stdin=link.fileno(),
            stdout=link.fileno(),
            stderr=subprocess.DEVNULL,
        ) as process:
            threading.Event().wait(0.5)
            process.terminate()

    with raw(serve) as port:
        yield port
