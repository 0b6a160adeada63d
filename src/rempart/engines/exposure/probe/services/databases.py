"""Databases and stores: the first words of each, before any account is named."""

import re
import struct
from typing import Final

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.services.talk import Feed, Heard, Talk, plain, unpack

_POSTGRES_TLS: Final = struct.pack(">II", 8, 80877103)
_MONGO_OPS: Final = (1, 2013)
_TNS_KINDS: Final = frozenset({2, 4, 5, 11})


def mysql() -> Talk:
    """The version that MySQL or MariaDB says first, or the refusal of our address."""
    feed = Feed()
    size = int.from_bytes((yield from feed.exactly(4))[:3], "little")
    if not 1 <= size <= 4096:
        raise ProtocolFault("Ce n’est pas du MySQL : longueur de paquet impossible.")
    banner, details = read_mysql((yield from feed.exactly(size)))
    return Heard("mysql", banner=banner, details=details)


def read_mysql(packet: bytes) -> tuple[str, dict[str, str]]:
    """Version (or the server's refusal) and what the greeting tells. Raises ProtocolFault."""
    (kind,) = unpack(">B", packet)
    if kind == 0xFF:
        (code,) = unpack("<H", packet, 1)
        return plain(packet[3:]), {"refused": str(code)}
    end = packet.find(b"\0", 1)
    if kind not in {9, 10} or end < 0:
        raise ProtocolFault("La salutation n’est pas celle de MySQL.")
    version = plain(packet[1:end], 100)
    details = {}
    place = end + 1 + 4 + 8 + 1  # thread, salt, filler
    if len(packet) >= place + 2:
        details["tls"] = "yes" if unpack("<H", packet, place)[0] & 0x0800 else "no"
    return version, details


def postgres() -> Talk:
    """Whether PostgreSQL answers, and offers TLS: the question that comes before any name."""
    feed = Feed()
    said = yield from feed.exactly(1, _POSTGRES_TLS)
    if said not in {b"S", b"N", b"E"}:
        raise ProtocolFault(f"Ce n’est pas du PostgreSQL : {plain(said, 20)}")
    return Heard("postgresql", details={"tls": "yes" if said == b"S" else "no"})


def mssql() -> Talk:
    """The version of SQL Server and what it says of encryption, in the exchange before login."""
    feed = Feed()
    options = prelogin()
    header = yield from feed.exactly(8, options)
    kind, _, size = unpack(">BBH", header)
    if kind != 4 or not 8 < size <= 4096:
        raise ProtocolFault(f"Ce n’est pas du SQL Server : {plain(header, 20)}")
    version, encryption = read_prelogin((yield from feed.exactly(size - 8)))
    return Heard("mssql", banner=version, details={"version": version, "encryption": encryption})


def prelogin() -> bytes:
    """A PRELOGIN packet: version, encryption, instance, thread."""
    fields = ((0, bytes(6)), (1, b"\x02"), (2, b"\0"), (3, bytes(4)))
    place, table, data = 5 * len(fields) + 1, b"", b""
    for token, value in fields:
        table += struct.pack(">BHH", token, place + len(data), len(value))
        data += value
    body = table + b"\xff" + data
    return struct.pack(">BBHHBB", 0x12, 1, 8 + len(body), 0, 1, 0) + body


def read_prelogin(body: bytes) -> tuple[str, str]:
    """(version « 15.0.2000 », encryption) of a PRELOGIN answer. Raises ProtocolFault."""
    version, encryption, at = "", "", 0
    while at < len(body) and body[at] != 0xFF:
        token, place, size = unpack(">BHH", body, at)
        if token == 0 and size >= 4:
            major, minor, build = unpack(">BBH", body, place)
            version = f"{major}.{minor}.{build}"
        elif token == 1 and size == 1:
            said = unpack(">B", body, place)[0]
            encryption = {0: "off", 1: "on", 2: "unsupported", 3: "required"}.get(said, "")
        at += 5
    if not version:
        raise ProtocolFault("La réponse ne donne pas de version de SQL Server.")
    return version, encryption


