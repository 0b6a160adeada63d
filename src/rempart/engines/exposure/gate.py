"""The gate of a sweep: rights, hours, kill switch, deadline and the budget of each host, asked before each connection.

A budget is held by one process. Work that is shared is cut so that a host belongs to one process (`own`); a host
that is met elsewhere, through a redirection for instance, gets there its budget divided by `share`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.hours import is_open, local_day, local_words, next_open
from rempart.engines.exposure.names import address_of
from rempart.engines.exposure.perimeter import Perimeter, Touch
from rempart.engines.exposure.scope import Right, Scope, refused_port
from rempart.engines.exposure.seen.common import Reach

LOOK_EVERY: Final = 0.2  # seconds between two looks at the clock and at the stop file
CLOCK_SLIP: Final = 90.0  # seconds by which the clock may leave the time that really passed
MUTE_PORT: Final = (
    3  # exchanges without an answer, one after the other, before a port is left alone
)
MUTE_HOST: Final = 12  # the same for a whole host
MOST_RIGHTS: Final = 65536  # addresses whose rights are kept
MOST_HOSTS: Final = 8192  # hosts whose idle state is kept
MOST_ADDRESSES: Final = 64  # of one name: a zone that lies could have us touch a whole provider
MANY: Final = f"Ce nom mène à plus de {MOST_ADDRESSES} adresses : les autres ne sont pas touchées."
RELEASED_AT: Final = 1767225600.0  # 1 January 2026: a clock before it is wrong

Clock = Callable[[], float]


@dataclass(slots=True)
class Counters:
    """What the gate let through, held back and refused."""

    connections: int = 0
    refused: int = 0
    stopped: int = 0  # connections that a stop held back
    waited: float = 0.0  # seconds, of all connections together
    left_alone: set[str] = field(
        default_factory=set
    )  # hosts, or « host:port », that never answered


@dataclass(slots=True)
class _Host:
    """The state of one host. `next_at` is the loop's time from which one more connection may begin."""

    slots: asyncio.Semaphore
    interval: float
    next_at: float = 0.0
    in_use: int = 0
    mute: int = 0
    mute_ports: dict[int, int] = field(default_factory=dict)


class StopSwitch:
    """When a sweep ends before its end: a file that appears, the hours, the deadline, a clock that jumps, or a word."""

    def __init__(
        self, perimeter: Perimeter, clock: Clock, *, stop_file: Path | None, ends_at: float
    ) -> None:
        self._hours, self._clock, self._file = perimeter.hours, clock, stop_file
        self._ends_at = ends_at
        self._reason = ""
        self._looked_at = float("-inf")
        self._began: tuple[float, float] | None = None

    def stop(self, reason: str) -> None:
        """Stop now, for a reason in French. The first one stays."""
        self._reason = self._reason or reason

    def why(self, now: float) -> str:
        """Why the sweep is stopped, French; "" while it goes on. `now` is the loop's time."""
        if not self._reason and now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            self._reason = self._look(now)
        return self._reason

    def _look(self, now: float) -> str:
        wall = self._clock()
        if self._began is None:
            self._began = (wall, now)
        slip = (wall - self._began[0]) - (now - self._began[1])
        if self._file is not None and self._file.exists():
            return "Arrêt demandé."
        if wall < RELEASED_AT:
            return "L’horloge de cette machine est fausse : ni consentement ni heures ne peuvent être vérifiés."
        if abs(slip) > CLOCK_SLIP:
            return "L’horloge de cette machine a changé pendant le balayage (réglage, ou mise en veille)."
        if wall >= self._ends_at:
            return "La durée permise pour le balayage est écoulée."
        if not is_open(self._hours, wall):
            again = next_open(self._hours, wall)
            until = f" jusqu’au {local_words(self._hours, again)}" if again else ""
            return f"Les heures du périmètre ne permettent rien{until}."
        return ""


