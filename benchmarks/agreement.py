"""What we see of thirty configurations of TLS beside what nmap and testssl see of them: every disagreement is printed.

Versions, suites of each version, and what is said of the certificate. testssl takes about twenty seconds a configuration.

    python -m benchmarks.agreement [CONFIGURATION…]        by default all of them
"""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._measure import heading
from benchmarks._tls_lab import ALL, STRONG, Authority, Leaf, Site, kinds, nginx, tlslite

from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.probe.tls.look import look_at_tls
from rempart.engines.exposure.probe.tls.trust import TrustStore
from rempart.engines.exposure.seen.common import Endpoint
from rempart.engines.exposure.seen.tls import TlsSeen, Trust

NAME = "localhost"
VERSIONS = {
    "SSL2": "SSLv2",
    "SSL3": "SSLv3",
    "SSLv2": "SSLv2",
    "SSLv3": "SSLv3",
    "TLS1": "TLSv1.0",
    "TLS1_1": "TLSv1.1",
    "TLS1_2": "TLSv1.2",
    "TLS1_3": "TLSv1.3",
}
_SUITE = re.compile(r"\b(?:TLS|SSL)_[A-Za-z0-9_]+$")


@dataclass(slots=True)
class Said:
    """What one tool says of one server; a suite is « version suite »."""

    versions: set[str] = field(default_factory=set)
    suites: set[str] = field(default_factory=set)
    certificate: set[str] = field(default_factory=set)


def sites() -> dict[str, Site]:
    """The configurations that nginx serves."""
    old = {"protocols": "TLSv1 TLSv1.1 TLSv1.2", "ciphers": ALL}

    def of(
        leaf: Leaf, protocols: str = "TLSv1.2 TLSv1.3", ciphers: str = STRONG, **more: Any
    ) -> Site:
        return Site(NAME, leaf, protocols, ciphers, **more)

    return kinds(NAME) | {
        "tls13_rsa": of(Leaf(NAME), "TLSv1.3"),
        "ed25519": of(Leaf(NAME, "ed25519")),
        "ecdsa_tls12": of(Leaf(NAME, "ec"), "TLSv1.2"),
        "two_keys": of(Leaf(NAME), second="ec"),
        "rsa_4096": of(Leaf(NAME, "4096")),
        "not_yet_valid": of(Leaf(NAME, starts=2)),
        "five_days_left": of(Leaf(NAME, ends=5)),
        "three_years": of(Leaf(NAME, ends=1095)),
        "client_order": of(Leaf(NAME), "TLSv1.2", more="ssl_prefer_server_ciphers off;"),
        "tls11_only": of(Leaf(NAME), "TLSv1.1", ALL),
        "static_rsa": of(Leaf(NAME), "TLSv1.2", "kRSA:@SECLEVEL=0"),
        "camellia_aria": of(Leaf(NAME), "TLSv1.2", "CAMELLIA:ARIA:@SECLEVEL=0"),
        "anonymous": of(Leaf(NAME), "TLSv1.2", "aNULL:@SECLEVEL=0"),
        "no_encryption": of(Leaf(NAME), "TLSv1.2", "eNULL:@SECLEVEL=0"),
        "signed_sha1": of(Leaf(NAME), signed_with="sha1", **old),
        "no_tickets": of(Leaf(NAME), more="ssl_session_tickets off;"),
    }


def legacy() -> dict[str, dict[str, Any]]:
    """The configurations that tlslite-ng serves."""
    return {
        "ssl3_to_tls12": {"versions": ((3, 0), (3, 3))},
        "ssl3_only": {"versions": ((3, 0), (3, 0))},
        "rc4_tls10": {"versions": ((3, 1), (3, 1)), "ciphers": ("rc4",)},
        "3des_tls12": {"versions": ((3, 3), (3, 3)), "ciphers": ("3des",)},
    }


@contextmanager
def served(folder: Path, authority: Authority) -> Iterator[dict[str, int]]:
    """Every configuration, by name, and its port."""
    made = sites()
    with ExitStack() as stack:
        stack.enter_context(nginx(folder / "nginx", authority, list(made.values())))
        ports = {name: site.port for name, site in made.items()}
        for name, options in legacy().items():
            ports[name] = stack.enter_context(tlslite(authority, Leaf(NAME), **options))
        yield ports


class Open:
    """A gate that lets everything through: the servers are ours."""

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        """Let it through."""

    def leave(self, address: str) -> None:
        """Nothing was counted."""


def ours(port: int, trust: TrustStore) -> Said:
    """What our probe sees."""
    seen = asyncio.run(
        look_at_tls(Endpoint("127.0.0.1", port, NAME), dial=Dial(Open()), trust=trust)
    )
    said = Said()
    for one in seen.offered:
        said.versions.add(one.version)
        said.suites |= {f"{one.version} {suite}" for suite in one.suites}
    said.certificate = _certificate(seen)
    return said