def oracle() -> Talk:
    """Whether a listener of Oracle answers to a question without a service name."""
    feed = Feed()
    asked = b"(CONNECT_DATA=(COMMAND=ping))"
    head = struct.pack(
        ">HHHHHHHHHHIB", 0x0136, 0x012C, 0, 2048, 0x7FFF, 0x7F08, 0, 1, len(asked), 58, 0, 0
    )
    body = head.ljust(50, b"\0") + asked
    message = struct.pack(">HHBBH", 8 + len(body), 0, 1, 0, 0) + body
    header = yield from feed.exactly(8, message)
    size, _, kind = unpack(">HHB", header)
    if kind not in _TNS_KINDS or not 8 <= size <= 8192:
        raise ProtocolFault(f"Ce n’est pas un écouteur Oracle : {plain(header, 20)}")
    said = plain((yield from feed.exactly(size - 8)))
    number = re.search(r"VSNNUM=(\d{6,12})", said)
    details = {"version": oracle_version(int(number[1]))} if number else {}
    return Heard("oracle", banner=said, details=details)


def oracle_version(number: int) -> str:
    """« 19.0.0.0.0 » of the number that a listener gives."""
    if number >> 24 >= 18:
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 12 & 15}.{number >> 8 & 15}.{number & 255}"
    return (
        f"{number >> 24}.{number >> 20 & 15}.{number >> 12 & 255}.{number >> 8 & 15}.{number & 255}"
    )


def redis() -> Talk:
    """Whether Redis answers PING without a password. Nothing else is asked."""
    feed = Feed()
    line = yield from feed.line(b"PING\r\n")
    if line == b"+PONG":
        return Heard("redis", banner="+PONG", details={"open": "yes"})
    if line.startswith((b"-NOAUTH", b"-DENIED", b"-ERR")):
        return Heard("redis", banner=plain(line), details={"open": "no"})
    raise ProtocolFault(f"Ce n’est pas du Redis : {plain(line, 60)}")


def memcached() -> Talk:
    """The version of Memcached, which it gives to anyone or to nobody."""
    feed = Feed()
    line = yield from feed.line(b"version\r\n")
    if not line.startswith((b"VERSION ", b"CLIENT_ERROR unauthenticated")):
        raise ProtocolFault(f"Ce n’est pas du Memcached : {plain(line, 60)}")
    is_open = line.startswith(b"VERSION ")
    return Heard("memcached", banner=plain(line), details={"open": "yes" if is_open else "no"})


def mongodb() -> Talk:
    """Whether MongoDB answers `hello`, which needs no account: its data are not asked for."""
    feed = Feed()
    document = bson(b"\x10hello\0\x01\0\0\0" + b"\x02$db\0" + struct.pack("<I", 6) + b"admin\0")
    message = struct.pack("<IIII", 16 + 5 + len(document), 1, 0, 2013) + bytes(5) + document
    header = yield from feed.exactly(16, message)
    size, _, answers, operation = unpack("<IIII", header)
    if operation not in _MONGO_OPS or answers != 1 or not 16 < size <= 65536:
        raise ProtocolFault(f"Ce n’est pas du MongoDB : {plain(header, 20)}")
    details = read_hello((yield from feed.exactly(size - 16)))
    return Heard("mongodb", details=details)


def bson(elements: bytes) -> bytes:
    """A BSON document of elements already written."""
    return struct.pack("<I", 5 + len(elements)) + elements + b"\0"


def read_hello(body: bytes) -> dict[str, str]:
    """The wire version of an answer to `hello`, which tells the release. Raises ProtocolFault."""
    place = body.find(b"\x10maxWireVersion\0")
    if place < 0:
        raise ProtocolFault("La réponse n’est pas celle de MongoDB.")
    return {"wire": str(unpack("<I", body, place + 16)[0])}


def mqtt() -> Talk:
    """Whether an MQTT broker lets anyone in: an empty connection, ended at once."""
    feed = Feed()
    identifier = b"rempart-audit"
    body = b"\0\x04MQTT\x04\x02\0\x05" + struct.pack(">H", len(identifier)) + identifier
    kind, size, _, code = yield from feed.exactly(4, bytes([0x10, len(body)]) + body)
    if kind != 0x20 or size != 2:
        raise ProtocolFault("Ce n’est pas du MQTT.")
    if code == 0:
        yield b"\xe0\x00"
    return Heard("mqtt", details={"open": "yes" if code == 0 else "no", "code": str(code)})
