"""Domains swept per second, DNS and mail together, DNSSEC verified, beside checkdmarc and dnspython.

BIND on loopback serves a root, two registries and 200 zones, half of them signed. Ours asks everything of both looks:
delegation, every server, keys, aliases, SPF followed, DKIM, DMARC, MTA-STS, TLS-RPT, TLSA; the zone and the mail of a
domain at the same time, as a sweep of the product does. The peers run in the same run, in an environment of their own,
on fewer zones; checkdmarc asks less (no keys, no aliases) and verifies less.
The same zones are swept when one name server out of ten is dead: its socket takes all and answers nothing. Both
worlds are up together and swept in turn, so that what else the machine does weighs on both. « alone » is the time of a
sweep on a clock that only counts our CPU and the waits in which nothing came: the wall of a machine that does nothing
else, whatever this one does, where the wait for a dead server cannot hide behind other people's work.

    python -m benchmarks.dns [ZONES…]
"""

import asyncio
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import _measure
from tests.support.dns_servers import Names, Zone

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.suffix import registrable
from rempart.engines.exposure.probe.dns.zone import look_at_zone
from rempart.engines.exposure.probe.mail.look import look_at_mail
from rempart.engines.exposure.seen.common import Reach
from rempart.kernel.memory import collector_relaxed

ZONES = (200, 2000)
ROUNDS = 7
HOSTS = 20
IN_FLIGHT = 100
DEAD = ("127.9.9.1", "127.9.9.2")
PEER_ZONES = 8
LINES = """@ A 192.0.2.10
www A 192.0.2.10
webmail CNAME www
@ AAAA 2001:db8::10
@ MX 10 mail
mail A 192.0.2.11
@ CAA 0 issue "letsencrypt.org"
@ TXT "v=spf1 mx a include:_spf.{name} -all"
_spf TXT "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{name}"
selector1._domainkey TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
_25._tcp.mail TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
"""


class _Outside:
    """A gate that lets nothing in: only what the DNS publishes to all is asked."""

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        raise NotReached(Reach.OUTSIDE, "Hors du périmètre.")

    def leave(self, address: str) -> None:
        """Nothing was taken."""


def zones(count: int) -> list[Zone]:
    """Half signed, each with two servers out of twenty; a pair is never the same number twice."""
    found = []
    for i in range(count):
        name = f"z{i:05d}.example."
        pair = (
            f"h{i % HOSTS}.hoster.test.",
            f"h{(i % HOSTS + 1 + i // HOSTS % 5) % HOSTS}.hoster.test.",
        )
        algorithm = "ECDSAP256SHA256" if i % 2 else ""
        found.append(Zone(name, LINES.replace("{name}", name.rstrip(".")), algorithm, servers=pair))
    return found


def hosts(dead: bool) -> str:
    """Where the twenty servers' names lead: h0 and h1 are dead when asked."""
    lines = []
    for i in range(HOSTS):
        role = "first" if i % 2 else "second"
        lines.append(
            f"h{i}.hoster.test. A " + (DEAD[i] if dead and i < len(DEAD) else f"{{{role}}}") + "\n"
        )
    return "".join(lines)


async def _sweep(world: dict[str, Any], names: list[str]) -> dict[str, int]:
    resolver = Resolver(
        now=time.time(),
        hints=world["hints"],
        anchors=world["anchors"],
        exchange=Exchange(port=world["port"]),
    )
    await resolver.open()
    dial, limit = Dial(_Outside()), asyncio.Semaphore(IN_FLIGHT)
    count = {"secure": 0, "insecure": 0, "other": 0, "silent": 0, "spf": 0}

    async def one(name: str) -> None:
        async with limit:
            zone, mail = await asyncio.gather(  # as a sweep of the product does
                look_at_zone(name, resolver=resolver, dial=dial),
                look_at_mail(name, resolver=resolver, dial=dial),
            )
        if zone.reach is not Reach.ANSWERED or mail.reach is not Reach.ANSWERED:
            count["silent"] += 1
            return
        state = zone.dnssec.state
        count[state if state in count else "other"] += 1
        count["spf"] += mail.spf.ending == "-" and not mail.spf.faults

    await asyncio.gather(*map(one, names))
    resolver.close()
    return {**count, "queries": resolver.exchange.sent}


