"""A Samba domain controller on a loopback address of its own: provisioned once, kept, started in a second.

The provisioned folder is kept as a tar under the user's cache, by version of Samba and by what is planted, because
a provision takes five seconds. Each run takes an address 127.0.0.N that no other run holds (a lock says so), since
the ports of a domain controller are fixed.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from rempart.engines.directory.policies import DEFAULT_CONTROLLERS_POLICY
from support.certificates import Authority
from support.policy_samples import GROUPS, LDAP_KEY

ROOT = Path(__file__).parents[2]
SEED = ROOT / "tests" / "samba_seed.py"
REALM, DOMAIN, PASSWORD = "CHU.TEST", "CHU", "Rempart-2026!"
FIRST_HOST, LAST_HOST = 21, 120
START_TIMEOUT = 60.0
KEPT_SECONDS = 7 * 86400

CONFIGURATION = """
[global]
realm = {realm}
workgroup = {domain}
netbios name = DC1
server role = active directory domain controller
server services = ldap cldap kdc
interfaces = {host}/8
bind interfaces only = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}/lock
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
ntp signd socket directory = {folder}/run/ntp
winbindd socket directory = {folder}/run/winbind
log file = {folder}/log/samba.log
log level = 0
tls keyfile = {folder}/tls/key.pem
tls certfile = {folder}/tls/cert.pem
tls cafile = {folder}/tls/ca.pem
"""


@dataclass(frozen=True)
class Controller:
    """A running domain controller and what is needed to talk to it."""

    host: str
    folder: Path
    realm: str = REALM
    administrator: str = f"Administrator@{REALM}"
    plain_user: str = f"lecteur@{REALM}"
    password: str = PASSWORD
    name: str = f"dc1.{REALM.lower()}"

    @property
    def ca_file(self) -> Path:
        """The authority that signed its certificate."""
        return self.folder / "tls" / "ca.pem"

    @property
    def sysvol(self) -> Path:
        """Its SYSVOL folder, as a copy by hand would give it."""
        return self.folder / "state" / "sysvol"

    def kerberos_configuration(self) -> Path:
        """A krb5.conf that finds its KDC."""
        path = self.folder / "krb5.conf"
        path.write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            f" udp_preference_limit = 1\n dns_canonicalize_hostname = false\n rdns = false\n"
            f"[realms]\n {REALM} = {{\n  kdc = {self.host}:88\n }}\n"
            f"[domain_realm]\n .{REALM.lower()} = {REALM}\n",
            encoding="utf-8",
        )
        return path


@contextlib.contextmanager
def running(state: str) -> Iterator[Controller]:
    """A controller in one of the states `weak` or `mended`, stopped and deleted afterwards."""
    with _own_host() as host, tempfile.TemporaryDirectory(prefix="rp", dir=_fast_folder()) as name:
        folder = Path(name)
        _run(["tar", "--extract", "--file", str(_kept(state)), "--directory", name])
        _configure(folder, host)
        Authority().write(folder / "tls", host, Controller.name)
        with _samba(folder, host):
            yield Controller(host, folder)


def _fast_folder() -> str | None:
    memory = Path("/dev/shm")  # noqa: S108
    return str(memory) if os.access(memory, os.W_OK) else None


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "rempart-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


@contextlib.contextmanager
def _own_host() -> Iterator[str]:
    for number in range(FIRST_HOST, LAST_HOST):
        lock = (_cache() / f"host-{number}.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        with lock:
            yield f"127.0.0.{number}"
        return
    raise RuntimeError("no loopback address is free for a domain controller")


@cache
def _key() -> str:
    version = subprocess.run(["samba", "--version"], capture_output=True, check=True).stdout
    return hashlib.sha256(version + SEED.read_bytes() + Path(__file__).read_bytes()).hexdigest()[
        :16
    ]


def _kept(state: str) -> Path:
    """The archive of a state, made at need: one process makes, the others wait."""
    path = _cache() / f"samba-{_key()}-{state}.tar"
    with _locked(_cache() / "provision.lock"):
        if not path.exists():
            # Another checkout may be using the others at this moment: only old ones go.
            for old in _cache().glob("samba-*.tar"):
                if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                    old.unlink()
            _make(path)
    return path


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="rp", dir=_fast_folder()) as name:
        folder = Path(name)
        _provision(folder)
        for step in ("people", "weaken", "mend"):
            _run(["/usr/bin/python3", str(SEED), step, str(folder)])
            state = {"weaken": "weak", "mend": "mended"}.get(step)
            if state:
                _write_policies(folder / "state" / "sysvol", weak=state == "weak")
                _pack(folder, path.with_name(f"samba-{_key()}-{state}.tar"))


def _write_policies(sysvol: Path, *, weak: bool) -> None:
    """What the controllers' own policy sets, and a password that someone left in it."""
    machine = sysvol / REALM.lower() / "Policies" / f"{{{DEFAULT_CONTROLLERS_POLICY}}}" / "MACHINE"
    template = machine / "Microsoft" / "Windows NT" / "SecEdit" / "GptTmpl.inf"
    template.parent.mkdir(parents=True, exist_ok=True)
    setting = f"MACHINE\\{LDAP_KEY}\\LDAPServerIntegrity=4,{1 if weak else 2}\r\n"
    template.write_bytes(f"[Unicode]\r\n[Registry Values]\r\n{setting}".encode("utf-16"))
    groups = machine / "Preferences" / "Groups" / "Groups.xml"
    groups.parent.mkdir(parents=True, exist_ok=True)
    groups.write_text(GROUPS, encoding="utf-8")
    if not weak:
        groups.unlink()


