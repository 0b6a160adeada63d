"""Answers of the DNS made up, and zones signed by hand: what reads them is tried without a server."""

import hashlib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.answers import Cut, Found
from rempart.engines.exposure.probe.dns.chain import Chain
from rempart.engines.exposure.probe.dns.dnssec import State, signed_data
from rempart.engines.exposure.probe.dns.names import ROOT, count_labels, to_wire
from rempart.engines.exposure.probe.dns.wire import Message, Record, Rrset
from rempart.engines.exposure.seen.common import Reach

NOW = 1_780_000_000.0


def said(*data: bytes, name: str = "x.example", **more: Any) -> Found:
    """An answer that came."""
    told = {"name": to_wire(name), "kind": 0, "reach": Reach.ANSWERED, "state": State.INSECURE}
    return Found(**(told | {"data": data} | more))


def strings(*texts: str, **more: Any) -> Found:
    """An answer made of short TXT records."""
    return said(*(bytes([len(t.encode())]) + t.encode() for t in texts), **more)


GONE = said(rcode=wire.NXDOMAIN)
SILENT = Found(ROOT, 0, Reach.SILENT, "Aucune réponse.")


class Told:
    """A resolver that knows these answers, by name and type; any other name does not exist."""

    domain_seconds = 5.0
    forwarder = ""

    def __init__(self, answers: dict[tuple[str, int], Found], cut: Cut | None = None) -> None:
        self.answers = {(to_wire(name), kind): found for (name, kind), found in answers.items()}
        self.exchange = SimpleNamespace(sent=0, port=53)
        self.cut = cut or Cut(ROOT, (), {})
        self.asked: list[tuple[bytes, int]] = []

    async def open(self) -> float:
        return 0.0

    def now(self) -> float:
        return NOW

    def nearest(self, name: bytes) -> Cut:
        return self.cut

    def ahead(self, names: Sequence[tuple[bytes, int]], ends_at: float) -> None:
        self.asked += names

    async def beside(self, name: bytes, ends_at: float) -> None:
        """Nothing is asked beside."""

    async def find(self, name: bytes, kind: int, ends_at: float) -> Found:
        return self.answers.get((name, kind), GONE)

    async def chain(self, name: bytes, ends_at: float) -> Chain:
        return Chain(State.INSECURE, name, reason="La zone n’est pas signée.")


class Signer:
    """A zone's key, and what it signs."""

    def __init__(self, zone: str) -> None:
        self.zone, self.private = to_wire(zone), Ed25519PrivateKey.generate()
        self.data = b"\1\1\3\x0f" + self.private.public_key().public_bytes_raw()
        self.key = rdata.key(self.data)
        value = hashlib.sha256(self.zone + self.data).digest()
        self.digest = rdata.Digest(self.key.tag, 15, 2, value)
        self.ds = self.key.tag.to_bytes(2, "big") + b"\x0f\2" + value

    def records(
        self, name: bytes, kind: int, *data: bytes, labels: int | None = None
    ) -> list[Record]:
        """A set of records and the signature over it; fewer `labels` than the name has: a wildcard made it."""
        count = count_labels(name) if labels is None else labels
        head = kind.to_bytes(2, "big") + bytes([15, count]) + (60).to_bytes(4, "big")
        head += (int(NOW) + 9999).to_bytes(4, "big") + (int(NOW) - 9999).to_bytes(4, "big")
        head += self.key.tag.to_bytes(2, "big") + self.zone
        rrset = Rrset(name, kind, 60, list(data))
        signature = self.private.sign(signed_data(rrset, rdata.signature(head + b"\0")))
        signed = Record(name, wire.RRSIG, 60, head + signature)
        return [*(Record(name, kind, 60, one) for one in data), signed]

    def keys(self) -> Message:
        """The answer that gives the key."""
        return message(self.records(self.zone, wire.DNSKEY, self.data))


def message(
    answer: Sequence[Record] = (), authority: Sequence[Record] = (), rcode: int = 0
) -> Message:
    """An authoritative answer."""
    made = Message(0x8400, rcode, list(answer))
    made.put(list(authority), [])
    return made
