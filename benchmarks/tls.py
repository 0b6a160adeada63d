"""Endpoints of TLS a second: versions, suites and chain of 200 servers of ten kinds, beside nmap, sslyze and testssl.

Ours is measured twice: what the peers do as well (versions, suites, chain), then all that the audit asks (groups,
order, downgrade, tickets, early data, renegotiation). Peers run on the same servers, in the same run; sslyze wants
older libraries than ours, and is taken from an environment of its own (SSLYZE_PYTHON names its interpreter), or
said to be absent. testssl is slow, and measured on fewer servers: one of each kind for the same work, two for its usual
run, which is put beside all that our audit asks.

    python -m benchmarks.tls
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks._measure import Measure, heading, measured, report, run_named
from benchmarks._tls_lab import kinds, nginx
from benchmarks._tls_pki import Authority
from tests.support.gates import OpenGate

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.probe.tls import look_at_tls, read_store
from rempart.engines.exposure.seen.common import Endpoint

SERVERS = 200
GROWTH = (200, 2_000, 10_000)
AT_ONCE = 12
ROUNDS = 3
PORT = 8443
PEERS = ("nmap", "sslyze", "testssl")
KINDS = 10


@contextmanager
def lab() -> Iterator[Path]:
    """200 servers; gives the folder of the root and of the list of endpoints."""
    with tempfile.TemporaryDirectory() as name:
        folder, authority, sites, rows = Path(name), Authority(), [], []
        for rank in range(SERVERS):
            host = f"h{rank:03d}.ch-essai.example"
            made = list(kinds(host).items())
            kind, site = made[rank % len(made)]
            address = f"127.0.{1 + rank // 200}.{1 + rank % 200}"
            sites.append(replace(site, address=address, port=PORT))
            rows.append([kind, address, host])
        (folder / "root.pem").write_bytes(authority.root_pem)
        (folder / "endpoints.json").write_text(json.dumps(rows), "utf-8")
        with nginx(folder / "nginx", authority, sites, workers=2):
            yield folder


def endpoints(folder: str, count: int) -> list[tuple[str, Endpoint]]:
    """The endpoints, each several times when there are fewer servers than asked."""
    rows = json.loads((Path(folder) / "endpoints.json").read_text("utf-8"))
    return [
        (kind, Endpoint(address, PORT, host))
        for kind, address, host in (rows[rank % len(rows)] for rank in range(count))
    ]


async def _sweep(folder: str, count: int, is_thorough: bool) -> dict[str, Any]:
    """Look at endpoints a few at a time; what was seen is counted, and let go."""
    store = read_store("banc", (Path(folder) / "root.pem").read_bytes())
    dial, suites, unsure = Dial(OpenGate()), Counter[str](), 0
    waiting, connections = iter(endpoints(folder, count)), 0

    async def worker() -> None:
        nonlocal unsure, connections
        for kind, endpoint in waiting:
            seen = await look_at_tls(endpoint, dial=dial, trust=store, is_thorough=is_thorough)
            told = "/".join(f"{v.version} {len(v.suites)}" for v in seen.offered)
            suites[f"{kind}: {told}"] += 1
            unsure += any(not v.is_complete for v in seen.versions) or not seen.chains
            connections += seen.connections

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return {"suites": dict(suites), "unsure": unsure, "connections": connections}


def ours(folder: str, count: str, depth: str) -> None:
    """Measure one sweep."""
    report(
        lambda: None,
        lambda _: asyncio.run(_sweep(folder, int(count), depth == "all")),
    )


def nmap(folder: str, count: str) -> None:
    """nmap, all its targets in one run."""
    targets = [endpoint.address for _, endpoint in endpoints(folder, int(count))]
    options = ["-Pn", "-n", "-p", str(PORT), "--script", "ssl-enum-ciphers,ssl-cert"]
    command = ["nmap", *options, "-oX", "-", *targets]

    def work(_: None) -> dict[str, Any]:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return {"answered": done.stdout.count('id="ssl-enum-ciphers"')}

    report(lambda: None, work)


SSLYZE = """
from sslyze import *
import json, sys  # after: sslyze has a module of that name
rows = json.load(open(sys.argv[1]))[: int(sys.argv[2])]
C = ScanCommand
wanted = {C.CERTIFICATE_INFO, C.SSL_2_0_CIPHER_SUITES, C.SSL_3_0_CIPHER_SUITES, C.TLS_1_0_CIPHER_SUITES,
          C.TLS_1_1_CIPHER_SUITES, C.TLS_1_2_CIPHER_SUITES, C.TLS_1_3_CIPHER_SUITES}
scanner = Scanner(concurrent_server_scans_limit=10, per_server_concurrent_connections_limit=5)
scanner.queue_scans([ServerScanRequest(server_location=ServerNetworkLocation(h, int(sys.argv[3]), ip_address=a),
                                       scan_commands=wanted) for k, a, h in rows])
