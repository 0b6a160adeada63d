"""A small internet of names on loopback: one BIND that plays the root, a registry, two hosts and a careless one.

Zones are signed by BIND's own tools. Addresses are added to the loopback interface and removed at the end; each
role is a view of the same server, chosen by the address asked. `Answering` is a server that says what a test wants.
"""

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROLES = ("registry", "first", "second", "careless", "stale")


@dataclass
class Zone:
    """A zone to serve. `algorithm` empty: not signed. `lines` are records without the SOA and the NS."""

    name: str
    lines: str = ""
    algorithm: str = ""
    nsec3: str = ""  # parameters of dnssec-signzone: "-3 - -H 0"
    servers: tuple[str, ...] = ("ns1.hoster.test.", "ns2.hoster.test.")
    told: tuple[str, ...] = ()  # the servers that the registry names, when they differ
    roles: tuple[str, ...] = ("first", "second")
    soa: str = "3600 900 1209600 3600"
    times: tuple[str, ...] = ()  # "-s", "-e" of dnssec-signzone
    change: Callable[[str], str] | None = None  # damage done to the file after it was signed
    digest: Callable[[str], str] | None = None  # damage done to the DS given to the registry
    stale_lines: str = ""
    bits: int = 2048
    glue: str = ""


@dataclass
class Names:
    """The servers, once up: `hints` and `anchors` for a resolver, the address of each role, and the port."""

    folder: Path
    zones: list[Zone]
    port: int = 0
    addresses: dict[str, str] = field(default_factory=dict)
    anchors: dict[str, list[str]] = field(default_factory=dict)
    hosts: str = ""  # more records of hoster.test, where the servers' names stand
    is_quick: bool = False  # one key a zone instead of two
    last: int = 53  # of the addresses: two worlds at once in one process have two
    process: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> Self:
        self.port = free_port()
        self.addresses = _addresses(self.last)
        for address in self.addresses.values():
            _ip("add", address)
        try:
            self._write()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
        for address in self.addresses.values():
            _ip("del", address)

    @property
    def hints(self) -> tuple[str, ...]:
        """Where resolution begins."""
        return (self.addresses["registry"],)

    def _write(self) -> None:
        hosts = {"first": "ns1", "second": "ns2", "careless": "ns3", "stale": "ns4"}
        lines = "".join(
            f"{name}.hoster.test. A {self.addresses[role]}\n" for role, name in hosts.items()
        ) + self.hosts.format(**self.addresses)
        hoster = Zone(
            "hoster.test.", lines + "ns9.hoster.test. A 127.9.9.9\n", roles=("first",), glue=lines
        )
        children = [hoster, *self.zones]
        for zone in children:
            self._make(zone)
        registries = []
        for name, algorithm in (("example.", "ECDSAP256SHA256"), ("test.", "")):
            below = "".join(self._delegation(z) for z in children if z.name.endswith("." + name))
            here = Zone(name, below, algorithm, roles=("registry",), servers=(f"ns.{name}",))
            here.glue = f"ns.{name} A {self.addresses['registry']}\n"
            here.lines += here.glue
            self._make(here)
            registries.append(here)
        root = Zone(
            ".",
            f"ns.root. A {self.addresses['registry']}\n"
            + "".join(map(self._delegation, registries)),
            "ECDSAP256SHA256",
            servers=("ns.root.",),
            roles=("registry",),
        )
        self._make(root)
        digests = re.findall(r"IN DS (.+)", (self.folder / "dsset-.").read_text())
        self.anchors = {".": [digest.strip() for digest in digests]}
        self._configure([root, *registries, *children])

    def _delegation(self, zone: Zone) -> str:
        said = (
            "".join(f"{zone.name} NS {server}\n" for server in zone.told or zone.servers)
            + zone.glue
        )
        digests = self.folder / f"dsset-{zone.name}"
        if zone.algorithm and digests.exists():
            text = digests.read_text()
            said += zone.digest(text) if zone.digest else text
        return said

    def _make(self, zone: Zone) -> None:
        """Write the zone's file, signed when asked; a `stale` copy has an older serial and its own lines."""
        path = self._path(zone)
        head = f"$TTL 3600\n{zone.name} SOA {zone.servers[0]} admin.{zone.name.lstrip('.') or 'root.'} (2026010102 {zone.soa})\n"
        named = "".join(f"{zone.name} NS {server}\n" for server in zone.servers)
        origin = f"$ORIGIN {zone.name}\n"
        path.write_text(origin + head + named + zone.lines, encoding="utf-8")
        if "stale" in zone.roles:
            older = head.replace("2026010102", "2026010101")
            (self.folder / (path.name + ".stale")).write_text(
                origin + older + named + zone.stale_lines
            )
        if zone.algorithm:
            self._sign(zone, path)

    def _sign(self, zone: Zone, path: Path) -> None:
        size = ["-b", str(zone.bits)] if zone.algorithm.startswith(("RSA", "NSEC3RSA")) else []
        for flag in [["-f", "KSK"]] if self.is_quick else [["-f", "KSK"], []]:
            _run(
                ["dnssec-keygen", "-q", "-a", zone.algorithm, *size, *flag, zone.name], self.folder
            )
        hashed = zone.nsec3.split()
        _run(
            ["dnssec-signzone", "-q", "-S", "-P", *(["-z"] if self.is_quick else []), *hashed, *zone.times, "-o", zone.name, "-f", str(path) + ".signed", str(path)],
            self.folder,
        )  # fmt: skip
        signed = Path(str(path) + ".signed")
        text = signed.read_text(encoding="utf-8")
        path.write_text(zone.change(text) if zone.change else text, encoding="utf-8")

    def _path(self, zone: Zone) -> Path:
        return self.folder / f"zone-{zone.name.strip('.') or 'root'}"

    def _configure(self, zones: Iterable[Zone]) -> None:
        listen = "; ".join(self.addresses.values())
        views = []
        for role in ROLES:
            open_to = "any" if role == "careless" else "none"
            recursion = "yes" if role == "careless" else "no"
            served = [z for z in zones if role in z.roles]
            names = "".join(
                f'  zone "{z.name}" {{ type primary; file "{self._path(z)}{".stale" if role == "stale" else ""}"; }};\n'
                for z in served
            )
            hint = ""
            if role != "registry":
                hint = f'  zone "." {{ type hint; file "{self.folder}/hints"; }};\n'
            views.append(
                f'view "{role}" {{ match-destinations {{ {self.addresses[role]}; }}; recursion {recursion}; '
                f"allow-recursion {{ {open_to}; }}; allow-transfer {{ {open_to}; }}; minimal-responses no-auth;\n{names}{hint}}};\n"
            )
        (self.folder / "hints").write_text(
            f". NS ns.root.\nns.root. A {self.addresses['registry']}\n"
        )
        (self.folder / "named.conf").write_text(
            f'options {{ directory "{self.folder}"; port {self.port}; listen-on {{ {listen}; }}; '
            f'listen-on-v6 {{ none; }}; pid-file "{self.folder}/pid"; dnssec-validation no; notify no; '
            "check-integrity no; interface-interval 0; };\ncontrols { };\n" + "".join(views)
        )

    def _start(self) -> None:
        log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            ["named", "-g", "-n", "1", "-c", str(self.folder / "named.conf")],
            stderr=log,
            stdout=log,
        )
        log.close()
        end = time.monotonic() + 15
        while b"running" not in (self.folder / "log").read_bytes():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)


