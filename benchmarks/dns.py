"""Domains swept per second, DNS and mail together, DNSSEC verified, beside checkdmarc and dnspython.

BIND on loopback serves a root, two registries and 200 zones, half of them signed. Ours asks everything of both looks:
delegation, every server, keys, aliases, SPF followed, DKIM, DMARC, MTA-STS, TLS-RPT, TLSA. The peers run in the same
run, in an environment of their own, on fewer zones; checkdmarc asks less (no keys, no aliases) and verifies less.
The second table sweeps the same zones when one name server out of ten is dead.

    python -m benchmarks.dns [ZONES]
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import _measure
from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.zone import look_at_zone
from rempart.engines.exposure.probe.mail.look import look_at_mail
from rempart.engines.exposure.seen.common import Reach
from tests.support.dns_servers import Names, Zone

ZONES = 200
HOSTS = 20
IN_FLIGHT = 100
PEER_ZONES = 20
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


def zones(count: int, dead: bool) -> list[Zone]:
    """Half signed, each with two servers out of twenty; a pair is never the same number twice."""
    found = []
    for i in range(count):
        name = f"z{i:05d}.example."
        pair = (
            f"h{i % HOSTS}.hoster.test.",
            f"h{(i % HOSTS + 1 + i // HOSTS % 5) % HOSTS}.hoster.test.",
        )
        algorithm = ("ECDSAP256SHA256" if i % 4 else "RSASHA256") if i % 2 else ""
        found.append(Zone(name, LINES.replace("{name}", name.rstrip(".")), algorithm, servers=pair))
    return found


def hosts(dead: bool) -> str:
    """Where the twenty servers' names lead: h0 and h1 are dead when asked."""
    lines = []
    for i in range(HOSTS):
        role = "first" if i % 2 else "second"
        lines.append(
            f"h{i}.hoster.test. A "
            + (f"127.9.9.{i + 1}" if dead and i < 2 else f"{{{role}}}")
            + "\n"
        )
    return "".join(lines)


async def _sweep(world: dict, names: list[str]) -> dict:
    resolver = Resolver(
        now=time.time(),
        hints=world["hints"],
        anchors=world["anchors"],
        exchange=Exchange(port=world["port"]),
    )
    dial, limit = Dial(_Outside()), asyncio.Semaphore(IN_FLIGHT)
    count = {"secure": 0, "insecure": 0, "other": 0, "silent": 0, "spf": 0}

    async def one(name: str) -> None:
        async with limit:
            zone = await look_at_zone(name, resolver=resolver, dial=dial)
            mail = await look_at_mail(name, resolver=resolver, dial=dial)
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
    _measure.report(lambda: None, lambda _: asyncio.run(_sweep(world, names)))


def main() -> None:
    """Print both tables."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ZONES
    _measure.heading("Domains, DNS and mail, all checks, DNSSEC verified", "cryptography")
    walls = {}
    for dead in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            with Names(Path(folder), zones(count, dead), hosts=hosts(dead), is_quick=True) as world:
                path = Path(folder) / "world.json"
                path.write_text(
                    json.dumps({"hints": world.hints, "anchors": world.anchors, "port": world.port})
                )
                found = _measure.measured("dns", "sweep", str(path), str(count))
        walls[dead] = found.wall
        print(
            f"{'one server in ten dead' if dead else 'all servers alive':<24}{count} domains: "
            f"{count / found.cpu:,.0f} a second of CPU, {count / found.wall:,.0f} a second of wall, "
            f"{found.megabytes:.0f} MB, {found.result}"
        )
    print(f"slower by {100 * (walls[True] / walls[False] - 1):.0f} % with one server in ten dead")


if __name__ == "__main__":
    if not _measure.run_named({"sweep": sweep}) if sys.argv[1:2] == ["sweep"] else True:
        main()