kinds = {h: k for k, a, h in rows}
names = ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
out = {}
for r in scanner.get_results():
    s = r.scan_result
    parts = [s.ssl_2_0_cipher_suites, s.ssl_3_0_cipher_suites, s.tls_1_0_cipher_suites, s.tls_1_1_cipher_suites,
             s.tls_1_2_cipher_suites, s.tls_1_3_cipher_suites] if s else []
    told = "/".join(f"{n} {len(p.result.accepted_cipher_suites)}" for n, p in zip(names, parts)
                    if p.result and p.result.accepted_cipher_suites)
    key = f"{kinds[r.server_location.hostname]}: {told}"
    out[key] = out.get(key, 0) + 1
print(json.dumps(out))
"""


def sslyze(folder: str, count: str) -> None:
    """sslyze, in its own environment, the scans that match ours."""
    python = os.environ["SSLYZE_PYTHON"]
    arguments = [str(Path(folder) / "endpoints.json"), count, str(PORT)]

    def work(_: None) -> dict[str, Any]:
        command = [python, "-c", SSLYZE, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return {"suites": json.loads(done.stdout.splitlines()[-1])}

    report(lambda: None, work)


def testssl(folder: str, count: str, depth: str = "same") -> None:
    """testssl, one server after the other: versions, suites and chain, or all that it looks at unless told otherwise."""
    command = shutil.which("testssl") or shutil.which("testssl.sh") or ""
    options = ["--quiet", "--color", "0", "--warnings", "off"]
    if depth == "same":
        options += ["-p", "-E", "-S"]

    def work(_: None) -> dict[str, Any]:
        for _kind, endpoint in endpoints(folder, int(count)):
            target = ["--ip", endpoint.address, f"{endpoint.name}:{PORT}"]
            subprocess.run([command, *options, *target], capture_output=True)
        return {}

    report(lambda: None, work)


def _line(name: str, count: int, measure: Measure, against: float) -> None:
    wall, cpu = 1000 * measure.wall / count, 1000 * measure.cpu / count
    times = "" if not against else f"{wall / against:>11,.1f}×"
    print(f"{name:<38}{count:>7}{wall:>12,.2f}{cpu:>12,.2f}{measure.megabytes:>9.0f}{times}")


def _absent(peer: str) -> str:
    if peer == "sslyze":
        return "" if os.environ.get("SSLYZE_PYTHON") else "SSLYZE_PYTHON names no interpreter"
    return "" if shutil.which(peer) or shutil.which(f"{peer}.sh") else "not installed"


def main() -> None:
    """Print the tables."""
    heading(
        f"TLS: {SERVERS} servers of ten kinds on loopback, medians of {ROUNDS}.", "cryptography"
    )
    print(f"{_versions()}; load {os.getloadavg()[0]:.1f}; {AT_ONCE} endpoints at once")
    print(f"{'':<38}{'servers':>7}{'ms wall':>12}{'ms CPU':>12}{'MB':>9}{'ours ×':>12}")
    with lab() as folder:
        name = str(folder)
        same = measured("tls", "ours", name, str(SERVERS), "same", rounds=ROUNDS)
        base = 1000 * same.wall / SERVERS
        _line("rempart: versions, suites, chain", SERVERS, same, 0)
        whole = measured("tls", "ours", name, str(SERVERS), "all", rounds=ROUNDS)
        _line("rempart: all that the audit asks", SERVERS, whole, base)
        _peers(name, base, 1000 * whole.wall / SERVERS, same.result["suites"])
        print("\ngrowth (versions, suites, chain)")
        for count in GROWTH:
            grown = measured("tls", "ours", name, str(count), "same", rounds=1)
            _line(f"rempart: {count} endpoints", count, grown, 0)
            print(
                f"    not sure of {grown.result['unsure']}, {grown.result['connections']} connections"
            )


def _peers(folder: str, base: float, whole: float, suites: dict[str, int]) -> None:
    for peer in PEERS:
        if reason := _absent(peer):
            print(f"{peer:<38}absent: {reason}")
            continue
        count = {"testssl": KINDS, "sslyze": 60}.get(peer, SERVERS)
        found = measured("tls", peer, folder, str(count), rounds=1)
        _line(peer, count, found, base)
        if peer == "testssl":
            usual = measured("tls", peer, folder, "2", "all", rounds=1)
            _line("testssl, its usual run", 2, usual, whole)
        if peer == "sslyze":
            ours_of = set(suites)
            differing = sorted(set(found.result["suites"]) ^ ours_of)
            print(f"    kinds on which sslyze counts other suites: {differing or 'none'}")


def _versions() -> str:
    said = []
    for command in (["nginx", "-v"], ["nmap", "--version"], ["openssl", "version"]):
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, text=True)
            said.append((done.stdout or done.stderr).strip().splitlines()[0])
    return ", ".join(said)


if __name__ == "__main__" and not run_named(
    {"ours": ours, "nmap": nmap, "sslyze": sslyze, "testssl": testssl}
):
    start = time.perf_counter()
    main()
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)
