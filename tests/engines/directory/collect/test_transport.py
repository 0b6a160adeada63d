"""The socket: cut, late, sealed messages of an absurd size."""

import socket
import time

import pytest

from rempart.engines.directory.collect.transport import (
    MAX_MESSAGE,
    SilentServerError,
    Transport,
    TransportError,
)
from support.parts import LOOPBACK

pytestmark = pytest.mark.allow_hosts(LOOPBACK)


def pair(timeout: float = 2) -> tuple[Transport, socket.socket]:
    """A transport, and the server's end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transport = Transport("127.0.0.1", listener.getsockname()[1], timeout, name="dc1")
        return transport, listener.accept()[0]


def test_a_connection_that_is_closed_is_said() -> None:
    transport, server = pair()
    server.close()
    with pytest.raises(TransportError, match="fermé la connexion"):
        transport.receive()
    transport.close()
    with pytest.raises(TransportError, match="coupée"):
        transport.send(b"x")
    with pytest.raises(TransportError, match="coupée"):
        transport.receive()


def test_a_sealed_message_of_gigabytes_is_refused_before_it_is_read() -> None:
    transport, server = pair()
    transport.seal_with(bytes, bytes)
    with server:
        server.sendall((MAX_MESSAGE + 1).to_bytes(4, "big"))
        with pytest.raises(TransportError, match="annonce un message"):
            transport.receive()
    transport.close()


def test_a_message_that_never_ends_is_late_however_often_bytes_come() -> None:
    transport, server = pair(timeout=0.1)
    transport.seal_with(bytes, lambda data: time.sleep(0.15) or data)  # type: ignore[func-returns-value]
    with server:
        server.sendall(b"\0\0\0\1\x30" * 2)
        with pytest.raises(SilentServerError):
            transport.receive()
    transport.close()
