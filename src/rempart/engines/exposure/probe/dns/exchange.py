"""Questions sent to name servers, thousands at once over a few UDP sockets, and their answers matched.

A server is asked a bounded number of things at a time. A question that is late goes to another server too, while
the first is still listened to: whichever answers first is heard, and four datagrams a question are the most. One
that stays silent is presumed dead by all (`servers`): what is asked next goes straight to another server, or comes
back at once as « silent ». A truncated answer is asked again over TCP.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from msgspec import Struct

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.questions import (
    CUT,
    INNER,
    LATE,
    NOT_OURS,
    STOPPED,
    Reply,
    Wait,
    silence,
)
from rempart.engines.exposure.probe.dns.servers import MOST_TO_A_STRANGER, Pace, Server
from rempart.engines.exposure.probe.dns.sockets import Socket, by_tcp, identifiers
from rempart.engines.exposure.seen.common import Reach

MOST_TRIES: Final = 4
_TRY_ELSEWHERE: Final = frozenset({wire.FORMERR, wire.SERVFAIL, 4, wire.REFUSED})
_ONE: Final = b"\0\1"
_SLOT: Final = 0.025  # what is late is looked at so often


# What a datagram has come to: it is waited for, then someone else is asked too, then it is missed, or answered.
_SENT, _HEDGED, _MISSED, _OVER = range(4)


class _Sent(Struct, gc=False, eq=False):
    """One datagram sent."""

    wait: Wait
    server: Server
    flying: dict[int, "_Sent"]
    identifier: int
    at: float
    patience: float
    step: int = _SENT


class Exchange:
    """The sockets and what they wait for. `seconds`: the most for one try, `most`: questions at once to one server."""

    def __init__(
        self,
        *,
        port: int = 53,
        seconds: float = 1.0,
        most: int = 32,
        sockets: int = 8,
        may_ask: Callable[[str], bool] | None = None,
    ) -> None:
        # A zone may name any address as its server: an inner one is not asked.
        self._may_ask = may_ask
        self.port, self._seconds, self._most, self._count = port, seconds, most, sockets
        self._servers: dict[str, Server] = {}
        self._pace = Pace(seconds)
        self._sockets: dict[bool, list[Socket]] = {False: [], True: []}
        self._flying: dict[Socket, dict[int, _Sent]] = {}
        self._opening: asyncio.Task[None] | None = None
        self._turn = 0
        self._due: dict[int, list[_Sent]] = {}
        self._slot = 0
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._identifiers = identifiers()
        self.sent = 0

    async def open(self) -> None:
        """Make the sockets, once, whoever asks first. IPv6 is left out where the machine has none."""
        if self._opening is None:
            self._loop = asyncio.get_running_loop()
            self._opening = self._loop.create_task(self._open())
        if not self._opening.done():
            await asyncio.shield(self._opening)

    async def _open(self) -> None:
        for is_six in (False, True):
            with suppress(OSError):
                for _ in range(self._count):
                    one = Socket.make(self._taken, is_six=is_six)
                    self._sockets[is_six].append(one)
                    self._flying[one] = {}
                    await one.open(self._loop)

    def close(self) -> None:
        """Close the sockets; what was waiting is told that the work stopped."""
        if self._timer:
            self._timer.cancel()
        self._timer, self._due = None, {}
        for task in self._tasks:
            task.cancel()
        stopped = Reply(None, "", Reach.STOPPED, STOPPED)
        for one, flying in self._flying.items():
            for sent in flying.values():
                sent.wait.finish(stopped)
            one.close()
        for server in self._servers.values():
            for wait in server.waiting:
                wait.finish(stopped)
        self._sockets = {False: [], True: []}
        self._flying = {}
        self._opening = None

    def is_dead(self, server: str) -> bool:
        """Whether a server has been silent lately."""
        known = self._servers.get(server)
        return known is not None and known.is_dead

    def ask(
        self,
        servers: Sequence[str],
        name: bytes,
        kind: int,
        *,
        ends_at: float,
        is_recursive: bool = False,
        is_checked: bool = False,
    ) -> Wait:
        """Ask the servers (addresses) in turn; whoever awaits what is given gets a Reply, and never an exception.

        A resolver is asked for what it would hide too, unless `is_checked`: then it refuses what it finds bogus.
        """
        refused = None
        if self._may_ask is not None and servers:
            servers = [server for server in servers if self._may_ask(server)]
            refused = None if servers else Reply(None, "", Reach.OUTSIDE, INNER)
        tries = MOST_TRIES if len(servers) > 1 else 2
        asked = wire.question(name, kind)
        checking = is_checked or not is_recursive
        rest = wire.query(0, asked, recursive=is_recursive, checking=checking)[2:]
        wait = Wait(asked, rest, servers, ends_at, is_recursive, tries, reply=refused)
        self._advance(wait)
        return wait

    # ── sending ──────────────────────────────────────────────────────────────

    def _advance(self, wait: Wait) -> None:
        """Ask the best server that is left; without one, the question ends once nothing is hoped for."""
        if wait.reply is not None or wait.is_queued:
            return
        now = self._loop.time()
        if wait.ends_at <= now:
            wait.finish(wait.best or Reply(None, wait.last, Reach.SILENT, LATE))
            return
        server = self._choose(wait, now) if wait.tries > 0 else None
        if server is not None:
            if server.in_flight < server.room:
                self._transmit(wait, server, now)
            else:
                wait.is_queued = True
                server.waiting.append(wait)
        elif not wait.hoped:
            wait.finish(wait.best or Reply(None, "", Reach.SILENT, silence(wait.servers)))

    def _choose(self, wait: Wait, now: float) -> Server | None:
        """The lightest server alive; one that was asked already is the last choice, or none at all after a refusal."""
        chosen, lightest = None, 1 << 30
        for address in wait.servers:
            server = self._servers.get(address)
            if server is None:
                room = min(self._most, MOST_TO_A_STRANGER)
                server = self._servers[address] = Server(
                    address, self._most, room, (address, self.port)
                )
            if server.is_dead:
                if now >= server.tried_again_at:
                    self._try_again(server, wait, now)
                continue
            weight = server.weight()
            if wait.tried and address in wait.tried:
                if wait.is_final:
                    continue
                weight += 10000 * wait.tried.count(address)
            if weight < lightest:
                chosen, lightest = server, weight
        return chosen

    def _try_again(self, server: Server, wait: Wait, now: float) -> None:
        """Ask a server presumed dead, for nobody: whoever asks now is not kept waiting for it."""
        server.bury(now)
        ends_at = now + self._seconds
        again = Wait(wait.asked, wait.rest, (server.address,), ends_at, wait.is_recursive, 1)
        self._transmit(again, server, now)

    def _transmit(self, wait: Wait, server: Server, now: float) -> None:
        sockets = self._sockets[":" in server.address]
        if not sockets:
            server.is_dead, server.tried_again_at = True, float("inf")
            self._advance(wait)
            return
        self._turn += 1
        one = sockets[self._turn % len(sockets)]
        flying = self._flying[one]
        identifier = next(self._identifiers)
        while identifier in flying:
            identifier = next(self._identifiers)
        self.sent += 1
        wait.tries -= 1
        wait.hoped += 1
        wait.tried += (server.address,)
        server.in_flight += 1
        # A resolver asks others first: how fast it gives what it has says little of the next answer.
        if wait.is_recursive:
            patience = hedge = self._seconds
        else:
            hedge, patience = self._pace.waits(server, wait.backoff)
        sent = flying[identifier] = _Sent(wait, server, flying, identifier, now, patience)
        one.send(identifier.to_bytes(2, "big") + wait.rest, server.target)
        slot = int((now + hedge) / _SLOT) + 1
        due = self._due.get(slot)
        if due is not None and self._timer is not None:
            due.append(sent)
        else:
            self._later(now + hedge, sent)

    def _serve(self, server: Server, now: float) -> None:
        """Send what waited for its turn."""
        while server.waiting and server.in_flight < server.room:
            wait = server.waiting.popleft()
            wait.is_queued = False
            if wait.reply is not None:
                continue
            if wait.ends_at <= now:
                self._advance(wait)
            else:
                self._transmit(wait, server, now)

    # ── what is late ─────────────────────────────────────────────────────────

    def _later(self, when: float, sent: _Sent) -> None:
        slot = int(when / _SLOT) + 1
        due = self._due.get(slot)
        if due is None:
            self._due[slot] = [sent]
        else:
            due.append(sent)
        if self._timer is None:
            self._slot = min(int(self._loop.time() / _SLOT), slot)
            self._timer = self._loop.call_later(_SLOT, self._tick)

    def _tick(self) -> None:
        """Treat the datagrams whose time has come. What came in while this process was busy is read before."""
        for one in self._flying:
            one.drain()
        now = self._loop.time()
        last = int(now / _SLOT)
        due = [sent for slot in range(self._slot, last + 1) for sent in self._due.pop(slot, ())]
        missed = [sent for sent in due if sent.step < _OVER and self._is_missed(sent, now)]
        for sent in missed:
            sent.server.misses += 1
        # Who is presumed dead is known before anyone is asked again.
        for server in dict.fromkeys(sent.server for sent in missed):
            self._presume(server, now)
        for sent in missed:
            self._miss(sent, now)
            self._serve(sent.server, now)
        self._slot = last
        self._timer = self._loop.call_later(_SLOT, self._tick) if self._due else None

    def _is_missed(self, sent: _Sent, now: float) -> bool:
        """Go one step further with a datagram that had no answer; whether this is where it counts as missed."""
        if sent.step == _SENT and now < sent.at + sent.patience:
            sent.step = _HEDGED
            self._later(sent.at + sent.patience, sent)
            self._hedge(sent)
            return False
        if sent.step < _MISSED:
            return True
        sent.step = _OVER
        del sent.flying[sent.identifier]
        return False

    def _hedge(self, sent: _Sent) -> None:
        """Ask someone else too, and let those who wait for a stranger that is late go elsewhere."""
        server, wait = sent.server, sent.wait
        if not server.answers and not server.is_suspect:
            server.is_suspect = True
            self._scatter(server)
        if len(wait.servers) > len(set(wait.tried)):
            self._advance(wait)

    def _scatter(self, server: Server) -> None:
        waiting, server.waiting = server.waiting, type(server.waiting)()
        for wait in waiting:
            wait.is_queued = False
            self._advance(wait)

    def _miss(self, sent: _Sent, now: float) -> None:
        """Hope no more for an answer, and still listen: a late one is taken as long as the question is open."""
        if sent.step >= _MISSED:
            return
        sent.step = _MISSED
        self._later(now + 2 * self._seconds, sent)
        sent.server.in_flight -= 1
        wait = sent.wait
        wait.hoped -= 1
        wait.backoff *= 2
        if not wait.hoped:
            self._advance(wait)

    def _presume(self, server: Server, now: float) -> None:
        """Presume a server dead when it has been silent enough, and tell all those who wait for it."""
        if server.is_dead or not server.is_lost(now, self._seconds):
            return
        server.bury(now)
        self._scatter(server)
        flying = [sent for one in self._flying.values() for sent in one.values()]
        for sent in flying:
            if sent.server is server:
                self._miss(sent, now)

    # ── answers ──────────────────────────────────────────────────────────────

    def _taken(self, one: Socket, data: bytes, address: tuple[str, int]) -> None:
        """A datagram; it may be the answer to one of ours, even after that of another server."""
        if len(data) < 12:
            return
        sent = self._flying[one].get(data[0] << 8 | data[1])
        if sent is None:
            return
        server, wait = sent.server, sent.wait
        # Whoever is not the server asked, or does not repeat the question, is an impostor: not even a fault.
        if address[:2] != server.target or not (
            (data[2] > 127 and data[4:6] == _ONE and data.startswith(wait.asked, 12))
            or wire.is_answer_to(data, wait.asked)
        ):
            return
        del sent.flying[sent.identifier]
        now = self._loop.time()
        if sent.step < _MISSED:
            server.in_flight -= 1
            wait.hoped -= 1
        sent.step = _OVER
        took = now - sent.at
        server.heard(now, took)
        if not wait.is_recursive:
            self._pace.heard(took)
        if wait.reply is None:
            if data[2] & 0x02:
                wait.hoped += 1
                task = self._loop.create_task(self._over_tcp(wait, server.address))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                self._read(wait, server.address, data)
        if server.waiting:
            self._serve(server, now)

    def _read(self, wait: Wait, address: str, data: bytes) -> None:
        try:
            reply = Reply(wire.parse(data, wait.asked), address)
        except ProtocolFault as fault:
            wait.best = wait.best or Reply(None, address, Reach.BROKEN, str(fault))
            self._advance(wait)
            return
        if data[3] & 0x0F in _TRY_ELSEWHERE:
            wait.best = reply
            wait.is_final = True
            self._advance(wait)
        else:
            wait.finish(reply)

    async def _over_tcp(self, wait: Wait, address: str) -> None:
        """Ask again over TCP what did not fit in a datagram; one time-out for the whole of it."""
        ends_at = min(wait.ends_at, self._loop.time() + 4 * self._seconds)
        number, asked, recursive = next(self._identifiers), wait.asked, wait.is_recursive
        data = wire.query(number, asked, recursive=recursive, checking=not recursive)
        answer = await by_tcp(address, self.port, data, ends_at)
        wait.hoped -= 1
        if answer and answer[:2] == data[:2] and wire.is_answer_to(answer, asked):
            self._read(wait, address, answer)
            return
        reach, reason = (Reach.BROKEN, NOT_OURS) if answer else (Reach.SILENT, CUT)
        wait.best = wait.best or Reply(None, address, reach, reason)
        wait.is_final = True
        self._advance(wait)
