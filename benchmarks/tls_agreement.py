"""Do we see what others see? Versions and suites of thirty configurations, held against nmap, sslyze and testssl.

Each disagreement is printed with the suites that one sees and the other does not; those that are understood are
explained in docs/dev/exposure-tls.md. Peers that are not installed are said to be absent.

    python -m benchmarks.tls_agreement [PEER…]
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from xml.etree import ElementTree

from benchmarks._measure import heading
from benchmarks._tls_lab import ALL, STRONG, Site, nginx, tlslite
from benchmarks._tls_pki import Authority, Leaf
from tests.support.gates import OpenGate

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.probe.tls import look_at_tls
from rempart.engines.exposure.probe.tls.suites import all_suites
from rempart.engines.exposure.probe.tls.trust import NO_STORE
from rempart.engines.exposure.seen.common import Endpoint

PATIENCE = 240  # seconds given to a peer for one server
HOST = "www.ch-essai.example"
Suites = dict[str, set[str]]  # version → suites
OLD = "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"
SITES: dict[str, tuple[str, str, str]] = {  # kind of key, versions, suites
    "modern": ("ec", "TLSv1.3", STRONG),
    "intermediate": ("2048", "TLSv1.2 TLSv1.3", STRONG),
    "intermediate, ECDSA": ("ec", "TLSv1.2 TLSv1.3", STRONG),
    "TLS 1.2 alone": ("2048", "TLSv1.2", STRONG),
    "TLS 1.1 alone": ("2048", "TLSv1.1", ALL),
    "TLS 1.0 alone": ("2048", "TLSv1", ALL),
    "TLS 1.0 and 1.3": ("2048", "TLSv1 TLSv1.3", ALL),
    "everything, RSA": ("2048", OLD, ALL),
    "everything, ECDSA": ("ec", OLD, ALL),
    "everything and NULL": ("2048", OLD, "ALL:eNULL:@SECLEVEL=0"),
    "NULL alone": ("2048", "TLSv1.2", "eNULL:@SECLEVEL=0"),
    "anonymous alone": ("2048", "TLSv1.2", "aNULL:@SECLEVEL=0"),
    "RSA exchange alone": ("2048", "TLSv1.2", "kRSA:@SECLEVEL=0"),
    "CBC alone": ("2048", "TLSv1.2", "AES128-SHA:AES256-SHA256:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"),
    "GCM alone": ("2048", "TLSv1.2", "AESGCM:@SECLEVEL=0"),
    "CCM alone": ("2048", "TLSv1.2", "AESCCM:@SECLEVEL=0"),
    "ChaCha20 alone": ("2048", "TLSv1.2", "CHACHA20"),
    "Camellia alone": ("2048", "TLSv1 TLSv1.2", "CAMELLIA:@SECLEVEL=0"),
    "ARIA alone": ("2048", "TLSv1.2", "ARIA:@SECLEVEL=0"),
    "CBC with SHA-384": ("2048", "TLSv1.2", "ECDHE-RSA-AES256-SHA384:AES256-SHA256:@SECLEVEL=0"),
    "one suite": ("2048", "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"),
    "RSA of 1024 bits": ("1024", "TLSv1.2", ALL),
    "RSA of 4096 bits": ("4096", "TLSv1.2 TLSv1.3", STRONG),
    "ECDSA, SHA-1 suites": ("ec", "TLSv1 TLSv1.2", "ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"),
    "Ed25519": ("ed25519", "TLSv1.2 TLSv1.3", STRONG),
}
LEGACY: dict[str, tuple[tuple[tuple[int, int], tuple[int, int]], tuple[str, ...]]] = {
    "SSLv3, RC4 and 3DES": (((3, 0), (3, 0)), ("rc4", "3des")),
    "SSLv3 to TLS 1.2, 3DES RC4 AES": (((3, 0), (3, 3)), ("3des", "rc4", "aes128")),
    "TLS 1.0, RC4": (((3, 1), (3, 1)), ("rc4",)),
    "TLS 1.2, 3DES": (((3, 3), (3, 3)), ("3des",)),
    "SSLv3 to TLS 1.1, AES": (((3, 0), (3, 2)), ("aes256", "aes128")),
}


@contextmanager
def servers() -> Iterator[dict[str, int]]:
    """Port by configuration."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        authority = Authority()
        sites = {
            label: Site(HOST, Leaf(HOST, kind), versions, ciphers)
            for label, (kind, versions, ciphers) in SITES.items()
        }
        stack.enter_context(nginx(Path(name), authority, list(sites.values())))
        ports = {label: site.port for label, site in sites.items()}
        for label, (versions, ciphers) in LEGACY.items():
            server = tlslite(authority, Leaf(HOST), versions=versions, ciphers=ciphers)
            ports[label] = stack.enter_context(server)
        yield ports


def ours(port: int) -> Suites:
    """What we see."""
    dial = Dial(OpenGate())
    work = look_at_tls(Endpoint("127.0.0.1", port, HOST), dial=dial, trust=NO_STORE)
    seen = asyncio.run(work)
    return {version.version: set(version.suites) for version in seen.offered}


