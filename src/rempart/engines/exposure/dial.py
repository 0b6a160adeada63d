"""The only door to the network: every connection of every probe is opened here, bounded, or refused with a reason.

A `Gate` (perimeter, hours, kill switch, budget of the host) is asked before each connection; a probe never
connects by itself. What a target sends is read up to a bound and up to a deadline, so that a tarpit costs its
deadline and no more.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, Self, TypeVar

from rempart.engines.exposure.seen.common import Reach

TOO_MANY = "Cette machine a trop de connexions ouvertes : réduisez le nombre de sondes."


class NotReached(Exception):
    """A connection that did not come to an answer: `reach` says how, `reason` in French why."""

    def __init__(self, reach: Reach, reason: str) -> None:
        super().__init__(reason)
        self.reach = reach
        self.reason = reason


class ProtocolFault(Exception):
    """What a target sent is not what its protocol says; the message is French, and says what was read."""


class NotOffered(ProtocolFault):
    """The target answers as its protocol says, and does not offer what was asked for."""


T = TypeVar("T")
Dialogue = Generator[bytes, bytes, T]
"""One side of an exchange without a network: yields what to send (b"" to wait), is given each piece that comes
(b"" once the peer has closed), and returns its result. May raise ProtocolFault. A silence is thrown in as NotReached:
one that has something to tell all the same may catch it, and return."""


class Gate(Protocol):
    """Who says whether an address may be touched now. Raises NotReached (OUTSIDE or STOPPED)."""

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        """Wait for the host's budget and take one connection of it. Raises NotReached when it may not be touched."""

    def leave(self, address: str) -> None:
        """Give back what `enter` took."""


class Heard(Protocol):
    """Told how each exchange ended, so that a host that never answers is left alone."""

    def __call__(self, address: str, port: int, reach: Reach, *, connected: bool) -> None:
        """One exchange ended; `connected` is false when the connection itself did not come."""


def _nobody(address: str, port: int, reach: Reach, *, connected: bool) -> None:
    """The listener of those who do not listen."""


class Link:
    """One connection: bounded reads, one deadline for its whole life, always closed."""

    __slots__ = (
        "_address", "_ends_at", "_gate", "_is_silent", "_most", "_reader", "_tell", "_writer", "received",
    )  # fmt: skip

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        gate: Gate,
        address: str,
        ends_at: float,
        most: int,
        tell: Callable[[Reach], None] = lambda reach: None,
    ) -> None:
        self._tell, self._is_silent = tell, False
        self._reader, self._writer, self._gate = reader, writer, gate
        self._address, self._ends_at, self._most = address, ends_at, most
        self.received = 0

    async def send(self, data: bytes) -> None:
        """Write all of `data`. Raises NotReached."""
        try:
            self._writer.write(data)
            async with asyncio.timeout_at(self._ends_at):
                await self._writer.drain()
        except TimeoutError:
            raise NotReached(
                Reach.SILENT, "Le serveur n’a plus rien accepté avant la fin du délai."
            ) from None
        except OSError as fault:
            raise NotReached(Reach.BROKEN, "Le serveur a coupé la connexion.") from fault

    async def receive(self, most: int = 16384) -> bytes:
        """What has come, `most` bytes at most; b"" at the end. Raises NotReached at the deadline or past the bound."""
        try:
            async with asyncio.timeout_at(self._ends_at):
                data = await self._reader.read(most)
        except TimeoutError:
            self._is_silent = True
            raise NotReached(
                Reach.SILENT, "Le serveur n’a pas répondu avant la fin du délai."
            ) from None
        except OSError as fault:
            raise NotReached(Reach.BROKEN, "Le serveur a coupé la connexion.") from fault
        self.received += len(data)
        if self.received > self._most:
            raise NotReached(
                Reach.BROKEN, "Le serveur a envoyé plus que la limite : lecture arrêtée."
            )
        return data

    async def at_once(self) -> bytes:
        """What has come already and was not read; b"" without waiting for more."""
        try:
            async with asyncio.timeout(0):
                return await self._reader.read(16384)
        except (TimeoutError, OSError):
            return b""

    async def exactly(self, size: int) -> bytes:
        """`size` bytes. Raises NotReached when they do not come."""
        parts, missing = [], size
        while missing:
            data = await self.receive(missing)
            if not data:
                raise NotReached(
                    Reach.BROKEN, "Le serveur a fermé la connexion au milieu d’une réponse."
                )
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    async def start_tls(self, context: ssl.SSLContext, name: str = "") -> ssl.SSLObject | None:
        """Turn the connection into TLS, and give the session's object. Raises NotReached."""
        try:
            async with asyncio.timeout_at(self._ends_at):
                await self._writer.start_tls(context, server_hostname=name or None)
        except TimeoutError:
            raise NotReached(
                Reach.SILENT, "La négociation TLS n’a pas abouti avant la fin du délai."
            ) from None
        except (OSError, ValueError) as fault:
            raise NotReached(Reach.BROKEN, "La négociation TLS a échoué.") from fault
        found: ssl.SSLObject | None = self._writer.get_extra_info("ssl_object")
        return found

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *fault: object) -> None:
        self.end()

    def end(self) -> None:
        """Leave at once. An abort never waits for the peer: a tarpit does not hold the sweep by refusing to close."""
        self._writer.transport.abort()
        self._gate.leave(self._address)
        self._tell(Reach.SILENT if self._is_silent else Reach.ANSWERED)