def _pack(folder: Path, path: Path) -> None:
    partial = path.with_suffix(".partial")
    _run(
        ["tar", "--create", "--file", str(partial), "--directory", str(folder), "private", "state"]
    )
    partial.replace(path)


def _provision(folder: Path) -> None:
    command = ["samba-tool", "domain", "provision", f"--realm={REALM}", f"--domain={DOMAIN}"]
    command += ["--server-role=dc", "--dns-backend=SAMBA_INTERNAL", f"--adminpass={PASSWORD}"]
    command += [f"--targetdir={folder}", "--host-name=dc1", "--host-ip=127.0.0.1", "--quiet"]
    command += ["--option=interfaces=127.0.0.1", "--option=bind interfaces only=yes"]
    for option in ("pid directory", "ncalrpc dir", "ntp signd socket directory"):
        command.append(f"--option={option}={folder}/run")
    _run(command)
    # What grows while a provision runs, and no directory needs afterwards.
    shutil.rmtree(folder / "private" / "tls", ignore_errors=True)


def _configure(folder: Path, host: str) -> None:
    for name in ("etc", "run", "log", "tls", "cache", "lock"):
        (folder / name).mkdir(exist_ok=True)
    text = CONFIGURATION.format(folder=folder, host=host, realm=REALM, domain=DOMAIN)
    (folder / "etc" / "smb.conf").write_text(text, encoding="utf-8")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300)
    if done.returncode:
        raise RuntimeError(f"{command[:4]} failed:\n{done.stdout}\n{done.stderr}")


@contextlib.contextmanager
def _samba(folder: Path, host: str) -> Iterator[None]:
    with (folder / "log" / "out").open("wb") as log:
        process = subprocess.Popen(
            ["samba", "-i", "-M", "single", "-s", str(folder / "etc" / "smb.conf")],
            stdin=subprocess.PIPE,  # without an open input, an interactive samba stops at once
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        for port in (389, 636, 88):
            _wait(host, port, process, folder)
        yield
    finally:
        if process.stdin:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(host: str, port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection((host, port), 1).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            said = (folder / "log" / "out").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the domain controller does not answer on port {port}:\n{said}")
        time.sleep(0.05)
