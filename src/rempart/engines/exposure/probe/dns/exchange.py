"""Questions sent to name servers, thousands at once over a few UDP sockets, and their answers matched.

A server is asked a bounded number of things at a time. One that stays silent is remembered, so that a lame
delegation costs its time-out once and not once a question; what is asked next goes straight to another server,
or comes back at once as « silent ». A truncated answer is asked again over TCP.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.seen.common import Reach

# A server that never answered is left alone after two questions; one that did is given more chances.
MISSES_OF_A_STRANGER: Final = 2
MISSES_OF_AN_ACQUAINTANCE: Final = 8
_TRY_ELSEWHERE: Final = frozenset({wire.FORMERR, wire.SERVFAIL, 4, wire.REFUSED})


_INNER: Final = (
    "Les serveurs de noms annoncés sont à des adresses internes : ils ne sont pas interrogés."
)


class Reply(NamedTuple):
    """What came of a question. `message` is None unless `reach` is ANSWERED; `reason` is French."""

    message: wire.Message | None
    server: str = ""
    reach: Reach = Reach.ANSWERED
    reason: str = ""


@dataclass(slots=True)
class _Server:
    """What is known of one server."""

    in_flight: int = 0
    misses: int = 0
    answers: int = 0
    dead_until: float = 0.0
    waiting: "deque[_Wait]" = field(default_factory=deque)


@dataclass(slots=True, eq=False)
class _Wait:
    """A question under way."""

    asked: bytes
    servers: Sequence[str]
    future: "asyncio.Future[Reply]"
    ends_at: float
    is_recursive: bool
    tries: int
    server: str = ""
    stamp: int = 0  # which sending it is: a time-out speaks of that one only
    best: Reply | None = None
    tried: tuple[str, ...] = ()


class _Socket(asyncio.DatagramProtocol):
    """One UDP socket: its questions by identifier."""

    transport: asyncio.DatagramTransport

    def __init__(self, owner: "Exchange") -> None:
        self.owner = owner
        self.waits: dict[int, _Wait] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if len(data) < 12:
            return
        identifier = data[0] << 8 | data[1]
        wait = self.waits.get(identifier)
        # Whoever is not the server asked, or does not repeat the question, is an impostor: not even a fault.
        if (
            wait is None
            or address[0] != wait.server
            or address[1] != self.owner.port
            or not wire.is_answer_to(data, wait.asked)
        ):
            return
        del self.waits[identifier]
        self.owner.answered(wait, data)


class Exchange:
    """The sockets and what they wait for. `seconds` for one try, `most` questions at once to one server."""

    def __init__(
        self,
        *,
        port: int = 53,
        seconds: float = 1.0,
        most: int = 32,
        sockets: int = 8,
        dead_seconds: float = 300.0,
        may_ask: Callable[[str], bool] | None = None,
    ) -> None:
        self._may_ask = (
            may_ask  # a zone may name any address as its server: an inner one is not asked
        )
        self.port, self._seconds, self._most = port, seconds, most
        self._count, self._dead_seconds = sockets, dead_seconds
        self._servers: dict[str, _Server] = {}
        self._sockets: dict[bool, list[_Socket]] = {False: [], True: []}
        self._opening: asyncio.Task[None] | None = None
        self._turn = 0
        # No question stands here: one that was answered is freed at once, and not when its time would have come.
        self._timers: deque[tuple[float, _Socket, int, int]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._identifiers = _identifiers()
        self.sent = 0

    async def open(self) -> None:
        """Make the sockets, once, whoever asks first. IPv6 is left out where the machine has none."""
        if self._opening is None:
            self._loop = asyncio.get_running_loop()
            self._opening = self._loop.create_task(self._open())
        if not self._opening.done():
            await asyncio.shield(self._opening)

    async def _open(self) -> None:
        for is_six, local in ((False, "0.0.0.0"), (True, "::")):  # noqa: S104 (the replies' own socket)
            for _ in range(self._count):
                try:
                    _, protocol = await self._loop.create_datagram_endpoint(
                        lambda: _Socket(self), local_addr=(local, 0)
                    )
                except OSError:
                    break
                self._sockets[is_six].append(protocol)

    def close(self) -> None:
        """Close the sockets; what was waiting is told that the work stopped."""
        if self._timer:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        for one in (s for sockets in self._sockets.values() for s in sockets):
            for wait in list(one.waits.values()):
                self._finish(wait, Reply(None, "", Reach.STOPPED, "Travail arrêté."))
            one.transport.abort()
        for server in self._servers.values():
            for wait in server.waiting:
                self._finish(wait, Reply(None, "", Reach.STOPPED, "Travail arrêté."))
        self._sockets = {False: [], True: []}
        self._opening = None

    def is_dead(self, server: str) -> bool:
        """Whether a server has been silent lately."""
        known = self._servers.get(server)
        return known is not None and known.dead_until > self._loop.time()

    def ask(
        self,
        servers: Sequence[str],
        name: bytes,
        kind: int,
        *,
        ends_at: float,
        is_recursive: bool = False,
    ) -> "asyncio.Future[Reply]":
        """Ask the servers (addresses) in turn; the future gives a Reply, and never an exception."""
        future: asyncio.Future[Reply] = self._loop.create_future()
        if self._may_ask is not None and servers:
            servers = [server for server in servers if self._may_ask(server)]
            if not servers:
                future.set_result(Reply(None, "", Reach.OUTSIDE, _INNER))
                return future
        wait = _Wait(
            wire.question(name, kind),
            servers,
            future,
            ends_at,
            is_recursive,
            tries=min(max(len(servers), 2), 4),
        )
        self._advance(wait)
        return future

    def answered(self, wait: _Wait, data: bytes) -> None:
        """A datagram that is the answer to a question of ours."""
        server = self._servers[wait.server]
        server.answers += 1
        server.misses = 0
        if data[2] & 0x02:
            task = self._loop.create_task(self._over_tcp(wait))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._read(wait, data)
        self._leave(server)

    def _read(self, wait: _Wait, data: bytes) -> None:
        try:
            reply = Reply(wire.parse(data), wait.server)
        except ProtocolFault as fault:
            wait.best = wait.best or Reply(None, wait.server, Reach.BROKEN, str(fault))
            self._advance(wait)
            return
        if data[3] & 0x0F in _TRY_ELSEWHERE:
            wait.best = reply
            self._advance(wait, is_final=True)
        else:
            self._finish(wait, reply)

    def _advance(self, wait: _Wait, *, is_final: bool = False) -> None:
        """Send to the next server; `is_final`: those already tried said no, and are not asked again."""
        now = self._loop.time()
        if wait.future.done():
            return
        if wait.ends_at <= now:
            self._finish(wait, wait.best or Reply(None, wait.server, Reach.SILENT, _LATE))
            return
        chosen, lightest = "", 1 << 30
        if wait.tries > 0:
            for address in wait.servers:
                known = self._servers.get(address)
                if known is None:
                    known = self._servers[address] = _Server()
                if known.dead_until > now or (is_final and address in wait.tried):
                    continue
                weight = known.in_flight + len(known.waiting) + 1000 * wait.tried.count(address)
                if weight < lightest:
                    chosen, lightest = address, weight
        if not chosen:
            self._finish(wait, wait.best or Reply(None, "", Reach.SILENT, _silence(wait.servers)))
            return
        wait.tries -= 1
        wait.server = chosen
        wait.tried += (chosen,)
        server = self._servers[chosen]
        if server.in_flight >= self._most:
            server.waiting.append(wait)
        else:
            self._transmit(wait, server)

    def _transmit(self, wait: _Wait, server: _Server) -> None:
        sockets = self._sockets.get(":" in wait.server)
        if not sockets:
            server.dead_until = self._loop.time() + self._dead_seconds
            self._advance(wait)
            return
        self._turn += 1
        one = sockets[self._turn % len(sockets)]
        identifier = next(self._identifiers)
        while identifier in one.waits:
            identifier = next(self._identifiers)
        self.sent += 1
        wait.stamp = self.sent
        one.waits[identifier] = wait
        server.in_flight += 1
        data = wire.query(
            identifier, wait.asked, recursive=wait.is_recursive, checking=not wait.is_recursive
        )
        one.transport.sendto(data, (wait.server, self.port))
        self._timers.append((self._loop.time() + self._seconds, one, identifier, wait.stamp))
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._tick)

    def _tick(self) -> None:
        """Treat the questions whose time has come; they stand in order, as all have the same patience."""
        now = self._loop.time()
        timers = self._timers
        while timers and timers[0][0] <= now:
            _, one, identifier, stamp = timers.popleft()
            wait = one.waits.get(identifier)
            if wait is not None and wait.stamp == stamp:
                del one.waits[identifier]
                self._missed(wait, now)
        self._timer = (
            self._loop.call_later(max(timers[0][0] - now, 0.02), self._tick) if timers else None
        )

    def _missed(self, wait: _Wait, now: float) -> None:
        server = self._servers[wait.server]
        server.misses += 1
        patience = MISSES_OF_AN_ACQUAINTANCE if server.answers else MISSES_OF_A_STRANGER
        if server.misses >= patience:
            server.dead_until = now + self._dead_seconds
            orphans, server.waiting = server.waiting, deque()
            for other in orphans:
                self._advance(other)
        self._advance(wait)
        self._leave(server)

    def _leave(self, server: _Server) -> None:
        server.in_flight -= 1
        while server.waiting and server.in_flight < self._most:
            self._transmit(server.waiting.popleft(), server)

    def _finish(self, wait: _Wait, reply: Reply) -> None:
        if not wait.future.done():
            wait.future.set_result(reply)

    async def _over_tcp(self, wait: _Wait) -> None:
        """Ask again over TCP what did not fit in a datagram; one time-out for the whole of it."""
        writer = None
        try:
            async with asyncio.timeout_at(min(wait.ends_at, self._loop.time() + 4 * self._seconds)):
                reader, writer = await asyncio.open_connection(wait.server, self.port)
                data = wire.query(
                    next(self._identifiers),
                    wait.asked,
                    recursive=wait.is_recursive,
                    checking=not wait.is_recursive,
                )
                writer.write(len(data).to_bytes(2, "big") + data)
                size = int.from_bytes(await reader.readexactly(2), "big")
                answer = await reader.readexactly(size)
        except (TimeoutError, OSError, EOFError):
            reason = "Réponse tronquée, et le serveur ne répond pas en TCP."
            wait.best = wait.best or Reply(None, wait.server, Reach.SILENT, reason)
            self._advance(wait, is_final=True)
            return
        finally:
            if writer is not None:
                writer.transport.abort()
        if answer[:2] == data[:2] and wire.is_answer_to(answer, wait.asked):
            self._read(wait, answer)
        else:
            wait.best = wait.best or Reply(None, wait.server, Reach.BROKEN, _NOT_OURS)
            self._advance(wait, is_final=True)


_LATE: Final = "Le délai accordé à ce domaine est écoulé."
_NOT_OURS: Final = "Le serveur a répondu à autre chose que la question."


def _silence(servers: Iterable[str]) -> str:
    named = ", ".join(sorted(servers)[:4])
    return f"Aucune réponse des serveurs de noms ({named})." if named else "Aucun serveur de noms."


def _identifiers() -> Iterator[int]:
    """Random 16-bit numbers, drawn from the system in blocks."""
    while True:
        block = os.urandom(8192)
        for at in range(0, 8192, 2):
            yield block[at] << 8 | block[at + 1]
