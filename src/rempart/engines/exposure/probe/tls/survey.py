"""Asking one endpoint: one hello a connection, suites by removal, all of it bounded.

The server chooses one suite of those offered; it is taken off the list and the rest is offered again, until it
refuses. A silence is never taken for a refusal: the list is then said to be cut short.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from rempart.engines.exposure.dial import Dial, Dialogue, Gate, NotReached, ProtocolFault
from rempart.engines.exposure.probe.tls.flight import (
    Message,
    Records,
    ServerHello,
    curve_of,
    read_server_hello,
)
from rempart.engines.exposure.probe.tls.hello import Asked, client_hello
from rempart.engines.exposure.probe.tls.starttls import opening
from rempart.engines.exposure.seen.common import Endpoint, Reach

MOST_SILENCES: Final = 2
MOST_AT_ONCE: Final = 6
SECONDS: Final = 180.0
"""Time of exchanges given to one endpoint, summed over its connections; waiting for the host's budget is not counted."""
SHORT: Final = 60
"""Suites of a short hello: some old devices drop one of more than 512 bytes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one hello brought: a ServerHello, or an alert, or a close; `messages` after it when they were asked for."""

    hello: ServerHello | None = None
    alert: int = -1
    messages: tuple[tuple[int, bytes], ...] = ()
    fault: str = ""  # why the messages after the ServerHello could not be read, French

    @property
    def is_closed(self) -> bool:
        """Whether the server closed without a word."""
        return self.hello is None and self.alert < 0

    def first(self, kind: int) -> bytes | None:
        """The body of the first message of this kind."""
        return next((body for number, body in self.messages if number == kind), None)

    @property
    def curve(self) -> int:
        """The curve of the elliptic key exchange, 0 when there is none to read."""
        body = self.first(Message.KEY_EXCHANGE)
        return curve_of(body) if body is not None and len(body) >= 4 else 0


Wanted = Callable[[ServerHello], bool]


def nothing_more(hello: ServerHello) -> bool:
    """The choice of the server is enough."""
    return False


def everything(hello: ServerHello) -> bool:
    """Read on to the end of the server's flight."""
    return True


def ask(starttls: str, to_send: bytes, wanted: Wanted) -> Dialogue[Answer]:
    """Open TLS as the protocol wants, send one hello, read the choice, and the rest if it is wanted."""
    prefix = (yield from opening(starttls)) if starttls else b""
    records, hello = Records(), None
    data = yield prefix + to_send
    while data:
        try:
            records.feed(data)
            if hello is None and (body := records.first(Message.SERVER_HELLO)) is not None:
                hello = read_server_hello(body)
                if not wanted(hello):
                    return Answer(hello)
        except ProtocolFault as fault:
            if hello is None:
                raise
            return Answer(hello, messages=tuple(records.messages), fault=str(fault))
        if records.first(Message.HELLO_DONE) is not None:
            break
        if records.alert is not None and records.alert[0] == 2:
            return Answer(hello, records.alert[1], tuple(records.messages))
        data = yield b""
    return Answer(hello, messages=tuple(records.messages))


class GaveUp(Exception):
    """The endpoint stopped answering: no further question is asked of it. The message is French."""


class _Door:
    """The gate, and the time spent inside: a sweep may wait long for a busy host, which is not slow for that."""

    def __init__(self, gate: Gate) -> None:
        self._gate, self._entered, self.seconds = gate, 0.0, 0.0

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        """As the gate does. Raises NotReached."""
        await self._gate.enter(address, port, transport)
        self._entered = asyncio.get_running_loop().time()

    def leave(self, address: str) -> None:
        """As the gate does."""
        self.seconds = asyncio.get_running_loop().time() - self._entered
        self._gate.leave(address)


@dataclass(slots=True)
class Survey:
    """The questions asked of one endpoint: counts its silences, and stops when there are too many."""

    endpoint: Endpoint
    dial: Dial
    starttls: str
    server_name: str  # for SNI, in its ASCII form; "" for an address
    connections: int = 0
    silences: int = 0
    has_answered: bool = False
    stopped: str = ""  # why no further question is asked, French
    spent: float = 0.0  # seconds
    is_shy: bool = False  # the server only bears short hellos
    lock: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    def parts(self, pool: Sequence[int]) -> list[Sequence[int]]:
        """The suites of a hello: all at once, or a few at a time for a server that drops long hellos."""
        if not self.is_shy:
            return [pool]
        return [pool[at : at + SHORT] for at in range(0, len(pool), SHORT)]

    async def ask(
        self, asked: Asked, suites: Sequence[int], wanted: Wanted = nothing_more
    ) -> Answer:
        """One hello, one answer. Raises GaveUp, NotReached, ProtocolFault."""
        return await self.hold(ask(self.starttls, client_hello(asked, suites), wanted))

    async def hold(self, dialogue: Dialogue[T], *, counts: bool = True) -> T:
        """One connection; a silence of it counts unless one is to be expected. Raises GaveUp, NotReached,
        ProtocolFault."""
        async with self.lock:
            if not self.stopped and self.spent >= SECONDS:
                self.stopped = "Le serveur est trop lent : les questions ont été arrêtées."
            if self.stopped:
                dialogue.close()
                raise GaveUp(self.stopped)
            self.connections += 1
            door = _Door(self.dial.gate)
            try:
                result = await replace(self.dial, gate=door).converse(
                    self.endpoint.address, self.endpoint.port, dialogue
                )
            except NotReached as fault:
                if counts:
                    self._count(fault)
                raise
            finally:
                self.spent += door.seconds
            self.has_answered = True
            return result

    def _count(self, fault: NotReached) -> None:
        if fault.reach == Reach.SILENT:
            self.silences += 1
        is_over = fault.reach in (Reach.OUTSIDE, Reach.STOPPED)
        if is_over or self.silences >= MOST_SILENCES or not self.has_answered:
            self.stopped = fault.reason
