"""Which ports of an address accept a connection."""

import asyncio
import socket

import pytest

from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.ports import open_ports
from rempart.engines.exposure.seen.common import Reach
from support.gates import OpenGate
from support.loopback import free_port
from support.parts import LOOPBACK
from support.web_servers import dial

pytestmark = pytest.mark.allow_hosts(LOOPBACK)


class ClosedGate(OpenGate):
    """A gate that refuses one port."""

    def __init__(self, refused: int) -> None:
        super().__init__()
        self.refused = refused

    async def enter(self, address: str, port: int, transport: str = "tcp") -> None:
        if port == self.refused:
            raise NotReached(Reach.OUTSIDE, "Hors du périmètre.")
        await super().enter(address, port, transport)


def test_open_closed_and_refused_ports_are_told_apart_and_nothing_is_said() -> None:
    closed, outside = free_port(), free_port()
    gate = ClosedGate(outside)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        asked = open_ports("127.0.0.1", [closed, outside, port, port], dial=dial(gate))
        found = dict(asyncio.run(asked))
        link, _ = server.accept()
        with link:
            assert link.recv(100) == b""
    wanted = {port: Reach.ANSWERED, closed: Reach.CLOSED, outside: Reach.OUTSIDE}
    assert found == wanted
    assert outside not in {p for _, p in gate.entered}


def test_many_ports_are_tried_at_once_and_given_in_order() -> None:
    ports = range(40000, 40400)
    found = asyncio.run(open_ports("127.0.77.9", ports, dial=dial()))
    assert [port for port, _ in found] == list(ports)
    assert {reach for _, reach in found} == {Reach.CLOSED}
