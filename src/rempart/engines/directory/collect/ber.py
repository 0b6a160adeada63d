"""The part of BER that LDAP uses (RFC 4511 section 5.1): definite lengths, primitive strings.

Written here rather than taken from a general ASN.1 library because a collection decodes tens of millions of values,
and because every length comes from the network and must be checked against the bytes that are there.
"""

from collections.abc import Iterator
from typing import Final

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
OCTETS: Final = 0x04
ENUMERATED: Final = 0x0A
SEQUENCE: Final = 0x30
SET: Final = 0x31


class MalformedError(ValueError):
    """Bytes that are not the BER that LDAP allows."""


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """An INTEGER or ENUMERATED in two's complement, shortest form."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool) -> bytes:
    """A BOOLEAN as LDAP wants it: FF for true."""
    return tlv(BOOLEAN, b"\xff" if value else b"\x00")


def octets(value: bytes | str, tag: int = OCTETS) -> bytes:
    """An OCTET STRING; text is UTF-8."""
    return tlv(tag, value.encode("utf-8") if isinstance(value, str) else value)


def sequence(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    """A SEQUENCE (or another constructed type) of encoded parts."""
    return tlv(tag, b"".join(parts))


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at `at`; `end` bounds it. Raises `MalformedError`."""
    if at + 2 > end:
        raise MalformedError("element cut short")
    tag, size = data[at], data[at + 1]
    start = at + 2
    if size >= 0x80:
        count = size & 0x7F
        start += count
        if not 1 <= count <= 4 or start > end:
            raise MalformedError("length of an unsupported form")
        size = int.from_bytes(data[at + 2 : start], "big")
    if start + size > end:
        raise MalformedError("element longer than what holds it")
    return tag, start, start + size


def elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The elements that follow each other between `at` and `end`. Raises `MalformedError`."""
    while at < end:
        tag, start, stop = element(data, at, end)
        yield tag, start, stop
        at = stop


def to_integer(data: bytes, start: int, end: int) -> int:
    """An INTEGER or ENUMERATED of at most 8 bytes. Raises `MalformedError`."""
    if not 1 <= end - start <= 8:
        raise MalformedError("integer of an unsupported size")
    return int.from_bytes(data[start:end], "big", signed=True)


def announced(buffer: bytes | bytearray) -> int | None:
    """Whole size of the message that begins `buffer`, or None while its header is not complete."""
    if len(buffer) < 2:
        return None
    if buffer[0] != SEQUENCE:
        raise MalformedError("not an LDAP message")
    size = buffer[1]
    if size < 0x80:
        return size + 2
    count = size & 0x7F
    if not 1 <= count <= 4:
        raise MalformedError("length of an unsupported form")
    if len(buffer) < 2 + count:
        return None
    return int.from_bytes(buffer[2 : 2 + count], "big") + 2 + count