def _given(path: str, count: str) -> tuple[dict[str, Any], list[str]]:
    names = [f"z{i:05d}.example" for i in range(int(count))]
    registrable(names[0])  # the public suffix list is read once a process, and not once a sweep
    return json.loads(Path(path).read_text("utf-8")), names


def sweep(path: str, count: str) -> None:
    """In the measured process: all the zones, with nothing known at the start."""
    world, names = _given(path, count)
    with collector_relaxed():  # as a sweep of the product does
        _measure.report(lambda: None, lambda _: asyncio.run(_sweep(world, names)))


class _Waits(selectors.DefaultSelector):
    """Counts the seconds waited for nothing."""

    idle = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(timeout)
        if not found and timeout is not None:
            self.idle += max(timeout, 0.0)
        return found


class _Alone(asyncio.SelectorEventLoop):
    """Its clock is the CPU of this process, and what was waited for nothing."""

    def __init__(self) -> None:
        self._waits = _Waits()
        super().__init__(self._waits)

    def time(self) -> float:
        return time.process_time() + self._waits.idle


def alone(path: str, count: str) -> None:
    """The same as `sweep`, on the clock of a machine that does nothing else."""
    world, names = _given(path, count)

    async def timed() -> dict[str, float]:
        began = asyncio.get_running_loop().time()
        await _sweep(world, names)
        return {"seconds": asyncio.get_running_loop().time() - began}

    def work(_: None) -> dict[str, float]:
        with asyncio.Runner(loop_factory=_Alone) as runner:
            return runner.run(timed())

    with collector_relaxed():
        _measure.report(lambda: None, work)


# The peers, in an environment of their own: a resolver on a port of ours is told to them by force.
PEER = """
import json, sys, time
import dns.asyncresolver, dns.resolver
task, server, port, names = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4].split(",")
usual = dns.resolver.BaseResolver.reset
def reset(self):
    usual(self)
    self.port, self.nameservers = port, [server]
dns.resolver.BaseResolver.reset = reset
dns.resolver.BaseResolver.read_resolv_conf = lambda self, path: None
wall, cpu = time.perf_counter(), time.process_time()
if task == "checkdmarc":
    import checkdmarc
    wall, cpu = time.perf_counter(), time.process_time()
    found = checkdmarc.check_domains(names, resolver=dns.resolver.Resolver(), timeout=1.0)
    found = found if isinstance(found, list) else [found]
    bad = sum(not one["spf"].get("valid") for one in found)
else:
    import asyncio
    ASKED = ["SOA", "NS", "A", "AAAA", "MX", "TXT", "CAA", "DNSKEY", "DS", "_dmarc TXT", "_mta-sts TXT", "_smtp._tls TXT",
             "default._bimi TXT", "selector1._domainkey TXT", "mail A", "_25._tcp.mail TLSA", "www A"]
    async def main():
        resolver, limit, bad = dns.asyncresolver.Resolver(), asyncio.Semaphore(100), 0
        async def one(name):
            async with limit:
                for asked in ASKED:
                    label, _, kind = asked.rpartition(" ")
                    try:
                        await resolver.resolve(f"{label}.{name}" if label else name, kind, raise_on_no_answer=False, lifetime=2)
                    except dns.exception.DNSException:
                        pass
        await asyncio.gather(*map(one, names))
    asyncio.run(main())
    bad = 0
print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "bad": bad}))
"""


def peers(world: Names, folder: Path, count: int) -> None:
    """Print a line for each peer, or that it is absent."""
    python = folder / "peers" / "bin" / "python"
    uv = str(Path(sys.executable).parent / "uv")
    try:
        subprocess.run([uv, "venv", "-q", str(folder / "peers")], check=True)
        subprocess.run(
            [uv, "pip", "install", "-q", "--python", str(python), "checkdmarc"], check=True
        )
    except (OSError, subprocess.CalledProcessError):
        print("peers: absent (they could not be installed)")
        return
    server, port = world.addresses["first"], str(world.port)
    for task in ("dnspython", "checkdmarc"):
        told = [f"z{i:05d}.example" for i in range(count if task == "dnspython" else PEER_ZONES)]
        command = [str(python), "-c", PEER, task, server, port, ",".join(told)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
            print(f"{task}: no figure ({type(fault).__name__} on {len(told)} domains)")
            continue
        said = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{task:<24}{len(told)} domains: {len(told) / said['cpu']:,.0f} a second of CPU, "
            f"{len(told) / said['wall']:,.0f} a second of wall, {said['bad']} called bad"
        )


