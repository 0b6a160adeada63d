"""Ports, services and web sites a second, on loopback, beside nmap: 10 000 ports, 200 services, 100 sites.

The servers are ours, all in one process: the probes are measured, and not what they look at. nmap looks at the same
ports in the same run (`-sT`, `-sV`, and the scripts that read headers and titles), or is said to be absent.

    python -m benchmarks.services
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from benchmarks._measure import Measure, heading, measured, report, run_named
from tests.support.gates import OpenGate

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.probe.http import look_at_http
from rempart.engines.exposure.probe.ports import open_ports
from rempart.engines.exposure.probe.services import look_at_service
from rempart.engines.exposure.seen.common import Endpoint

ADDRESSES, PORTS_EACH, SITES, AT_ONCE, ROUNDS = 100, 100, 100, 20, 3
BANNERS = {
    22: b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    21: b"220 (vsFTPd 3.0.3)\r\n",
}
SSH, FTP, WEB = 20022, 20021, 20080
PAGE = (
    b"<title>Centre hospitalier</title><script src='/jquery-3.7.1.min.js'></script>" + b" " * 8000
)
KEXINIT = b"\x04\x14" + bytes(16) + b"\x00\x00\x00\x04name" * 6 + bytes(4)


async def _speak(words: bytes, answer: bytes, reader: Any, writer: Any) -> None:
    with suppress(ConnectionError):  # a port scan cuts as soon as it is let in
        writer.write(words)
        while await reader.read(4096):
            writer.write(answer)
    writer.close()


async def _web(reader: Any, writer: Any) -> None:
    with suppress(ConnectionError):
        while head := await reader.read(8192):
            is_page = b" / HTTP" in head
            status, body = (b"200 OK", PAGE) if is_page else (b"404 Not Found", b"absent")
            lines = b"Server: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: %d" % len(
                body
            )
            writer.write(b"HTTP/1.1 %s\r\n%s\r\n\r\n%s" % (status, lines, body))
    writer.close()


async def _serve() -> None:
    """Servers of SSH, FTP and HTTP on each address, until the end."""
    packet = len(KEXINIT).to_bytes(4, "big") + KEXINIT

    async def ssh(reader: Any, writer: Any) -> None:
        await _speak(BANNERS[22], packet, reader, writer)

    async def ftp(reader: Any, writer: Any) -> None:
        await _speak(BANNERS[21], b"211 none\r\n", reader, writer)

    for rank in range(ADDRESSES):
        for port, talk in ((SSH, ssh), (FTP, ftp), (WEB, _web)):
            await asyncio.start_server(talk, f"127.0.3.{1 + rank}", port, backlog=512)
    print("ready", flush=True)
    await asyncio.Event().wait()


@contextmanager
def lab() -> Iterator[None]:
    """The servers, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.services", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError("the servers did not start")
        try:
            yield
        finally:
            process.terminate()


def _addresses(count: int) -> list[str]:
    return [f"127.0.3.{1 + rank}" for rank in range(count)]


async def _ports() -> dict[str, Any]:
    wanted = [*range(20000, 20000 + PORTS_EACH)]
    dial, found = Dial(OpenGate()), Counter[str]()
    for address in _addresses(ADDRESSES):
        found.update(str(reach) for _, reach in await open_ports(address, wanted, dial=dial))
    return dict(found)


async def _shared(looks: Sequence[Any]) -> list[Any]:
    """Looks a few at a time, in order."""
    waiting, seen = iter(looks), []

    async def worker() -> None:
        for look in waiting:
            seen.append(await look())

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return seen


async def _services() -> dict[str, Any]:
    dial = Dial(OpenGate())
    looks = [
        partial(look_at_service, Endpoint(address, port), dial=dial, talk=talk)
        for address in _addresses(ADDRESSES)
        for port, talk in ((SSH, "ssh"), (FTP, "ftp"))
    ]
    return dict(Counter(f"{s.service} {s.reach}" for s in await _shared(looks)))


async def _sites() -> dict[str, Any]:
    dial = Dial(OpenGate())
    allow, name = (lambda host, address: True), "www.ch-essai.example"
    looks = [
        partial(look_at_http, Endpoint(a, WEB, name), dial=dial, is_tls=False, allowed=allow)
        for a in _addresses(SITES)
    ]
    seen = await _shared(looks)
    told = Counter(f"{s.reach} {s.title} {s.paths_reason}".strip() for s in seen)
    return dict(told) | {"pages": sum(s.paths_asked for s in seen)}


OURS = {"ports": _ports, "services": _services, "sites": _sites}
THEIRS = {
    "ports": ["-sT", "-p", f"20000-{20000 + PORTS_EACH - 1}"],
    "services": ["-sT", "-sV", "-p", f"{FTP},{SSH}"],
    "sites": [
        "-sT",
        "-p",
        str(WEB),
        "--script",
        "http-title,http-headers,http-git,http-security-headers",
    ],
}
COUNTS = {"ports": ADDRESSES * PORTS_EACH, "services": 2 * ADDRESSES, "sites": SITES}


def ours(what: str) -> None:
    """Measure one of our sweeps."""
    report(lambda: None, lambda _: asyncio.run(OURS[what]()))


def nmap(what: str) -> None:
    """nmap on the same targets, all in one run."""
    command = ["nmap", "-n", "-Pn", *THEIRS[what], "-oX", "-", *_addresses(ADDRESSES)]

    def work(_: None) -> dict[str, Any]:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return {"open": done.stdout.count('state="open"')}

    report(lambda: None, work)


def serve() -> None:
    """The servers, until they are stopped."""
    asyncio.run(_serve())


def _line(name: str, count: int, measure: Measure) -> None:
    wall, cpu = 1000 * measure.wall / count, 1000 * measure.cpu / count
    told = ", ".join(f"{key}: {value}" for key, value in measure.result.items())
    print(f"{name:<22}{count:>7}{wall:>11.3f}{cpu:>11.3f}{measure.megabytes:>7.0f}  {told}")


def main() -> None:
    """Print the table."""
    heading(f"Ports, services and sites on loopback, medians of {ROUNDS}.", "h11")
    print(f"load {os.getloadavg()[0]:.1f}; {AT_ONCE} at once")
    print(f"{'':<22}{'targets':>7}{'ms wall':>11}{'ms CPU':>11}{'MB':>7}")
    with lab():
        for what, count in COUNTS.items():
            _line(f"rempart: {what}", count, measured("services", "ours", what, rounds=ROUNDS))
            if shutil.which("nmap"):
                _line(f"nmap: {what}", count, measured("services", "nmap", what, rounds=1))
            else:
                print(f"nmap: {what} absent, not installed")


if __name__ == "__main__" and not run_named({"ours": ours, "nmap": nmap, "serve": serve}):
    main()
