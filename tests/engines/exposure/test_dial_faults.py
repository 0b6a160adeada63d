"""Connections that fail in ways that no server on loopback can be asked for."""

import asyncio
import errno
import ssl
from collections.abc import Coroutine

import pytest

from rempart.engines.exposure import dial
from rempart.engines.exposure.dial import Dial, Dialogue, Link, NotReached
from rempart.engines.exposure.seen.common import Reach
from support.gates import OpenGate


class Failing:
    """Both ends of a stream, whose every wait ends on one fault."""

    def __init__(self, fault: BaseException) -> None:
        self.fault = fault

    def write(self, data: bytes) -> None:
        """Bytes are taken, and go nowhere."""

    async def read(self, most: int) -> bytes:
        raise self.fault

    async def drain(self) -> None:
        raise self.fault

    async def start_tls(self, context: ssl.SSLContext, server_hostname: str | None) -> None:
        raise self.fault


class Told:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.all: list[tuple[Reach, bool]] = []

    def __call__(self, address: str, port: int, reach: Reach, *, connected: bool) -> None:
        self.all.append((reach, connected))


def link(fault: BaseException) -> Link:
    end = Failing(fault)
    return Link(end, end, OpenGate(), "192.0.2.1", 1e12, 100)  # type: ignore[arg-type]


def not_reached(what: Coroutine[object, object, object]) -> NotReached:
    with pytest.raises(NotReached) as raised:
        asyncio.run(what)  # type: ignore[arg-type]
    assert raised.value.reason.endswith(".")
    return raised.value


@pytest.mark.parametrize(
    ("fault", "reach"), [(TimeoutError(), Reach.SILENT), (ConnectionResetError(), Reach.BROKEN)]
)
def test_a_connection_that_is_lost_says_how(fault: OSError, reach: Reach) -> None:
    one = link(fault)
    assert not_reached(one.send(b"bonjour")).reach is reach
    assert not_reached(one.receive()).reach is reach
    assert not_reached(one.start_tls(ssl.create_default_context())).reach is reach


class Pieces(Failing):
    """A reader that gives its pieces, then the end."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__(TimeoutError())
        self.pieces = list(pieces)

    async def read(self, most: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def test_bytes_that_come_in_pieces_are_put_together_and_their_lack_is_said() -> None:
    end = Pieces(b"ab", b"c", b"d")
    one = Link(end, end, OpenGate(), "192.0.2.1", 1e12, 100)  # type: ignore[arg-type]
    assert asyncio.run(one.exactly(3)) == b"abc"
    fault = not_reached(one.exactly(2))
    assert (fault.reach, "au milieu" in fault.reason) == (Reach.BROKEN, True)


def test_a_link_that_receives_more_than_its_bound_is_left() -> None:
    end = Pieces(bytes(101))
    one = Link(end, end, OpenGate(), "192.0.2.1", 1e12, 100)  # type: ignore[arg-type]
    fault = not_reached(one.receive())
    assert (fault.reach, "plus que la limite" in fault.reason) == (Reach.BROKEN, True)


@pytest.mark.parametrize(
    ("fault", "reach", "told"),
    [
        (TimeoutError(), Reach.SILENT, [(Reach.SILENT, False)]),
        (ConnectionRefusedError(), Reach.CLOSED, []),
        (OSError(errno.EMFILE, "too many"), Reach.STOPPED, []),
        (OSError(errno.ENETUNREACH, "no route"), Reach.UNREACHABLE, []),
    ],
)
def test_a_connection_that_is_not_made_gives_its_place_back(
    fault: OSError, reach: Reach, told: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*args: object, **more: object) -> None:
        raise fault

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    gate, heard = OpenGate(), Told()
    assert not_reached(Dial(gate, heard=heard).open("192.0.2.1", 443)).reach is reach
    assert (gate.inside, heard.all) == (0, told)


def test_a_sweep_that_is_cancelled_while_it_connects_gives_its_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def cancelled(*args: object, **more: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "open_connection", cancelled)
    gate = OpenGate()
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Dial(gate).open("192.0.2.1", 443))  # type: ignore[arg-type]
    assert gate.inside == 0


def silence() -> Dialogue[bytes]:
    return (yield b"bonjour")


@pytest.mark.parametrize(
    ("number", "reach"), [(errno.EMFILE, Reach.STOPPED), (errno.EAFNOSUPPORT, Reach.UNREACHABLE)]
)
def test_a_machine_that_makes_no_socket_says_why(
    number: int, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused(dial.socket.socket):
        def __new__(cls, family: int = -1, kind: int = -1, *rest: object, **more: object) -> object:
            raise OSError(number, "refused")

    async def both() -> list[NotReached]:
        monkeypatch.setattr(dial.socket, "socket", Refused)
        door, found = Dial(gate), []
        for what in (door.converse("192.0.2.1", 443, silence()), door.ask("2001:db8::1", 53, b"?")):
            with pytest.raises(NotReached) as raised:
                await what
            found.append(raised.value)
        monkeypatch.undo()
        return found

    gate = OpenGate()
    assert [fault.reach for fault in asyncio.run(both())] == [reach, reach]
    assert gate.inside == 0