class PerimeterGate:
    """A `dial.Gate`: what the perimeter of the day allows, at the pace that its hosts bear."""

    def __init__(
        self,
        perimeter: Perimeter,
        *,
        clock: Clock,
        switch: StopSwitch,
        own: frozenset[str] | None = None,
        share: int = 1,
    ) -> None:
        self.counters = Counters()
        self.switch = switch
        self._perimeter, self._clock, self._own, self._share = perimeter, clock, own, share
        self._scope: Scope | None = None
        self._minute = -1
        self._led: dict[str, frozenset[Touch]] = {}
        self._rights: dict[str, Right] = {}
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def scope(self) -> Scope:
        """The scope of this day: a sweep that goes past midnight asks the consent again."""
        wall = self._clock()
        # Days of every time zone begin with a minute: the day of a minute is looked for once.
        if self._scope is None or int(wall // 60) != self._minute:
            self._minute = int(wall // 60)
            day: date = local_day(self._perimeter.hours, wall)
            if self._scope is None or self._scope.day != day:
                self._scope = Scope(self._perimeter, day)
                self._led, self._rights = {}, {}
        return self._scope

    def admit(self, name: str, chain: tuple[str, ...], address: str) -> Right:
        """Ask whether a name may lead to this address, and remember it for the connections that follow."""
        right = self.scope().led(name, chain, address)
        if right:
            self._led[address] = self._led.get(address, frozenset()) | right.touch
            self._rights.pop(address, None)
        return right

    def refusals(
        self, name: str, chain: tuple[str, ...], addresses: Sequence[str]
    ) -> dict[str, str]:
        """Of the addresses that a name leads to, those that may not be touched, and why; the others are remembered."""
        rights = {
            address: self.admit(name, chain, address) for address in addresses[:MOST_ADDRESSES]
        }
        refused = {address: right.refusal for address, right in rights.items() if not right}
        return refused | dict.fromkeys(addresses[MOST_ADDRESSES:], MANY)

    def allowed(self, name: str, address: str) -> bool:
        """Whether a redirection to this name, at this address, may be followed."""
        if name in ("", address):
            return bool(self.scope().address(address))
        return bool(self.admit(name, (), address))

    def right(self, address: str) -> Right:
        """What may be done with an address: its own right, and that of the names that led to it."""
        scope = self.scope()
        known = self._rights.get(address)
        if known is None:
            known = scope.address(address)
            if address in self._led:
                known = Right(touch=known.touch | self._led[address])
            if len(self._rights) < MOST_RIGHTS:
                self._rights[address] = known
        return known

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        """Wait for the host's budget and take one connection of it. Raises NotReached (OUTSIDE, STOPPED, SILENT)."""
        loop = asyncio.get_running_loop()
        self._check_stopped(loop.time())
        try:
            key = _key(address)
        except ValueError:
            self._refuse(f"« {address[:80]} » n’est pas une adresse.")
        right = self.right(key)
        if not right:
            self._refuse(right.refusal)
        if why := refused_port(right.touch, port, transport):
            self._refuse(why)
        host = self._host(key)
        self._check_answers(key, host, port)
        host.in_use += 1
        try:
            await self._wait(loop, host)
            self._check_answers(key, host, port)
        except BaseException:
            host.in_use -= 1
            raise
        self.counters.connections += 1

    def leave(self, address: str) -> None:
        """Give back what `enter` took."""
        host = self._hosts.get(_key(address))
        if host is not None and host.in_use:
            host.in_use -= 1
            host.slots.release()

    def heard(self, address: str, port: int, reach: Reach, *, connected: bool) -> None:
        """Count the exchanges without an answer: a `dial.Heard`. A port that only filters is not mute: many do."""
        host = self._hosts.get(_key(address))
        if host is None:
            return
        if reach is Reach.ANSWERED:
            host.mute = 0
            host.mute_ports.pop(port, None)
        elif reach is Reach.SILENT:
            host.mute += connected
            host.mute_ports[port] = host.mute_ports.get(port, 0) + 1

    def _check_stopped(self, now: float) -> None:
        if why := self.switch.why(now):
            self.counters.stopped += 1
            raise NotReached(Reach.STOPPED, why)

    def _refuse(self, reason: str) -> None:
        self.counters.refused += 1
        raise NotReached(Reach.OUTSIDE, reason)

    def _check_answers(self, key: str, host: _Host, port: int) -> None:
        if host.mute >= MUTE_HOST:
            self.counters.left_alone.add(key)
            raise NotReached(
                Reach.SILENT,
                f"Cette machine n’a pas répondu {MUTE_HOST} fois de suite : laissée en paix.",
            )
        if host.mute_ports.get(port, 0) >= MUTE_PORT:
            self.counters.left_alone.add(f"{key}:{port}")
            raise NotReached(
                Reach.SILENT,
                f"Ce port n’a pas répondu {MUTE_PORT} fois de suite : laissé en paix.",
            )

    async def _wait(self, loop: asyncio.AbstractEventLoop, host: _Host) -> None:
        """A slot, then a turn. Raises NotReached when the sweep stops in the meantime."""
        began = loop.time()
        await host.slots.acquire()
        try:
            now = loop.time()
            turn = max(now, host.next_at)
            host.next_at = turn + host.interval
            while now < turn:
                await asyncio.sleep(min(turn - now, LOOK_EVERY))
                now = loop.time()
                self._check_stopped(now)
            self._check_stopped(now)
        except BaseException:
            host.slots.release()
            raise
        finally:
            self.counters.waited += loop.time() - began

    def _host(self, key: str) -> _Host:
        host = self._hosts.get(key)
        if host is None:
            share = 1 if self._own is None or key in self._own else self._share
            limits = self._perimeter.limits
            slots = asyncio.Semaphore(max(1, limits.connections // share))
            host = self._hosts[key] = _Host(slots, share / limits.per_second)
            self._forget()
        else:
            self._hosts.move_to_end(key)
        return host

    def _forget(self) -> None:
        """Drop the oldest idle hosts; one that never answered is kept as long as there is room."""
        for key in list(self._hosts)[: max(0, len(self._hosts) - MOST_HOSTS)]:
            if not self._hosts[key].in_use:
                del self._hosts[key]


@lru_cache(maxsize=65536)
def _key(address: str) -> str:
    """An address in its one spelling. Raises ValueError."""
    return str(address_of(address))