@contextmanager
def _up(folder: Path, count: int, *, dead: bool) -> Iterator[tuple[Names, str]]:
    """The servers of one world, and the file that tells where they are."""
    folder.mkdir()
    made = Names(folder, zones(count), hosts=hosts(dead), is_quick=True, last=54 if dead else 53)
    with made as world, ExitStack() as silent:
        for address in DEAD:
            one = silent.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            one.bind((address, world.port))
        told = {"hints": world.hints, "anchors": world.anchors, "port": world.port}
        path = folder / "world.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        yield world, str(path)


def _table(folder: Path, count: int, *, has_peers: bool) -> None:
    """Both worlds of one size, swept in turn."""
    with (
        _up(folder / "alive", count, dead=False) as (world, alive),
        _up(folder / "dead", count, dead=True) as (_, dead),
    ):
        runs: dict[str, list[_measure.Measure]] = {alive: [], dead: []}
        by_itself: dict[str, list[float]] = {alive: [], dead: []}
        for _ in range(ROUNDS):
            for path, done in runs.items():
                done.append(_measure.measured("dns", "sweep", path, str(count), rounds=1))
                still = _measure.measured("dns", "alone", path, str(count), rounds=1)
                by_itself[path].append(still.result["seconds"])
        for name, path in (("all servers alive", alive), ("one server in ten dead", dead)):
            print(f"{name:<24}{count} domains: {_line(runs[path], count)}")
        _slower("wall", [[run.wall for run in runs[path]] for path in (alive, dead)])
        _slower("alone", [by_itself[path] for path in (alive, dead)])
        _slower("CPU", [[run.cpu for run in runs[path]] for path in (alive, dead)])
        print(f"load of the machine: {_load()}")
        if has_peers:
            peers(world, folder, count)


def _slower(what: str, measured: list[list[float]]) -> None:
    """How much slower the second series is: by its median, and round by round."""
    alive, dead = measured
    middle = 100 * (statistics.median(dead) / statistics.median(alive) - 1)
    each = sorted(100 * (other / one - 1) for one, other in zip(alive, dead, strict=True))
    print(
        f"{what}: {statistics.median(alive):.2f} s, slower by {middle:.0f} % with one server in ten dead "
        f"(round by round: median {statistics.median(each):.0f} %, from {each[0]:.0f} to {each[-1]:.0f} %)"
    )


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _line(runs: Sequence[_measure.Measure], count: int) -> str:
    cpu, wall, megabytes = (
        statistics.median(getattr(run, field) for run in runs)
        for field in ("cpu", "wall", "megabytes")
    )
    cpus, walls = sorted(run.cpu for run in runs), sorted(run.wall for run in runs)
    return (
        f"{count / cpu:,.0f} a second of CPU ({count / cpus[-1]:,.0f} to {count / cpus[0]:,.0f}), "
        f"{wall:.2f} s of wall ({walls[0]:.2f} to {walls[-1]:.2f}), {megabytes:.0f} MB, {runs[-1].result}"
    )


def main() -> None:
    """Print the tables."""
    sizes = [int(text) for text in sys.argv[1:]] or ZONES
    _measure.heading("Domains, DNS and mail, all checks, DNSSEC verified", "cryptography")
    print(f"medians of {ROUNDS} alternated rounds (least to most); load at the start: {_load()}")
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _table(Path(folder), count, has_peers=count == sizes[0])


if __name__ == "__main__" and not (
    sys.argv[1:2] in (["sweep"], ["alone"]) and _measure.run_named({"sweep": sweep, "alone": alone})
):
    main()
