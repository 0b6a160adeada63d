"""The zones that checks of names and mail are tried on, and the mail servers and policy host that they name."""

import asyncio
import base64
import hashlib
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure import checks as _checks
from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.judge import concluded
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.zone import look_at_zone
from rempart.engines.exposure.probe.mail.look import Ports, look_at_mail
from rempart.engines.exposure.registry import CHECKS, Context, Verdict
from rempart.engines.exposure.seen.common import Reach, Seen
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.mail import MailSeen
from support.certificates import Authority
from support.dns_servers import Names, Zone, free_port

REGISTERED = _checks
MAIL = "127.0.0.1"
T = TypeVar("T")
EC, BASE = "ECDSAP256SHA256", "@ A 192.0.2.10\n@ AAAA 2001:db8::10\nwww CNAME @\n"
BAD_SPF = '@ TXT "v=spf1 include:a.{z} ?all"\na TXT "v=spf1 include:b.{z} a:void1.{z} a:void2.{z} a:void3.{z}"\nb TXT "v=spf1 include:a.{z} blah"\n'


class Gate:
    """Lets in to some addresses, and keeps what was asked; `stopped` plays the kill switch."""

    def __init__(self, *allowed: str, stopped: bool = False) -> None:
        self.allowed, self.stopped = set(allowed), stopped
        self.asked: list[tuple[str, int]] = []
        self.inside = 0

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        if self.stopped:
            raise NotReached(Reach.STOPPED, "Arrêté par un administrateur.")
        if address not in self.allowed:
            raise NotReached(Reach.OUTSIDE, "Hors du périmètre.")
        self.asked.append((address, port))
        self.inside += 1

    def leave(self, address: str) -> None:
        self.inside -= 1


