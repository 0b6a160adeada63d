"""LDAP messages (RFC 4511): the five requests that a collection sends, and what comes back.

There is no request that writes here (modify, add, delete, modify DN), so that the collector cannot send one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from rempart.engines.directory.collect import ber

START_TLS: Final = "1.3.6.1.4.1.1466.20037"
PAGED: Final = "1.2.840.113556.1.4.319"
SD_FLAGS: Final = "1.2.840.113556.1.4.801"
DOMAIN_SCOPE: Final = "1.2.840.113556.1.4.1339"

OWNER_GROUP_DACL: Final = 7
"""Flags of SD_FLAGS (MS-ADTS 3.1.1.3.4.1.11): without the SACL bit, which only administrators may read."""


class Tag(IntEnum):
    """Application tags of the operations."""

    BIND_REQUEST = 0x60
    BIND_RESPONSE = 0x61
    UNBIND_REQUEST = 0x42
    SEARCH_REQUEST = 0x63
    SEARCH_ENTRY = 0x64
    SEARCH_DONE = 0x65
    SEARCH_REFERENCE = 0x73
    EXTENDED_REQUEST = 0x77
    EXTENDED_RESPONSE = 0x78


class Scope(IntEnum):
    """Scope of a search."""

    BASE = 0
    ONE = 1
    SUBTREE = 2


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a request."""

    oid: str
    value: bytes | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """The end of an operation: code, text of the server, and what the operation adds."""

    code: int
    message: str
    credentials: bytes = b""  # serverSaslCreds of a bind
    cookie: bytes = b""  # of the paged results control


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the server: operation, and the bounds of its content within `data`."""

    id: int
    tag: int
    data: bytes
    start: int
    end: int
    controls: tuple[int, int] | None


def request(number: int, operation: bytes, controls: Iterable[Control] = ()) -> bytes:
    """A whole LDAPMessage."""
    coded = b"".join(_control(item) for item in controls)
    return ber.sequence(ber.integer(number), operation, ber.tlv(0xA0, coded) if coded else b"")


def _control(control: Control) -> bytes:
    value = b"" if control.value is None else ber.octets(control.value)
    critical = ber.boolean(True) if control.critical else b""
    return ber.sequence(ber.octets(control.oid), critical, value)


def paged(size: int, cookie: bytes) -> Control:
    """Paged results (RFC 2696)."""
    return Control(PAGED, ber.sequence(ber.integer(size), ber.octets(cookie)), critical=True)


def sd_flags() -> Control:
    """Ask descriptors without their SACL, so that an ordinary account receives them."""
    return Control(SD_FLAGS, ber.sequence(ber.integer(OWNER_GROUP_DACL)), critical=True)


def simple_bind(name: str, password: str) -> bytes:
    """A bind by name and password."""
    return ber.sequence(
        ber.integer(3), ber.octets(name), ber.octets(password, 0x80), tag=Tag.BIND_REQUEST
    )


def sasl_bind(mechanism: str, credentials: bytes) -> bytes:
    """One step of a SASL bind."""
    sasl = ber.sequence(ber.octets(mechanism), ber.octets(credentials), tag=0xA3)
    return ber.sequence(ber.integer(3), ber.octets(""), sasl, tag=Tag.BIND_REQUEST)


def unbind() -> bytes:
    """The end of the conversation."""
    return ber.tlv(Tag.UNBIND_REQUEST, b"")


def start_tls() -> bytes:
    """Ask to go on under TLS (RFC 4511 section 4.14)."""
    return ber.sequence(ber.octets(START_TLS, 0x80), tag=Tag.EXTENDED_REQUEST)


def search(base: str, scope: Scope, filter_: bytes, attributes: Sequence[str]) -> bytes:
    """A search; aliases are not dereferenced, and no limit is set (pages bound each answer)."""
    return ber.sequence(
        ber.octets(base),
        ber.integer(scope, ber.ENUMERATED),
        ber.integer(0, ber.ENUMERATED),
        ber.integer(0),
        ber.integer(0),
        ber.boolean(False),
        filter_,
        ber.sequence(*(ber.octets(name) for name in attributes)),
        tag=Tag.SEARCH_REQUEST,
    )


def present(attribute: str) -> bytes:
    """Filter `(attribute=*)`."""
    return ber.octets(attribute, 0x87)


def equal(attribute: str, value: str | bytes) -> bytes:
    """Filter `(attribute=value)`: built in BER, so no character of the value needs escaping."""
    return ber.sequence(ber.octets(attribute), ber.octets(value), tag=0xA3)


def either(*filters: bytes) -> bytes:
    """Filter `(|…)`."""
    return ber.sequence(*filters, tag=0xA1)


def negation(filter_: bytes) -> bytes:
    """Filter `(!…)`."""
    return ber.sequence(filter_, tag=0xA2)


def parse(data: bytes) -> Message:
    """The envelope of one whole message. Raises `ber.MalformedError`."""
    tag, start, end = ber.element(data, 0, len(data))
    if tag != ber.SEQUENCE or end != len(data):
        raise ber.MalformedError("not an LDAP message")
    tag, a, b = ber.element(data, start, end)
    if tag != ber.INTEGER:
        raise ber.MalformedError("a message without number")
    number = ber.to_integer(data, a, b)
    operation, first, last = ber.element(data, b, end)
    controls = None
    if last < end:
        tag, a, b = ber.element(data, last, end)
        controls = (a, b) if tag == 0xA0 else None
    return Message(number, operation, data, first, last, controls)


def result_of(message: Message) -> Result:
    """LDAPResult of a response. Raises `ber.MalformedError`."""
    data = message.data
    parts = list(ber.elements(data, message.start, message.end))
    if len(parts) < 3 or parts[0][0] != ber.ENUMERATED:
        raise ber.MalformedError("a result without code")
    credentials = next((data[a:b] for tag, a, b in parts[3:] if tag == 0x87), b"")
    text = data[parts[2][1] : parts[2][2]].rstrip(b"\0").decode("utf-8", "replace")
    return Result(ber.to_integer(data, *parts[0][1:]), text, credentials, _cookie(message))


def _cookie(message: Message) -> bytes:
    if message.controls is None:
        return b""
    data = message.data
    for _tag, start, end in ber.elements(data, *message.controls):
        parts = list(ber.elements(data, start, end))
        if not parts or data[parts[0][1] : parts[0][2]] != PAGED.encode():
            continue
        _, a, b = parts[-1]
        _, a, b = ber.element(data, a, b)
        inner = list(ber.elements(data, a, b))
        if len(inner) != 2:
            raise ber.MalformedError("a page without cookie")
        return data[inner[1][1] : inner[1][2]]
    return b""


def entry_of(message: Message) -> tuple[str, dict[str, list[bytes]]]:
    """DN and attributes (lower-case names, as spelled by RFC 4512 options) of an entry. Raises `ber.MalformedError`."""
    data, element = message.data, ber.element
    tag, start, at = element(data, message.start, message.end)
    if tag != ber.OCTETS:
        raise ber.MalformedError("an entry without name")
    dn = data[start:at].decode("utf-8", "replace")
    tag, at, end = element(data, at, message.end)
    attributes: dict[str, list[bytes]] = {}
    while at < end:
        _, inside, at = element(data, at, end)
        _, start, stop = element(data, inside, at)
        name = data[start:stop].decode("ascii", "replace").lower()
        _, value, last = element(data, stop, at)
        values = attributes[name] = []
        while value < last:
            _, start, value = element(data, value, last)
            values.append(data[start:value])
    return dn, attributes
