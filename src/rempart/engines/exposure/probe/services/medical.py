"""DICOM: one association for the verification service, one C-ECHO, then the release. Nothing is stored nor read."""

import struct
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from rempart.engines.exposure.dial import NotReached, ProtocolFault
from rempart.engines.exposure.probe.services.talk import LONGEST, Feed, Heard, Talk, plain, unpack

CALLED, CALLING = b"ANY-SCP", b"REMPART"
_APPLICATION: Final = b"1.2.840.10008.3.1.1.1"
_VERIFICATION: Final = b"1.2.840.10008.1.1"
_IMPLICIT: Final = b"1.2.840.10008.1.2"
_OURS: Final = b"2.25.329800735698586629295641978511506172918"
_ACCEPT, _REJECT, _DATA, _RELEASE, _RELEASED, _ABORT = 2, 3, 4, 5, 6, 7


def dicom() -> Talk:
    """Whether an imaging server accepts an association from anyone, and answers to C-ECHO."""
    feed = Feed()
    kind, body = yield from _unit(feed, association())
    if kind == _REJECT:
        return Heard("dicom", details={"association": "rejected", "cause": read_rejection(body)})
    if kind == _ABORT:
        return Heard("dicom", details={"association": "aborted"})
    if kind != _ACCEPT:
        raise ProtocolFault("La réponse n’est pas celle d’un serveur DICOM.")
    accepted = read_acceptance(body)
    details = {"association": "accepted", "implementation": accepted.implementation}
    # What comes after the acceptance may fail: an association that was accepted stays so.
    step = "echo"
    try:
        if accepted.can_echo:
            kind, body = yield from _unit(feed, echo())
            details["echo"] = "yes" if kind == _DATA and read_echo(body) else "no"
        step = "release"
        if kind != _ABORT:
            yield from _unit(feed, struct.pack(">BBI4x", _RELEASE, 0, 4))
    except (ProtocolFault, NotReached):
        details[step] = "no"
    return Heard("dicom", banner=accepted.implementation, details=details)


def association() -> bytes:
    """An A-ASSOCIATE-RQ for the verification service alone."""

    def item(kind: int, value: bytes) -> bytes:
        return struct.pack(">BBH", kind, 0, len(value)) + value

    context = b"\x01\0\0\0" + item(0x30, _VERIFICATION) + item(0x40, _IMPLICIT)
    user = item(0x51, struct.pack(">I", 16384)) + item(0x52, _OURS) + item(0x55, b"REMPART")
    body = struct.pack(">HH16s16s32x", 1, 0, CALLED.ljust(16), CALLING.ljust(16))
    body += item(0x10, _APPLICATION) + item(0x20, context) + item(0x50, user)
    return struct.pack(">BBI", 1, 0, len(body)) + body


def echo() -> bytes:
    """A P-DATA-TF that holds one C-ECHO-RQ, without a data set."""

    def element(group: int, number: int, value: bytes) -> bytes:
        return struct.pack("<HHI", group, number, len(value)) + value

    command = element(0, 2, _VERIFICATION + b"\0" * (len(_VERIFICATION) % 2))
    command += element(0, 0x100, b"\x30\0") + element(0, 0x110, b"\x01\0")
    command += element(0, 0x800, b"\x01\x01")
    command = element(0, 0, struct.pack("<I", len(command))) + command
    value = struct.pack(">IBB", 2 + len(command), 1, 3) + command
    return struct.pack(">BBI", _DATA, 0, len(value)) + value


def _unit(feed: Feed, to_send: bytes) -> Generator[bytes, bytes, tuple[int, bytes]]:
    kind, _, size = unpack(">BBI", (yield from feed.exactly(6, to_send)))
    if not 1 <= kind <= 7 or size > LONGEST:
        raise ProtocolFault("La réponse n’est pas celle d’un serveur DICOM.")
    return kind, (yield from feed.exactly(size))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What an A-ASSOCIATE-AC tells."""

    implementation: str
    can_echo: bool


def read_acceptance(body: bytes) -> Acceptance:
    """The implementation, and whether verification was accepted. Raises ProtocolFault."""
    if len(body) < 68:
        raise ProtocolFault("Acceptation DICOM trop courte.")
    identifier, version, can_echo, has_context = "", "", False, False
    for kind, value in _items(body, 68):
        if kind == 0x21 and len(value) >= 3:
            can_echo, has_context = can_echo or value[2] == 0, True
        elif kind == 0x50:
            for inner, said in _items(value, 0):
                if inner == 0x52:
                    identifier = plain(said, 64)
                elif inner == 0x55:
                    version = plain(said, 16)
    if not has_context:
        raise ProtocolFault("Acceptation DICOM sans la réponse à ce qui était proposé.")
    return Acceptance(f"{version} {identifier}".strip(), can_echo)


def _items(body: bytes, at: int) -> Generator[tuple[int, bytes], None, None]:
    while at + 4 <= len(body):
        kind, _, size = unpack(">BBH", body, at)
        yield kind, body[at + 4 : at + 4 + size]
        at += 4 + size


def read_rejection(body: bytes) -> str:
    """Why an association was refused, French."""
    if len(body) < 4:
        raise ProtocolFault("Refus DICOM trop court.")
    causes = {
        (1, 3): "notre nom d’application n’est pas dans sa liste",
        (1, 7): "le nom d’application demandé n’est pas le sien",
        (1, 2): "il ne connaît pas ce contexte",
    }
    return causes.get((body[2], body[3]), f"source {body[2]}, cause {body[3]}")


def read_echo(body: bytes) -> bool:
    """Whether a P-DATA-TF holds a C-ECHO-RSP of success. Raises ProtocolFault."""
    size, _, header = unpack(">IBB", body)
    if not header & 1 or size < 2:
        return False
    command, status, at = 0, -1, 6
    while at + 8 <= min(len(body), 4 + size):
        group, number, length = unpack("<HHI", body, at)
        value = body[at + 8 : at + 8 + length]
        if (group, number) == (0, 0x100):
            (command,) = unpack("<H", value)
        elif (group, number) == (0, 0x900):
            (status,) = unpack("<H", value)
        at += 8 + length
    return command == 0x8030 and status == 0
