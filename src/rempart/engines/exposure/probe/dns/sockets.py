"""What carries questions: UDP sockets read to their end, one question over TCP, and numbers nobody can guess.

A loop that was busy finds all that came meanwhile before it calls anyone silent.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

MOST_AT_ONCE: Final = (
    64  # read in one turn of the loop, so that an answer read is soon an answer treated
)
_MOST_BYTES: Final = 65536
_ROOM: Final = (
    1 << 20
)  # what the system may keep for us while we are busy; it gives less if it wants

Taken = Callable[["Socket", bytes, tuple[Any, ...]], None]


class Socket(asyncio.DatagramProtocol):
    """One UDP socket; `taken` is called with each datagram. `make` raises OSError where the machine has no such kind."""

    def __init__(self, made: socket.socket, taken: Taken) -> None:
        self._socket, self._taken = made, taken
        self._room = memoryview(bytearray(_MOST_BYTES))
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    def make(cls, taken: Taken, *, is_six: bool) -> "Socket":
        """A socket on a port that the system chooses."""
        made = socket.socket(socket.AF_INET6 if is_six else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.setblocking(False)
            with suppress(OSError):
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
            made.bind(("::" if is_six else "0.0.0.0", 0))  # noqa: S104 (the replies' own socket)
        except OSError:
            made.close()
            raise
        return cls(made, taken)

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Listen. The loop of Windows only knows its own transports; elsewhere the socket is read directly."""
        try:
            loop.add_reader(self._socket.fileno(), self.drain)
            self._loop = loop
        except NotImplementedError:
            made, _ = await loop.create_datagram_endpoint(lambda: self, sock=self._socket)
            self._transport = made

    def datagram_received(self, data: bytes, address: tuple[Any, ...]) -> None:
        self._taken(self, data, address)

    def drain(self) -> None:
        """Take what has come."""
        if self._transport is not None:
            return
        room, read, taken = self._room, self._socket.recvfrom_into, self._taken
        for _ in range(MOST_AT_ONCE):
            try:
                size, address = read(room)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an error of the network that an earlier datagram met
            taken(self, bytes(room[:size]), address)

    def send(self, data: bytes, address: tuple[str, int]) -> None:
        """Send, or let it be lost: whoever waits for the answer knows what a loss is."""
        if self._transport is not None:
            self._transport.sendto(data, address)
            return
        try:
            self._socket.sendto(data, address)
        except OSError:
            return

    def close(self) -> None:
        """Listen no more."""
        if self._transport is not None:
            self._transport.abort()
            return
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()


async def by_tcp(address: str, port: int, data: bytes, ends_at: float) -> bytes:
    """The answer to one question, b"" without."""
    writer = None
    try:
        async with asyncio.timeout_at(ends_at):
            reader, writer = await asyncio.open_connection(address, port)
            writer.write(len(data).to_bytes(2, "big") + data)
            size = int.from_bytes(await reader.readexactly(2), "big")
            return await reader.readexactly(size)
    except (TimeoutError, OSError, EOFError):
        return b""
    finally:
        if writer is not None:
            writer.transport.abort()


def identifiers() -> Iterator[int]:
    """Random 16-bit numbers, drawn from the system in blocks."""
    while True:
        block = os.urandom(8192)
        for at in range(0, 8192, 2):
            yield block[at] << 8 | block[at + 1]