def dkim(bits: int, extra: str = "") -> str:
    """A TXT with a fresh RSA key."""
    key = rsa.generate_private_key(65537, bits).public_key()
    text = base64.b64encode(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()
    return f'"v=DKIM1; k=rsa; {extra}p={text[:200]}" "{text[200:]}"'


def _good(tlsa: str) -> str:
    return (
        BASE + '@ CAA 0 issue "letsencrypt.org"\n@ MX 10 mx\n' + f"mx A {MAIL}\nmta-sts A {MAIL}\n"
        '@ TXT "v=spf1 mx include:_spf.good.example -all"\n_spf TXT "v=spf1 ip4:192.0.2.0/24 -all"\n'
        f"s2026._domainkey TXT {dkim(2048)}\n"
        '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:a@good.example,mailto:b@third.example"\n'
        '_mta-sts TXT "v=STSv1; id=1"\n_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@good.example"\n'
        f"_25._tcp.mx TLSA 3 1 1 {tlsa}\n"
    )


def _bad() -> str:
    return (
        "@ A 192.0.2.10\n* A 192.0.2.99\nold CNAME gone.azurewebsites.net.example.\nrdv CNAME www.free.test.\n"
        f"@ MX 10 mx\n@ MX 20 nowhere.hoster.test.\n@ MX 30 mxalias\nmxalias CNAME mx\nmx A {MAIL}\n"
        + BAD_SPF.replace("{z}", "bad.example")
        + f"selector1._domainkey TXT {dkim(1024, 't=y; ')}\n"
        '_dmarc TXT "v=DMARC1; p=none"\n_mta-sts TXT "v=STSv1; id=1"\n' + f"mta-sts A {MAIL}\n"
    )


def _partial() -> str:
    return (
        BASE + "@ MX 10 mx\n" + f"mx A {MAIL}\nmta-sts A {MAIL}\n"
        '@ TXT "v=spf1 +all"\n@ TXT "v=spf1 -all"\n'
        '_dmarc TXT "v=DMARC1; p=reject; sp=none; pct=50; rua=mailto:x@refuses.example"\n'
        "_25._tcp.mx TLSA 3 1 1 " + "00" * 32 + '\n_mta-sts TXT "v=STSv1; id=1"\n'
    )


def zones(tlsa: str) -> list[Zone]:
    """Good ones, and one for each fault."""
    good, bad, partial = _good(tlsa), _bad(), _partial()
    twice = (
        '@ TXT "v=spf1 mx"\n_dmarc TXT "v=DMARC1; p=none"\n_dmarc TXT "v=DMARC1; p=rejet"\n'
        + f"@ MX 5 mx\nmx A {MAIL}\n"
    )
    return [
        Zone("good.example.", good, EC),
        Zone("third.example.", 'good.example._report._dmarc TXT "v=DMARC1"\n'),
        Zone("refuses.example.", BASE),
        Zone("bad.example.", bad, servers=("ns3.hoster.test.",), roles=("careless",), soa="900 3600 86400 604800"),
        Zone("partial.example.", partial, EC, nsec3="-3 abcd -H 10"),
        Zone("twice.example.", twice),
        Zone("silent-mail.example.", BASE + "@ MX 0 .\n@ TXT \"v=spf1 -all\"\n"),
        Zone("nomail.example.", BASE, EC),
        Zone("unpinned.example.", BASE + f"gone CNAME nowhere.hoster.test.\n@ MX 10 mx\nmx A {MAIL}\n", EC),
        Zone("xn--hpital-ixa.example.", BASE + '@ TXT "v=spf1 -all"\n', EC),
        Zone("fails.example.", "@ A no-address\n"),
        Zone("lame.example.", BASE, told=("ns1.hoster.test.", "ns4.hoster.test.", "nope.hoster.test.")),
        Zone("half.example.", BASE, servers=("ns1.hoster.test.", "ns9.hoster.test.")),
        Zone("near.example.", BASE, servers=("ns1.hoster.test.", "ns5.hoster.test."), roles=("first",)),
        Zone("stale.example.", BASE, servers=("ns1.hoster.test.", "ns4.hoster.test."), roles=("first", "stale"), stale_lines=BASE),
        Zone("dead.example.", BASE, servers=("ns9.hoster.test.", "ns8.hoster.test.")),
        Zone("bogus.example.", BASE, EC, change=lambda text: text.replace("192.0.2.10", "192.0.2.66")),
        Zone("expired.example.", BASE, EC, times=("-s", "now-2592000", "-e", "now-86400")),
        Zone("soon.example.", BASE, EC, times=("-s", "now-2505600", "-e", "now+36000")),
        Zone("wrongds.example.", BASE, EC, digest=lambda text: _flip(text)),
        Zone("sha1.example.", BASE, "NSEC3RSASHA1", nsec3="-3 - -H 0", bits=1024),
        Zone("rsa.example.", BASE, "RSASHA256", nsec3="-3 ab -H 5"),
        Zone("p384.example.", BASE, "ECDSAP384SHA384"),
        Zone("ed.example.", BASE + "*.wild A 192.0.2.7\n", "ED25519", nsec3="-3 - -H 0"),
        Zone("ed448.example.", BASE + "*.wild A 192.0.2.7\n", "ED448"),
        Zone("dear.example.", BASE, EC, nsec3="-3 ab -H 150"),
        Zone("big.example.", "".join(f"@ TXT {i:05d}" + f' "{"x" * 240}"' * 3 + "\n" for i in range(80))),
    ]  # fmt: skip


def _flip(digests: str) -> str:
    """A DS whose last character is another."""
    lines = []
    for line in digests.splitlines():
        lines.append(line[:-1] + ("0" if line[-1] != "0" else "1"))
    return "\n".join(lines) + "\n"


@dataclass
class World:
    """The servers up, and how to look at a domain through them."""

    names: Names
    trust: ssl.SSLContext
    ports: Ports
    seconds: float = 0.5
    kept: dict[tuple[str, str], Seen] = field(default_factory=dict)

    def resolver(self, **changes: object) -> Resolver:
        """A fresh resolver towards this world."""
        given = {"now": time.time(), "hints": self.names.hints, "anchors": self.names.anchors}
        exchange = Exchange(port=self.names.port, seconds=self.seconds)
        return Resolver(**{**given, "exchange": exchange, "domain_seconds": 8.0, **changes})  # type: ignore[arg-type]

    def with_resolver(self, act: Callable[[Resolver], Awaitable[T]], **changes: object) -> T:
        """Run something with a resolver, closed at the end."""

        async def run() -> T:
            resolver = self.resolver(**changes)
            try:
                return await act(resolver)
            finally:
                resolver.close()

        return asyncio.run(run())

    def zone(self, domain: str, *, gate: Gate | None = None, **changes: object) -> ZoneSeen:
        """What our look sees of a zone; all the servers of this world are ours unless a gate says otherwise."""
        own = gate or Gate(*self.names.addresses.values())
        names = [f"{label}.{domain}" for label in ("old", "rdv")]
        return self.with_resolver(
            lambda r: look_at_zone(domain, resolver=r, dial=Dial(own), names=names), **changes
        )

    def mail(
        self,
        domain: str,
        *,
        gate: Gate | None = None,
        ports: Ports | None = None,
        selectors: tuple[str, ...] = (),
    ) -> MailSeen:
        """What our look sees of the mail of a domain."""
        dial = Dial(gate or Gate(MAIL), seconds=3.0)
        return self.with_resolver(
            lambda r: look_at_mail(
                domain,
                resolver=r,
                dial=dial,
                selectors=selectors,
                trust=self.trust,
                ports=ports or self.ports,
            )
        )

    def once(self, kind: str, domain: str) -> Seen:
        """The same, looked at once for all the checks."""
        if (kind, domain) not in self.kept:
            given = ("s2026",) if domain == "good.example" else ()
            self.kept[kind, domain] = (
                self.zone(domain) if kind == "zone" else self.mail(domain, selectors=given)
            )
        return self.kept[kind, domain]


def verdicts(identifier: str, seen: Seen) -> list[Verdict]:
    """What one check says of an observation, with the figures of its file."""
    content = exposure_checks()[identifier]
    return list(
        CHECKS[identifier].function(
            seen, Context(content.params, datetime.fromtimestamp(time.time(), UTC).date())
        )
    )


def outcome(identifier: str, seen: Seen) -> str:
    """The worst of it, as a word."""
    return str(concluded(verdicts(identifier, seen)))


class _Policy(BaseHTTPRequestHandler):
    """Serves the policies of MTA-STS by host name."""

    def do_GET(self) -> None:
        mode = {"mta-sts.good.example": "enforce"}.get(self.headers["Host"], "testing")
        hosts = "mx: *.good.example\n" if mode == "enforce" else "mx: other.example\n"
        body = f"version: STSv1\nmode: {mode}\n{hosts}max_age: 604800\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal."""


@contextmanager
def running(folder: Path) -> Iterator[World]:
    """Everything up, and stopped at the end."""
    authority = Authority()
    for name in ("good", "partial"):
        authority.write(folder / name, MAIL, f"mta-sts.{name}.example")
    certificate = x509.load_pem_x509_certificate((folder / "good" / "cert.pem").read_bytes())
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    names = Names(
        folder,
        zones(hashlib.sha256(spki).hexdigest()),
        hosts="ns5.hoster.test. A {first}\nns8.hoster.test. A 127.9.9.8\n",
    )
    trust = ssl.create_default_context(cafile=str(folder / "good" / "ca.pem"))
    with ExitStack() as stack:
        secure, clear = _smtp(folder / "good", True), _smtp(folder / "good", False)
        for server in (secure, clear):
            server.start()
            stack.callback(server.stop)
        https = _https(folder, stack)
        ports = Ports(_port(secure), _port(clear), 1, https)
        yield World(stack.enter_context(names), trust, ports)


def _smtp(folder: Path, is_secure: bool) -> Controller:
    context = None
    if is_secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return Controller(Sink(), hostname=MAIL, port=free_port(), tls_context=context)


def _port(server: Controller) -> int:
    return int(server.port)


def _https(folder: Path, stack: ExitStack) -> int:
    """One server for every policy host: only two of them have a certificate of their own."""
    server = ThreadingHTTPServer((MAIL, 0), _Policy)
    contexts = {}
    for name in ("good", "partial"):
        context = contexts[f"mta-sts.{name}.example"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / name / "cert.pem", folder / name / "key.pem")

    def choose(link: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        link.context = contexts.get(name or "", context)

    context.sni_callback = choose
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return int(server.server_address[1])
