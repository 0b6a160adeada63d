"""One dialogue over one connection: bounded, given back, and never left waiting."""

import asyncio
import socket
from contextlib import suppress

import pytest
from benchmarks._tls_lab import threaded

from rempart.engines.exposure.dial import Dial, Dialogue, NotReached, ProtocolFault
from rempart.engines.exposure.seen.common import Reach
from support.gates import OpenGate
from support.parts import LOOPBACK
from support.tls_hostile import tarpit

pytestmark = pytest.mark.allow_hosts(LOOPBACK)


def talk(*, greedy: bool = False) -> Dialogue[bytes]:
    """Say hello, and take what comes up to the close; a greedy one goes on waiting after it."""
    got = data = yield b"bonjour"
    while data or greedy:
        data = yield b""
        got += data
    return got


def held(serve: object, dialogue: Dialogue[bytes], **bounds: float) -> tuple[bytes, OpenGate]:
    gate = OpenGate()
    with threaded(serve) as port:
        dial = Dial(gate, connect_seconds=1, seconds=bounds.pop("seconds", 2.0))
        found = asyncio.run(dial.converse("127.0.0.1", port, dialogue, **bounds))  # type: ignore[arg-type]
    return found, gate


def echo(connection: socket.socket) -> None:
    with connection:
        connection.sendall(connection.recv(100).upper())


def flood(connection: socket.socket) -> None:
    with suppress(OSError), connection:
        for _ in range(1000):
            connection.sendall(bytes(65536))


def test_a_dialogue_gives_its_result_and_its_place_back() -> None:
    found, gate = held(echo, talk())
    assert (found, gate.inside) == (b"BONJOUR", 0)


@pytest.mark.parametrize(
    ("serve", "bounds", "reach", "greedy"),
    [
        (flood, {"most_bytes": 100_000}, Reach.BROKEN, False),
        (tarpit, {"seconds": 0.2}, Reach.SILENT, False),
        (echo, {}, Reach.BROKEN, True),
    ],
)
def test_a_peer_that_is_too_long_costs_its_bound(
    serve: object, bounds: dict[str, float], reach: Reach, greedy: bool
) -> None:
    with pytest.raises(NotReached) as raised:
        held(serve, talk(greedy=greedy), **bounds)
    assert raised.value.reach == reach
    assert raised.value.reason.endswith(".")


def test_a_closed_port_gives_its_place_back() -> None:
    gate = OpenGate()
    with threaded(echo) as port:
        pass
    with pytest.raises(NotReached) as raised:
        asyncio.run(Dial(gate).converse("127.0.0.1", port, talk()))
    assert (raised.value.reach, gate.inside) == (Reach.CLOSED, 0)


def test_a_fault_of_the_protocol_comes_through_and_gives_the_place_back() -> None:
    def refuse() -> Dialogue[bytes]:
        data = yield b"bonjour"
        raise ProtocolFault(f"{len(data)} octets qui ne disent rien.")

    gate = OpenGate()
    with threaded(echo) as port, pytest.raises(ProtocolFault, match="7 octets"):
        asyncio.run(Dial(gate).converse("127.0.0.1", port, refuse()))
    assert gate.inside == 0
