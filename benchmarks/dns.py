"""Domains swept per second, DNS and mail together, DNSSEC verified, beside checkdmarc and dnspython.

BIND on loopback serves a root, two registries and 200 zones, half of them signed. Ours asks everything of both looks:
delegation, every server, keys, aliases, SPF followed, DKIM, DMARC, MTA-STS, TLS-RPT, TLSA. The peers run in the same
run, in an environment of their own, on fewer zones; checkdmarc asks less (no keys, no aliases) and verifies less.
The same zones are swept when one name server out of ten is dead: its socket takes all and answers nothing. Both
worlds are up together and swept in turn, so that what else the machine does weighs on both.

    python -m benchmarks.dns [ZONES…]
"""

import asyncio
import json
import os
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
ROUNDS = 5
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


def sweep(path: str, count: str) -> None:
    """In the measured process: all the zones, with nothing known at the start."""
    world = json.loads(Path(path).read_text("utf-8"))
    names = [f"z{i:05d}.example" for i in range(int(count))]
    registrable(names[0])  # the public suffix list is read once a process, and not once a sweep
    with collector_relaxed():  # as a sweep of the product does
        _measure.report(lambda: None, lambda _: asyncio.run(_sweep(world, names)))


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
        for _ in range(ROUNDS):
            for path, done in runs.items():
                done.append(_measure.measured("dns", "sweep", path, str(count), rounds=1))
        for name, path in (("all servers alive", alive), ("one server in ten dead", dead)):
            print(f"{name:<24}{count} domains: {_line(runs[path], count)}")
        walls = [statistics.median(run.wall for run in runs[path]) for path in (alive, dead)]
        print(f"slower by {100 * (walls[1] / walls[0] - 1):.0f} % with one server in ten dead")
        if has_peers:
            peers(world, folder, count)


def _line(runs: Sequence[_measure.Measure], count: int) -> str:
    cpu, wall, megabytes = (
        statistics.median(getattr(run, field) for run in runs)
        for field in ("cpu", "wall", "megabytes")
    )
    best = min(run.cpu for run in runs)
    return (
        f"{count / cpu:,.0f} a second of CPU (best {count / best:,.0f}), {count / wall:,.0f} a second of wall, "
        f"{megabytes:.0f} MB, {runs[-1].result}"
    )


def main() -> None:
    """Print the tables."""
    sizes = [int(text) for text in sys.argv[1:]] or ZONES
    _measure.heading("Domains, DNS and mail, all checks, DNSSEC verified", "cryptography")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    print(f"medians of {ROUNDS} runs; load of the machine at the start: {load:.1f}")
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _table(Path(folder), count, has_peers=count == sizes[0])


if __name__ == "__main__" and not (
    sys.argv[1:2] == ["sweep"] and _measure.run_named({"sweep": sweep})
):
    main()
