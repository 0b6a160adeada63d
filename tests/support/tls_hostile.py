"""Servers that do not want the probe to end: each takes one connection at a time in a thread, and stops with the test."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress

from support.tls_choosers import Chooser, received, server_hello

Serve = Callable[[socket.socket], None]
HELLO = server_hello(0x0303, b"\x22" * 32, 0x009C, 0, b"\xff\x01\x00\x01\x00")
PATIENCE = 8.0  # seconds that a server holds a connection: more than any test waits


def hold(connection: socket.socket) -> None:
    """Wait until the other side leaves."""
    connection.settimeout(PATIENCE)
    with suppress(OSError):
        while connection.recv(65536):
            pass


def tarpit(connection: socket.socket) -> None:
    """Takes the connection, and says nothing."""
    with connection:
        hold(connection)


def drip(connection: socket.socket) -> None:
    """Begins a ServerHello, one byte at a time, and never ends it."""
    with suppress(OSError), connection:
        received(connection)
        until = time.monotonic() + PATIENCE
        for byte in HELLO:
            if time.monotonic() > until:
                return
            connection.sendall(bytes([byte]))
            time.sleep(0.2)


def slow_after_hello(connection: socket.socket) -> None:
    """Chooses, then never sends the rest of its flight."""
    with suppress(OSError), connection:
        received(connection)
        connection.sendall(HELLO)
        hold(connection)


def endless(connection: socket.socket) -> None:
    """Sends handshake messages for ever."""
    with suppress(OSError), connection:
        received(connection)
        connection.sendall(HELLO)
        message = b"\x04" + (1000).to_bytes(3) + bytes(1000)
        for _ in range(100_000):
            connection.sendall(b"\x16\x03\x03" + len(message).to_bytes(2) + message)


def huge_certificate(connection: socket.socket) -> None:
    """Announces a certificate of ten megabytes, and sends it."""
    with suppress(OSError), connection:
        received(connection)
        size = 10 * 1024 * 1024
        head = b"\x0b" + (size + 6).to_bytes(3) + (size + 3).to_bytes(3) + size.to_bytes(3)
        connection.sendall(HELLO + b"\x16\x03\x03\x40\x00" + head + bytes(0x4000 - len(head)))
        for _ in range(640):
            connection.sendall(b"\x16\x03\x03\x40\x00" + bytes(0x4000))


def wrong_length(connection: socket.socket) -> None:
    """A record that says 65 535 bytes."""
    with suppress(OSError), connection:
        received(connection)
        connection.sendall(b"\x16\x03\x03\xff\xff" + bytes(100))
        hold(connection)


def lying_hello(connection: socket.socket) -> None:
    """A ServerHello whose extensions go past its end."""
    with suppress(OSError), connection:
        received(connection)
        body = b"\x03\x03" + bytes(33) + b"\x00\x9c\x00\xff\xff\x00\x01"
        message = b"\x02" + len(body).to_bytes(3) + body
        connection.sendall(b"\x16\x03\x03" + len(message).to_bytes(2) + message)


def clear_text(connection: socket.socket) -> None:
    """A web server in clear."""
    with suppress(OSError), connection:
        received(connection)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def garbage(connection: socket.socket) -> None:
    """Bytes of nothing."""
    with suppress(OSError), connection:
        received(connection)
        connection.sendall(bytes(range(255)) * 8)


def rude(connection: socket.socket) -> None:
    """Closes without a word."""
    with suppress(OSError), connection:
        received(connection)


def shy(connection: socket.socket) -> None:
    """An old device, that drops a hello of more than 512 bytes, and takes one common suite and one rare."""
    with suppress(OSError), connection:
        connection.settimeout(3)
        hello = received(connection)
        if len(hello) < 512:
            connection.sendall(Chooser(0x0301, (0x0005, 0x0041)).answer(hello))


def same_choice(connection: socket.socket) -> None:
    """Always chooses the same suite, offered or not."""
    with suppress(OSError), connection:
        received(connection)
        connection.sendall(HELLO)


class Tired:
    """Answers a number of connections as another server would, then closes all others at once, or says nothing."""

    def __init__(self, serve: Serve, most: int, then: Serve) -> None:
        self._serve, self._most, self._then, self._count = serve, most, then, 0

    def __call__(self, connection: socket.socket) -> None:
        self._count += 1
        (self._serve if self._count <= self._most else self._then)(connection)