def nmap(port: int) -> Suites:
    """What ssl-enum-ciphers sees; it says A for the elliptic suites that it calls by another name."""
    options = ["-Pn", "-n", "-p", str(port), "--script", "+ssl-enum-ciphers", "-oX", "-"]
    done = subprocess.run(["nmap", *options, "127.0.0.1"], capture_output=True, text=True)
    tree = ElementTree.fromstring(done.stdout)  # noqa: S314 (our own nmap's)
    found: Suites = {}
    for version in tree.iterfind(".//script[@id='ssl-enum-ciphers']/table"):
        names = version.iterfind("table[@key='ciphers']/table/elem[@key='name']")
        # nmap names TLS 1.3 suites « TLS_AKE_WITH_… ».
        found[version.get("key", "")] = {
            (name.text or "").replace("_AKE_WITH_", "_") for name in names
        }
    return found


SSLYZE = """
from sslyze import *
import json, sys  # after: sslyze has a module of that name
C = ScanCommand
wanted = [C.SSL_2_0_CIPHER_SUITES, C.SSL_3_0_CIPHER_SUITES, C.TLS_1_0_CIPHER_SUITES, C.TLS_1_1_CIPHER_SUITES,
          C.TLS_1_2_CIPHER_SUITES, C.TLS_1_3_CIPHER_SUITES]
names = ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
scanner = Scanner()
where = ServerNetworkLocation(sys.argv[1], int(sys.argv[2]), ip_address="127.0.0.1")
scanner.queue_scans([ServerScanRequest(server_location=where, scan_commands=set(wanted))])
out = {}
for r in scanner.get_results():
    for name, command in zip(names, wanted):
        part = getattr(r.scan_result, command.value).result if r.scan_result else None
        if part and part.accepted_cipher_suites:
            out[name] = [a.cipher_suite.name for a in part.accepted_cipher_suites]
print(json.dumps(out))
"""


def sslyze(port: int) -> Suites:
    """What sslyze sees, from its own environment."""
    command = [os.environ["SSLYZE_PYTHON"], "-c", SSLYZE, HOST, str(port)]
    done = subprocess.run(command, capture_output=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}
    return {version: set(names) for version, names in told.items()}


_TESTSSL = {"ssl2": "SSLv2", "ssl3": "SSLv3", "tls1": "TLSv1.0", "tls1_1": "TLSv1.1"} | {
    "tls1_2": "TLSv1.2",
    "tls1_3": "TLSv1.3",
}


def testssl(port: int) -> Suites:
    """What testssl sees, version by version."""
    command = shutil.which("testssl") or "testssl.sh"
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "out.json"
        options = [
            "--quiet",
            "--warnings",
            "off",
            "-E",
            "--ip",
            "127.0.0.1",
            "--jsonfile",
            str(path),
        ]
        subprocess.run([command, *options, f"{HOST}:{port}"], capture_output=True, timeout=PATIENCE)
        rows = json.loads(path.read_text("utf-8"))
    found: Suites = {}
    for row in rows:
        if match := re.fullmatch(r"cipher-(\w+?)_x([0-9a-f]+)", row["id"]):
            suite = all_suites().get(int(match[2], 16))
            named = suite.name if suite else match[2]
            found.setdefault(_TESTSSL.get(match[1], match[1]), set()).add(named)
    return found


PEERS: dict[str, Callable[[int], Suites]] = {"nmap": nmap, "sslyze": sslyze, "testssl": testssl}


QUICK = ("nmap", "sslyze")
"""The peers of a run that names none: testssl takes a minute or two a configuration."""


def compare(label: str, peer: str, mine: Suites, theirs: Suites) -> bool:
    """Print where they differ; whether they agree."""
    agree = True
    for version in sorted({*mine, *theirs}):
        here, there = mine.get(version, set()), theirs.get(version, set())
        for names, who in ((here - there, "rempart alone"), (there - here, f"{peer} alone")):
            if names:
                agree = False
                print(f"  {label}: {version}, {who}: {', '.join(sorted(names))}", flush=True)
    return agree


def main() -> None:
    """Compare with the peers named, or with the quick ones."""
    count = len(SITES) + len(LEGACY)
    heading(f"TLS: versions and suites of {count} configurations, beside the peers.")
    with servers() as ports:
        mine = {label: ours(port) for label, port in ports.items()}
        total = sum(len(names) for found in mine.values() for names in found.values())
        print(f"rempart: {total} suites over {count} configurations")
        for peer in sys.argv[1:] or QUICK:
            if peer == "sslyze" and not os.environ.get("SSLYZE_PYTHON"):
                print("sslyze: absent (SSLYZE_PYTHON names no interpreter)")
                continue
            if peer != "sslyze" and not shutil.which(peer):
                print(f"{peer}: absent")
                continue
            agreed = [_agrees(label, peer, mine[label], ports[label]) for label in mine]
            told = [one for one in agreed if one is not None]
            print(f"{peer}: agrees on {sum(told)} of {len(told)} configurations", flush=True)


def _agrees(label: str, peer: str, mine: Suites, port: int) -> bool | None:
    """Whether a peer agrees; None when it did not end in time."""
    try:
        theirs = PEERS[peer](port)
    except subprocess.TimeoutExpired:
        print(f"  {label}: {peer} did not end in {PATIENCE} s", flush=True)
        return None
    return compare(label, peer, mine, theirs)


if __name__ == "__main__":
    main()
