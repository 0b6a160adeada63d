"""What a sweep meets in tests: nginx on loopback addresses, a name server that says what it is told, and traps."""

import os
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probes import RealProbes
from rempart.engines.exposure.sweep import Settings
from support import loopback
from support.certificates import Authority

NET = f"127.77.{os.getpid() % 250}"
WEB, TARPIT, CANARY, NAMES = f"{NET}.1", f"{NET}.2", f"{NET}.129", f"{NET}.130"
DNS_PORT = 5300 + os.getpid() % 200
TYPES = {1: "A", 5: "CNAME"}


def perimeter_text(assets: str, more: str = "") -> str:
    """A perimeter whose consent holds for long, for commands that read the real clock."""
    consent = "{by: C. Martin, function: directrice, on: 2026-01-01, until: 2099-12-31}"
    limits = "limits: {connections: 16, per_second: 100}\n"
    return f"name: CH d’Exemple\nconsent: {consent}\n{limits}{more}assets:\n{assets}"


@contextmanager
def nginx(folder: Path, sites: str) -> Iterator[None]:
    """nginx with these `server` blocks; {FOLDER} is where its certificate is."""
    Authority().write(folder, WEB, "www.chu.example")
    temporary = "".join(
        f"{kind}_temp_path {folder};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = (
        f"daemon off; pid {folder}/pid; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{sites.replace('{FOLDER}', str(folder))} }}\n"
    )
    with loopback.nginx(folder, configuration, (WEB, 8080)):
        yield


SITES = f"""
server {{ listen {WEB}:8080; location / {{ return 302 http://{CANARY}:8080/latest/meta-data/; }} }}
server {{ listen {WEB}:8443 ssl; ssl_certificate {{FOLDER}}/cert.pem; ssl_certificate_key {{FOLDER}}/key.pem;
          location / {{ return 200 "bonjour"; }} }}
"""


class Trap:
    """Accepts connections and says nothing; counts them."""

    def __init__(self, address: str, *ports: int) -> None:
        self.count = 0
        self._held: list[socket.socket] = []
        self._listening = [socket.create_server((address, port), backlog=64) for port in ports]
        self._threads = [
            threading.Thread(target=self._accept, args=(one,), daemon=True)
            for one in self._listening
        ]

    def __enter__(self) -> "Trap":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._listening:
            one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)
        for one in self._held:
            one.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                link, _ = listening.accept()
            except OSError:
                return
            self.count += 1
            self._held.append(link)


class StubNames:
    """A resolver that answers from a table: name → address, or « CNAME name »; what is not there does not exist."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self.table = table
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((NAMES, DNS_PORT))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "StubNames":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"stop", (NAMES, DNS_PORT))
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            asked, peer = self._socket.recvfrom(4096)
            if asked == b"stop":
                return
            self._socket.sendto(self._answer(asked), peer)

    def _answer(self, asked: bytes) -> bytes:
        labels, at = [], 12
        while asked[at]:
            labels.append(asked[at + 1 : at + 1 + asked[at]])
            at += 1 + asked[at]
        kind = struct.unpack_from(">H", asked, at + 1)[0]
        name, records = b".".join(labels).decode("ascii").lower(), []
        exists = name in self.table
        while name in self.table:
            value = self.table[name]
            if value.startswith("CNAME "):
                target = value.removeprefix("CNAME ")
                records.append(_record(name, 5, _wire(target)))
                name = target
                continue
            if kind == 1:
                records.append(_record(name, 1, socket.inet_aton(value)))
            break
        flags = 0x8180 if exists else 0x8183
        head = asked[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
        return head + asked[12 : at + 5] + b"".join(records)


def _wire(name: str) -> bytes:
    parts = name.encode("ascii").split(b".")
    return b"".join(bytes([len(p)]) + p for p in parts) + b"\0"


def _record(name: str, kind: int, data: bytes) -> bytes:
    return _wire(name) + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def stub_probes(settings: Settings) -> RealProbes:
    """The real probes, whose resolver asks the stub and has no anchor: nothing there is signed."""
    exchange = Exchange(port=DNS_PORT, seconds=0.3)
    return RealProbes(
        settings, Resolver(now=settings.clock(), forwarder=NAMES, anchors={}, exchange=exchange)
    )