def _certificate(seen: TlsSeen) -> set[str]:
    found = set()
    for chain in seen.chains:
        own = chain.certificates[0]
        day = int(time.time())
        if own.not_after < day:
            found.add("expired")
        if own.not_before > day:
            found.add("not yet valid")
        if chain.trust is Trust.SELF_SIGNED:
            found.add("self-signed")
        if chain.trust is Trust.INCOMPLETE:
            found.add("chain incomplete")
        if NAME not in (own.names or [own.common_name]):
            found.add("other name")
    return found


def by_nmap(port: int) -> Said:
    """What nmap's ssl-enum-ciphers sees."""
    command = [
        "nmap",
        "-Pn",
        "-n",
        "--script",
        "ssl-enum-ciphers,ssl-cert",
        "-p",
        str(port),
        "-oX",
        "-",
    ]
    done = subprocess.run([*command, "127.0.0.1"], capture_output=True, text=True, check=True)
    from defusedxml.ElementTree import fromstring

    said = Said()
    for script in fromstring(done.stdout).iter("script"):
        if script.get("id") != "ssl-enum-ciphers":
            continue
        for table in script.findall("table"):
            version = str(table.get("key"))
            said.versions.add(version)
            for name in table.iterfind("table[@key='ciphers']/table/elem[@key='name']"):
                said.suites.add(f"{version} {_iana(str(name.text))}")
    return said


def _iana(name: str) -> str:
    """The registered name: nmap calls the suites of TLS 1.3 otherwise."""
    return name.replace("TLS_AKE_WITH_", "TLS_")


def by_testssl(port: int, root: Path, folder: Path) -> Said:
    """What testssl.sh sees."""
    target = folder / f"{port}.json"
    command = ["testssl", "-p", "-E", "-S", "--warnings", "off", "--color", "0", "--quiet"]
    command += ["--openssl", shutil.which("openssl") or "openssl", "--add-ca", str(root)]
    command += ["--ip", "127.0.0.1", "--jsonfile", str(target), f"{NAME}:{port}"]
    subprocess.run(command, capture_output=True, check=False, timeout=600, stdin=subprocess.DEVNULL)
    said = Said()
    for row in json.loads(target.read_text("utf-8", "replace")):
        name, finding = row["id"], row["finding"]
        if name in VERSIONS and finding.startswith("offered"):
            said.versions.add(VERSIONS[name])
        elif name.startswith("cipher-"):
            version = VERSIONS.get(_version(name), "?")
            if found := _SUITE.search(finding.strip()):
                said.suites.add(f"{version} {found[0]}")
        said.certificate |= _read(name.partition(" ")[0], finding)
    return said


def _version(name: str) -> str:
    """`cipher-tls1_2_xc030` → TLS1_2."""
    text = name.removeprefix("cipher-").rpartition("_")[0]
    return text.replace("tls", "TLS").replace("ssl", "SSL")


def _read(name: str, finding: str) -> set[str]:
    if name == "cert_expirationStatus" and "expired" in finding:
        return {"expired"}
    if name == "cert_notBefore" and "not yet" in finding.lower():
        return {"not yet valid"}
    if name == "cert_chain_of_trust":
        if "self signed" in finding and "CA" not in finding.split("(")[-1]:
            return {"self-signed"}
        if "incomplete" in finding:
            return {"chain incomplete"}
        if "expired" in finding:
            return {"expired"}
    if name == "cert_trust" and "not match" in finding:
        return {"other name"}
    return set()


def show(what: str, name: str, tool: str, mine: set[str], theirs: set[str]) -> int:
    """Print what one says and not the other; the number of disagreements."""
    for label, some in (("only Rempart", mine - theirs), (f"only {tool}", theirs - mine)):
        if some:
            print(
                f"    {name:<16}{tool:<9}{what:<12}{label}: {', '.join(sorted(some))}", flush=True
            )
    return len(mine ^ theirs)


def main(asked: list[str]) -> None:
    """Print the disagreements, then how many there are of each sort."""
    heading("Thirty configurations of TLS, seen by Rempart, nmap and testssl")
    totals: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as made:
        folder, authority = Path(made), Authority()
        root = folder / "root.pem"
        root.write_bytes(authority.root_pem)
        trust = TrustStore.of("laboratory", [authority.root])
        with served(folder, authority) as ports:
            for name, port in ports.items():
                if asked and name not in asked:
                    continue
                mine, nmap = ours(port, trust), by_nmap(port)
                testssl = by_testssl(port, root, folder)
                for tool, theirs in (("nmap", nmap), ("testssl", testssl)):
                    for what in ("versions", "suites", "certificate"):
                        if (tool, what) == ("nmap", "certificate"):
                            continue
                        key = f"{what}, {tool}"
                        wrong = show(what, name, tool, getattr(mine, what), getattr(theirs, what))
                        totals[key] = totals.get(key, 0) + wrong
                print(
                    f"{name:<20}{len(mine.versions)} versions, {len(mine.suites)} suites",
                    flush=True,
                )
    print("disagreements: " + ", ".join(f"{v} ({k})" for k, v in totals.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
