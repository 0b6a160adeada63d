"""Which ports of an address accept a connection."""

import asyncio
from collections.abc import Generator, Iterable
from typing import Final

from rempart.engines.exposure.dial import Dial, NotReached
from rempart.engines.exposure.seen.common import Reach

AT_ONCE: Final = 64
"""Connections of one address waiting at once here; the gate of the sweep holds a host to fewer."""


async def open_ports(address: str, ports: Iterable[int], *, dial: Dial) -> list[tuple[int, Reach]]:
    """(port, reach) for each port, in order: ANSWERED when it accepts, CLOSED when it refuses, else why it is not known.

    A port that lets the request die (SILENT) is neither open nor closed: a filter stands there, or a loss.
    """
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(port: int) -> tuple[int, Reach]:
        async with limit:
            try:
                return port, await dial.converse(address, port, _nothing(), seconds=0.001)
            except NotReached as fault:
                return port, fault.reach

    return list(await asyncio.gather(*(one(port) for port in sorted(set(ports)))))


def _nothing() -> Generator[bytes, bytes, Reach]:
    """A dialogue that is over as soon as the connection is there."""
    yield from ()
    return Reach.ANSWERED
