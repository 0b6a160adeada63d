"""Hand-made servers of TLS: they answer a hello with what one wants, and never go further.

They say what a real server says once and not when asked: the tests of the probe choose their words.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
REFUSED = b"\x15\x03\x03\x00\x02\x02\x28"  # a fatal alert: handshake_failure


@dataclass(frozen=True, slots=True)
class Chooser:
    """Takes the first of its suites that is offered, in one version; a refusal for all else."""

    version: int = 0x0303
    suites: Sequence[int] = (0x009C, 0x009D)
    compression: int = 0
    extensions: bytes = b"\xff\x01\x00\x01\x00"
    groups: Sequence[int] = ()  # TLS 1.3 only
    versions: Sequence[int] = field(default=())  # several, for servers that let one go down

    def serve(self, connection: socket.socket) -> None:
        """Answer one hello."""
        with suppress(OSError), connection:
            connection.settimeout(3)
            connection.sendall(self.answer(received(connection)))

    def answer(self, hello: bytes) -> bytes:
        """The bytes that answer a hello."""
        asked, offered, more = read_hello(hello)
        if 43 in more:
            asked = 0x0304
        if asked not in (self.versions or (self.version,)):
            return REFUSED
        chosen = [suite for suite in self.suites if suite in offered]
        if not chosen:
            return REFUSED
        if asked != 0x0304:
            return server_hello(asked, b"\x11" * 32, chosen[0], self.compression, self.extensions)
        listed = more.get(10, b"\x00\x00")[2:]
        groups = [int.from_bytes(listed[at : at + 2]) for at in range(0, len(listed), 2)]
        group = next((one for one in self.groups if one in groups), None)
        if group is None:
            return REFUSED
        share = b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02" + group.to_bytes(2)
        return server_hello(0x0303, RETRY, chosen[0], 0, share)


def received(connection: socket.socket) -> bytes:
    """One whole record, or what came of it."""
    data = connection.recv(5)
    while len(data) >= 5 and len(data) < 5 + int.from_bytes(data[3:5]):
        more = connection.recv(65536)
        if not more:
            break
        data += more
    return data


def read_hello(record: bytes) -> tuple[int, list[int], dict[int, bytes]]:
    """Version, suites and extensions of a ClientHello; version 0 for what is none."""
    if record[:1] != b"\x16":
        return 0, [], {}
    body = record[9:]
    version, at = int.from_bytes(body[:2]), 35 + body[34]
    size = int.from_bytes(body[at : at + 2])
    block = body[at + 2 : at + 2 + size]
    suites = [int.from_bytes(block[i : i + 2]) for i in range(0, size, 2)]
    at += 2 + size
    at += 1 + body[at] + 2
    more: dict[int, bytes] = {}
    while at + 4 <= len(body):
        kind, length = int.from_bytes(body[at : at + 2]), int.from_bytes(body[at + 2 : at + 4])
        more[kind] = body[at + 4 : at + 4 + length]
        at += 4 + length
    return version, suites, more


def server_hello(
    version: int, random: bytes, suite: int, compression: int, extensions: bytes
) -> bytes:
    """The record of a ServerHello."""
    body = version.to_bytes(2) + random + b"\x00" + suite.to_bytes(2) + bytes([compression])
    body += len(extensions).to_bytes(2) + extensions
    message = b"\x02" + len(body).to_bytes(3) + body
    return b"\x16\x03\x03" + len(message).to_bytes(2) + message