@dataclass(frozen=True, slots=True)
class Dial:
    """Opens connections: `connect_seconds` to be accepted, `seconds` for a whole exchange, `most_bytes` received."""

    gate: Gate
    connect_seconds: float = 4.0
    seconds: float = 10.0
    most_bytes: int = 1 << 20
    heard: Heard = _nobody

    async def open(
        self,
        address: str,
        port: int,
        *,
        seconds: float | None = None,
        most_bytes: int | None = None,
    ) -> Link:
        """A connection to an address (never a name: names are resolved and checked before). Raises NotReached."""
        await self.gate.enter(address, port)
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self.connect_seconds):
                reader, writer = await asyncio.open_connection(address, port, limit=65536)
        except TimeoutError:
            self.gate.leave(address)
            self.heard(address, port, Reach.SILENT, connected=False)
            raise NotReached(Reach.SILENT, "Aucune réponse à la demande de connexion.") from None
        except ConnectionRefusedError as fault:
            self.gate.leave(address)
            raise NotReached(Reach.CLOSED, "Rien n’écoute sur ce port.") from fault
        except OSError as fault:
            self.gate.leave(address)
            if fault.errno in {errno.EMFILE, errno.ENFILE}:
                raise NotReached(Reach.STOPPED, TOO_MANY) from fault
            raise NotReached(Reach.UNREACHABLE, "Aucun chemin vers cette adresse.") from fault
        except BaseException:
            self.gate.leave(address)
            raise
        return Link(
            reader,
            writer,
            self.gate,
            address,
            now + (seconds or self.seconds),
            most_bytes or self.most_bytes,
            partial(self.heard, address, port, connected=True),
        )

    async def converse(
        self,
        address: str,
        port: int,
        dialogue: Dialogue[T],
        *,
        seconds: float | None = None,
        most_bytes: int | None = None,
    ) -> T:
        """Hold one dialogue over one connection, and give its result.

        Half the cost of `open`, for probes that make many short connections: no stream, no transport. Bounded as
        a `Link` is. Raises NotReached, and the ProtocolFault of the dialogue.
        """
        await self.gate.enter(address, port)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + (seconds or self.seconds)
        link, is_open = None, False
        try:
            link = _new_socket(address)
            async with asyncio.timeout(self.connect_seconds) as limit:
                await loop.sock_connect(link, (address, port))
                is_open = True
                limit.reschedule(ends_at)
                result = await _hold(loop, link, dialogue, most_bytes or self.most_bytes)
                self.heard(address, port, Reach.ANSWERED, connected=True)
                return result
        except TimeoutError:
            self.heard(address, port, Reach.SILENT, connected=is_open)
            reason = (
                "Le serveur n’a pas répondu avant la fin du délai."
                if is_open
                else "Aucune réponse à la demande de connexion."
            )
            return _left(dialogue, NotReached(Reach.SILENT, reason))
        except NotReached as fault:
            return _left(dialogue, fault)
        except ConnectionRefusedError as fault:
            raise NotReached(Reach.CLOSED, "Rien n’écoute sur ce port.") from fault
        except OSError as fault:
            raise NotReached(Reach.UNREACHABLE, "Aucun chemin vers cette adresse.") from fault
        finally:
            dialogue.close()
            if link is not None:
                link.close()
            self.gate.leave(address)

    async def ask(
        self, address: str, port: int, datagram: bytes, *, seconds: float | None = None
    ) -> bytes:
        """The first datagram that answers one datagram. Raises NotReached: over UDP, no answer proves nothing."""
        await self.gate.enter(address, port, "udp")
        loop = asyncio.get_running_loop()
        link = None
        try:
            link = _new_socket(address, socket.SOCK_DGRAM)
            async with asyncio.timeout(seconds or self.seconds):
                await loop.sock_connect(link, (address, port))
                await loop.sock_sendall(link, datagram)
                return await loop.sock_recv(link, 65535)
        except TimeoutError:
            raise NotReached(
                Reach.SILENT, "Aucune réponse : en UDP, cela ne prouve rien."
            ) from None
        except ConnectionRefusedError as fault:
            raise NotReached(Reach.CLOSED, "Rien n’écoute sur ce port.") from fault
        except OSError as fault:
            raise NotReached(Reach.UNREACHABLE, "Aucun chemin vers cette adresse.") from fault
        finally:
            if link is not None:
                link.close()
            self.gate.leave(address)


def _new_socket(address: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        made = socket.socket(family, kind)
    except OSError as fault:
        if fault.errno not in {errno.EMFILE, errno.ENFILE}:
            raise
        raise NotReached(Reach.STOPPED, TOO_MANY) from fault
    made.setblocking(False)
    return made


def _left(dialogue: Dialogue[T], fault: NotReached) -> T:
    """What a dialogue knows when its peer falls silent, or says too much: it is told, and may end there. Raises
    `fault` when it does not."""
    try:
        dialogue.throw(fault)
    except StopIteration as end:
        result: T = end.value
        return result
    raise fault


async def _hold(
    loop: asyncio.AbstractEventLoop, link: socket.socket, dialogue: Dialogue[T], most: int
) -> T:
    received, is_over = 0, False
    try:
        to_send = next(dialogue)
        while True:
            try:
                if to_send:
                    await loop.sock_sendall(link, to_send)
                data = await loop.sock_recv(link, 16384)
            except ConnectionError:
                data = b""
            if is_over and not data:
                raise NotReached(Reach.BROKEN, "Le serveur a coupé la connexion.")
            is_over = not data
            received += len(data)
            if received > most:
                reason = "Le serveur a envoyé plus que la limite : lecture arrêtée."
                raise NotReached(Reach.BROKEN, reason)
            to_send = dialogue.send(data)
    except StopIteration as end:
        result: T = end.value
        return result
