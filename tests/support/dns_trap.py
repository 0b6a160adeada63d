"""A zone whose servers mean harm: a root signed by hand and the zone below it, over UDP and over TCP.

`say(name, kind)` gives the sections of an answer of the zone; None leaves it to what an honest zone says.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.names import ROOT, is_under, to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.wire import Record
from rempart.engines.exposure.seen.common import Reach
from support.dns_servers import Answering
from support.dns_told import NOW, Signer

T = TypeVar("T")
HERE = bytes([127, 0, 0, 1])
SOA_DATA = to_wire("ns.trap") + to_wire("root.trap") + (1).to_bytes(4, "big") * 5
FITS = 1232
NSEC_ALONE = (
    b"\0\6\0\0\0\0\0\3"  # the types of a name that has none but its signature and its proof
)
NS_ALONE = b"\0\6\x20\0\0\0\0\3"


@dataclass
class Said:
    """The sections of an answer; `flags` without the first bit."""

    answer: Sequence[Record] = ()
    authority: Sequence[Record] = ()
    additional: Sequence[Record] = ()
    rcode: int = 0
    is_authoritative: bool = True


Say = Callable[[bytes, int], Said | None]


def packed(records: Sequence[Record]) -> bytes:
    """Records as they go on the wire, without a pointer."""
    return b"".join(
        r.name + r.kind.to_bytes(2, "big") + b"\0\1" + r.ttl.to_bytes(4, "big") + len(r.data).to_bytes(2, "big") + r.data
        for r in records
    )  # fmt: skip


def answered(question: bytes, said: Said) -> bytes:
    """The whole message."""
    end = question.index(b"\0", 12) + 5
    sections = (said.answer, said.authority, said.additional)
    counts = b"".join(len(one).to_bytes(2, "big") for one in sections)
    flags = bytes([0x84 if said.is_authoritative else 0x80, said.rcode])
    return (
        question[:2] + flags + b"\0\1" + counts + question[12:end] + b"".join(map(packed, sections))
    )


@dataclass
class Trap:
    """The root and `trap.` on one address; counts the datagrams and the questions over TCP."""

    say: Say
    zone: Signer = field(default_factory=lambda: Signer("trap"))
    is_signed: bool = True
    hosts: Sequence[str] = ("ns.trap",)
    datagrams: int = 0
    by_tcp: int = 0
    refuses: bool = False  # as a resolver that verifies does, unless it is told not to (CD)
    is_known: bool = False  # the root has told of the zone
    asked: list[tuple[bytes, int]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.root = Signer("")
        while True:  # the same number must be free for both
            self.server = Answering("127.0.0.1", 0, self._datagram)
            self.port = self.server.port
            try:
                self.listener = socket.create_server(("127.0.0.1", self.port))
            except OSError:
                self.server.socket.close()
                continue
            break
        self.listener.settimeout(0.05)
        self.is_over = False
        self.thread = threading.Thread(target=self._serve)
        self.server.__enter__()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over = True
        self.server.__exit__()
        self.thread.join()
        self.listener.close()

    def _datagram(self, question: bytes) -> list[bytes]:
        self.datagrams += 1
        whole = self._whole(question)
        if len(whole) > FITS:
            end = question.index(b"\0", 12) + 5
            whole = question[:2] + b"\x86\0\0\1" + b"\0" * 6 + question[12:end]
        return [whole]

    def _serve(self) -> None:
        while not self.is_over:
            try:
                link, _ = self.listener.accept()
            except TimeoutError:
                continue
            with link:
                link.settimeout(2)
                data = link.recv(4096)
                self.by_tcp += 1
                if len(data) > 14:
                    whole = self._whole(data[2:])
                    link.sendall(len(whole).to_bytes(2, "big") + whole)

    def _whole(self, question: bytes) -> bytes:
        end = question.index(b"\0", 12) + 1
        name, kind = question[12:end].lower(), int.from_bytes(question[end : end + 2], "big")
        self.asked.append((name, kind))
        if self.refuses and not question[3] & 0x10:
            return answered(question, Said(rcode=wire.SERVFAIL))
        return answered(question, self._said(name, kind))

    def _said(self, name: bytes, kind: int) -> Said:
        zone = self.zone.zone
        if name == ROOT:
            return Said(
                self.root.records(ROOT, wire.DNSKEY, self.root.data) if kind == wire.DNSKEY else ()
            )
        if not is_under(name, zone):
            return self.say(name, kind) or Said(rcode=wire.NXDOMAIN)
        if kind == wire.DS and name == zone:
            return Said(self.root.records(zone, wire.DS, self.zone.ds) if self.is_signed else ())
        if not self.is_known:
            self.is_known = True
            return self.referral()
        return self.say(name, kind) or self.honest(name, kind)

    def referral(self) -> Said:
        """What the root says of the zone."""
        zone = self.zone.zone
        hosts = [Record(zone, wire.NS, 60, to_wire(host)) for host in self.hosts]
        glue = [Record(to_wire(self.hosts[0]), wire.A, 60, HERE)]
        signed = (
            self.root.records(zone, wire.DS, self.zone.ds)
            if self.is_signed
            else self.root.records(zone, wire.NSEC, b"\1\0" + zone + NS_ALONE)
        )
        return Said((), [*hosts, *signed], glue, is_authoritative=False)

    def honest(self, name: bytes, kind: int) -> Said:
        """What the zone would say if it meant no harm: its servers, its keys, and nothing else."""
        zone = self.zone.zone
        given = {
            (zone, wire.NS): [to_wire(host) for host in self.hosts],
            (zone, wire.SOA): [SOA_DATA],
            (zone, wire.DNSKEY): [self.zone.data],
            (to_wire(self.hosts[0]), wire.A): [HERE],
        }
        if (name, kind) in given:
            return Said(self.zone.records(name, kind, *given[name, kind]))
        # An NSEC that stands at the name and has no type but its own proves that there is no data.
        return Said((), self.nothing(name))

    def nothing(self, name: bytes) -> list[Record]:
        """The proof that a name has no data."""
        return [
            *self.zone.records(self.zone.zone, wire.SOA, SOA_DATA),
            *self.zone.records(name, wire.NSEC, b"\1\0" + name + NSEC_ALONE),
        ]


class Outside:
    """A gate that lets nothing in."""

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        raise NotReached(Reach.OUTSIDE, "Hors du périmètre.")

    def leave(self, address: str) -> None:
        """Nothing was taken."""


NOBODY = Dial(Outside())


def looked(trap: Trap, act: Callable[[Resolver], Awaitable[T]], **changes: object) -> T:
    """Run something with a resolver whose root is this one."""

    trap.is_known = "forwarder" in changes

    async def run() -> T:
        given = {"now": NOW, "hints": ("127.0.0.1",), "domain_seconds": 15.0}
        digest = trap.root.digest
        anchor = f"{digest.tag} {digest.algorithm} {digest.digest_kind} {digest.digest.hex()}"
        exchange = Exchange(port=trap.port, seconds=5.0)
        told = {**given, "anchors": {".": [anchor]}, "exchange": exchange, **changes}
        resolver = Resolver(**told)  # type: ignore[arg-type]
        try:
            return await act(resolver)
        finally:
            resolver.close()

    return asyncio.run(run())
