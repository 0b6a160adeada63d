"""What the flights of a server tell beside versions and suites: chains, primes, options."""

from dataclasses import dataclass, field
from typing import Any

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.tls.flight import (
    Message,
    ServerHello,
    prime_bits,
    read_certificates,
)
from rempart.engines.exposure.probe.tls.hello import SSLV3, TLS13, Extension
from rempart.engines.exposure.probe.tls.suites import Suite, all_suites
from rempart.engines.exposure.probe.tls.survey import Answer
from rempart.engines.exposure.probe.tls.trust import TrustStore, read_chain
from rempart.engines.exposure.seen.tls import ChainSeen


@dataclass(slots=True)
class Notes:
    """Facts by field of TlsSeen, chains as sent, and the reasons of what could not be read."""

    store: TrustStore
    chains: dict[tuple[bytes, ...], ChainSeen] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)  # authentications whose chain is had
    facts: dict[str, Any] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)

    def wants(self, hello: ServerHello) -> bool:
        """Whether the rest of this flight would teach something: another chain, or a prime."""
        suite = all_suites().get(hello.suite)
        if suite is None or hello.version >= TLS13:
            return False
        is_new = suite.authentication in {"rsa", "ecdsa", "dss"} - self.kinds
        return is_new or (suite.has_prime and "dh_bits" not in self.facts)

    def take(self, answer: Answer, *, asked_staple: bool = False) -> None:
        """Keep what a whole flight before TLS 1.3 says; what cannot be read becomes a gap."""
        hello = answer.hello
        suite = all_suites().get(hello.suite) if hello else None
        if hello is None or suite is None or hello.version >= TLS13:
            return
        if answer.fault:
            self.gaps["chains"] = answer.fault
        try:
            self._take_flight(answer, hello, suite, asked_staple)
        except ProtocolFault as fault:
            self.gaps["chains"] = str(fault)

    def _take_flight(
        self, answer: Answer, hello: ServerHello, suite: Suite, asked_staple: bool
    ) -> None:
        if (body := answer.first(Message.CERTIFICATE)) is not None:
            self.kinds.add(suite.authentication)
            ders = tuple(der for der, _ in read_certificates(body, hello.version))
            has_staple = answer.first(Message.CERTIFICATE_STATUS) is not None
            self.keep_chain(ders, has_staple if asked_staple else None)
        body = answer.first(Message.KEY_EXCHANGE)
        if body is not None and suite.has_prime:
            self.facts["dh_bits"] = min(prime_bits(body), self.facts.get("dh_bits", 1 << 16))

    def keep_chain(self, ders: tuple[bytes, ...], has_staple: bool | None) -> None:
        """Keep one chain, once, and whether it comes with a stapled answer. Raises ProtocolFault."""
        if ders and (ders not in self.chains or has_staple is not None):
            self.chains[ders] = read_chain(ders, self.store, has_staple=has_staple)

    def take_choices(self, answer: Answer) -> None:
        """Keep what the ServerHello to a hello with all options says, before TLS 1.3."""
        hello = answer.hello
        if hello is None or not SSLV3 <= hello.version < TLS13:
            return
        extensions = hello.extensions
        self.facts["has_compression"] = hello.compression != 0
        self.facts["has_secure_renegotiation"] = Extension.RENEGOTIATION in extensions
        self.facts["has_extended_master_secret"] = Extension.EXTENDED_MASTER_SECRET in extensions
        self.take_options(extensions)

    def take_options(self, extensions: dict[int, bytes]) -> None:
        """Keep the application protocol and the timestamps of a hello's extensions."""
        if Extension.SCT in extensions:
            self.facts["handshake_timestamps"] = count_timestamps(extensions[Extension.SCT])
        if name := extensions.get(Extension.ALPN, b"")[3:35]:
            text = name.decode("ascii", "replace")
            self.facts["alpn"] = "".join(c if c.isprintable() else "?" for c in text)


def count_timestamps(data: bytes) -> int:
    """Signed certificate timestamps of a list (RFC 6962 §3.3)."""
    at, found = 2, 0
    while at + 2 <= len(data):
        at += 2 + int.from_bytes(data[at : at + 2])
        found += 1
    return found