class Answering:
    """A server that answers each datagram with what `say(question)` gives: bytes, several of them, or nothing.

    Port 0: the system chooses, and `port` is what it chose.
    """

    def __init__(
        self,
        address: str,
        port: int,
        say: Callable[[bytes], Iterable[bytes]],
        heard: Callable[[tuple[str, int]], None] | None = None,
    ) -> None:
        self.say, self.heard = say, heard
        self.asked = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.port = int(self.socket.getsockname()[1])
        self.socket.settimeout(0.05)
        self.is_over = False
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over = True
        self.thread.join(5)
        self.socket.close()

    def _serve(self) -> None:
        while not self.is_over:
            try:
                data, who = self.socket.recvfrom(4096)
            except TimeoutError:
                continue
            self.asked += 1
            if self.heard:
                self.heard(who)
            for answer in self.say(data):
                self.socket.sendto(answer, who)


def missing() -> str | None:
    """Why these servers cannot run here, or None."""
    for name in ("named", "dnssec-keygen", "dnssec-signzone", "delv", "ip"):
        if not shutil.which(name):
            return f"{name} is not installed"
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "addresses are added to the loopback interface by root only"
    return None


def _addresses(last: int) -> dict[str, str]:
    """One address a role, in ranges of 256 that differ, of numbers that this process alone uses."""
    number = os.getpid()
    return {
        role: f"127.{64 + number % 128}.{(number // 128 % 32) * 8 + rank}.{last}"
        for rank, role in enumerate(ROLES)
    }


def free_port() -> int:
    """A port that nothing listens on, a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.bind(("127.0.0.1", 0))
        found: int = one.getsockname()[1]
    return found


def _ip(act: str, address: str) -> None:
    subprocess.run(
        ["ip", "address", act, f"{address}/32", "dev", "lo"],
        check=act == "add",
        capture_output=True,
    )


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")
