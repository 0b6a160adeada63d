"""Servers of TLS for tests: sites of nginx by name, and servers of other libraries for what it does not speak."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

from benchmarks._tls_lab import Site, nginx, s_server, tlslite
from benchmarks._tls_pki import Authority, Leaf, key_pem, pem_of
from cryptography.x509.oid import ExtendedKeyUsageOID

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.dial import Dial
from rempart.engines.exposure.probe.tls import TrustStore, look_at_tls, read_store
from rempart.engines.exposure.registry import CHECKS, Context, Verdict
from rempart.engines.exposure.seen.common import Endpoint
from rempart.engines.exposure.seen.tls import TlsSeen
from support import library_servers, loopback, old_openssl
from support.gates import OpenGate
from support.product_servers import ocserv, tomcat

import_module("rempart.engines.exposure.checks")  # registers them

HOST = "www.ch-essai.example"
LOCAL = "127.0.0.1"
ORDER = "ssl_prefer_server_ciphers on;"
OLD_VERSIONS = "TLSv1 TLSv1.1 TLSv1.2"
GCM = "ECDHE+AESGCM"
# RFC 2409 §6.2: the prime of 1024 bits that half of the internet shared.
SHARED_PRIME = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""


def look(
    port: int,
    name: str = HOST,
    *,
    trust: TrustStore | None = None,
    starttls: str = "",
    seconds: float = 5.0,
    address: str = "127.0.0.1",
) -> TlsSeen:
    """Look at one endpoint of loopback; without a store, chains are not held against any."""
    dial = Dial(OpenGate(), connect_seconds=2.0, seconds=seconds)
    endpoint = Endpoint(address, port, name)
    store = trust or TrustStore("")
    return asyncio.run(look_at_tls(endpoint, dial=dial, starttls=starttls, trust=store))


def judge(identifier: str, seen: TlsSeen, today: date | None = None) -> Verdict:
    """What one check says, with the figures of its own content file."""
    day = today or datetime.fromtimestamp(time.time(), UTC).date()
    context = Context(exposure_checks()[identifier].params, day)
    (verdict,) = CHECKS[identifier].function(seen, context)
    return verdict


def sites(authority: Authority, folder: Path) -> dict[str, Site]:
    """The sites of nginx, by what is particular to each; « good » has no fault that a check looks for."""
    prime = folder / "prime.pem"
    prime.write_text(SHARED_PRIME, "ascii")
    good = {"has_timestamps": True}

    def leaf(**more: object) -> Leaf:
        return Leaf(HOST, **{"kind": "ec", **good, **more})  # type: ignore[arg-type]

    def site(more: str = ORDER, **changes: object) -> Site:
        made = {"leaf": leaf(), "protocols": "TLSv1.2 TLSv1.3", "ciphers": GCM} | changes
        return Site(HOST, more=more, **made)  # type: ignore[arg-type]

    stranger = Authority("Intruse").root
    return {
        "good": site(leaf=leaf(), has_staple=True),
        "old": site(
            leaf=leaf(kind="2048"), protocols=OLD_VERSIONS, ciphers="ALL:eNULL:@SECLEVEL=0"
        ),
        "no_tls13": site(protocols="TLSv1.2"),
        "only_tls13": site(protocols="TLSv1.3"),
        "static_rsa": site(leaf=leaf(kind="2048"), ciphers="AES128-SHA:AES256-SHA:@SECLEVEL=0"),
        "client_order": site("ssl_prefer_server_ciphers off;"),
        "small_curve": site(ORDER + "ssl_ecdh_curve prime192v1;", ciphers=f"{GCM}:@SECLEVEL=0"),
        "short_prime": site(
            f"{ORDER} ssl_dhparam {prime};",
            leaf=leaf(kind="2048"),
            ciphers="DHE+AESGCM:@SECLEVEL=0",
        ),
        "early_data": site(ORDER + "ssl_early_data on;"),
        "long_ticket": site(ORDER + "ssl_session_timeout 7d;"),
        "two_keys": site(leaf=leaf(kind="2048"), second="ec", protocols="TLSv1.2"),
        "expired": site(leaf=leaf(ends=-3)),
        "soon": site(leaf=leaf(starts=-300, ends=5.5)),
        "future": site(leaf=leaf(starts=5)),
        "ten_years": site(leaf=leaf(ends=3650)),
        "self_signed": site(leaf=leaf(is_self_signed=True), has_chain=False),
        "no_chain": site(has_chain=False),
        "intruder": site(extra=[stranger]),
        "other_name": site(leaf=leaf(names=["autre.example"])),
        "short_key": site(leaf=leaf(kind="1024"), ciphers=f"{GCM}:@SECLEVEL=0"),
        "sha1": site(signed_with="sha1", ciphers=f"{GCM}:@SECLEVEL=0"),
        "client_usage": site(leaf=leaf(usages=[ExtendedKeyUsageOID.CLIENT_AUTH])),
        "no_san": site(leaf=leaf(has_names=False)),
        "no_revocation": site(leaf=leaf(has_revocation=False)),
        "no_timestamp": site(leaf=leaf(has_timestamps=False)),
        "must_staple": site(leaf=leaf(must_staple=True)),
    }


@dataclass(slots=True)
class Lab:
    """Ports by name of what is particular to a server, and what was seen of each, looked at once."""

    authority: Authority
    ports: dict[str, int]
    folder: Path
    stack: ExitStack
    _seen: dict[str, TlsSeen] = field(default_factory=dict)

    @property
    def store(self) -> TrustStore:
        """A store of the authority alone."""
        return read_store("autorité des essais", self.authority.root_pem)

    def seen(self, name: str) -> TlsSeen:
        """What the probe sees of one server."""
        if name not in self._seen:
            if name not in self.ports:
                self.ports[name] = self.stack.enter_context(self._product(name))
            self._seen[name] = look(self.ports[name], trust=self.store, seconds=20.0)
        return self._seen[name]

    @contextmanager
    def _product(self, name: str) -> Iterator[int]:
        """A server whose TLS is not the OpenSSL of this machine, started when it is first asked for."""
        folder = self.folder / name
        folder.mkdir()
        leaf = Leaf(HOST)
        pair = folder / "chain.pem", folder / "key.pem"
        pair[0].write_bytes(pem_of(self.authority.leaf(leaf), self.authority.intermediate))
        pair[1].write_bytes(key_pem(leaf.kind))
        if name == "java":
            with tomcat(folder / "tomcat", pair) as ports:
                yield ports.tls
        elif name == "gnutls":
            with ocserv(pair, "NORMAL:%DISABLE_SAFE_RENEGOTIATION:%NO_SESSION_HASH") as port:
                yield port
        else:
            port, made = loopback.free_port(), library_servers
            if name in old_openssl.SUITES:
                made = old_openssl
            with loopback.listening(made.command(name, port, *pair), (LOCAL, port)):
                yield port


@contextmanager
def running(folder: Path) -> Iterator[Lab]:
    """Every server, stopped on the way out."""
    authority = Authority()
    made = sites(authority, folder)
    with ExitStack() as stack:
        stack.enter_context(nginx(folder / "nginx", authority, list(made.values())))
        ports = {name: site.port for name, site in made.items()}
        rsa = Leaf(HOST)
        ports["sslv3"] = stack.enter_context(tlslite(authority, rsa))
        ports["renegotiation"] = stack.enter_context(
            s_server(folder, authority, rsa, "-client_renegotiation", "-tls1_2")
        )
        private = Authority("Autorité privée")
        ports["private"] = stack.enter_context(tlslite(private, rsa, root_is_sent=True))
        yield Lab(authority, ports, folder, stack)
