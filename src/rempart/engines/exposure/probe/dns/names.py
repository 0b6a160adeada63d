"""Names in the form that the wire and DNSSEC use: lower-case labels, each after its length, ended by a zero byte."""

import re
from functools import lru_cache
from typing import Final

from rempart.engines.exposure.dial import ProtocolFault

ROOT: Final = b"\0"
_PRINTABLE: Final = re.compile(rb"[A-Za-z0-9_\-*/+=:~@]+")


@lru_cache(maxsize=16384)
def to_wire(text: str) -> bytes:
    """`www.Exemple.fr` → its canonical bytes; accents become IDNA labels. Raises ProtocolFault when it is no name."""
    text = text.strip().rstrip(".").lower()
    if not text:
        return ROOT
    labels = []
    for label in text.split("."):
        try:
            data = label.encode("ascii") if label.isascii() else label.encode("idna")
        except UnicodeError as fault:
            raise ProtocolFault(f"Nom de domaine impossible : {text[:80]!r}.") from fault
        if not 0 < len(data) <= 63:
            raise ProtocolFault(f"Nom de domaine impossible : {text[:80]!r}.")
        labels.append(bytes([len(data)]) + data)
    wire = b"".join(labels) + ROOT
    if len(wire) > 255:
        raise ProtocolFault("Nom de domaine de plus de 255 octets.")
    return wire


@lru_cache(maxsize=16384)
def to_text(wire: bytes) -> str:
    """Canonical bytes → text without the final dot; "." for the root. Bytes that no host name has become \\ddd."""
    return ".".join(map(_label_text, labels_of(wire))) or "."


def _label_text(label: bytes) -> str:
    if _PRINTABLE.fullmatch(label):
        return label.decode("ascii")
    return "".join(
        chr(byte) if _PRINTABLE.fullmatch(bytes([byte])) else f"\\{byte:03d}" for byte in label
    )


def labels_of(wire: bytes) -> list[bytes]:
    """The labels, from the left, without lengths."""
    found, at = [], 0
    while length := wire[at]:
        found.append(wire[at + 1 : at + 1 + length])
        at += 1 + length
    return found


def parent_of(wire: bytes) -> bytes:
    """The name without its first label; the root is its own parent."""
    return wire[1 + wire[0] :] if wire[0] else wire


def is_under(wire: bytes, zone: bytes) -> bool:
    """Whether a name is `zone` or stands below it."""
    if not wire.endswith(zone):
        return False
    while len(wire) > len(zone):
        wire = wire[1 + wire[0] :]
    return wire == zone


def count_labels(wire: bytes) -> int:
    """How many labels, the root not counted."""
    count, at = 0, 0
    while length := wire[at]:
        count += 1
        at += 1 + length
    return count


@lru_cache(maxsize=8192)
def canonical_key(wire: bytes) -> tuple[bytes, ...]:
    """What sorts names in the order of DNSSEC: labels from the right (RFC 4034 §6.1)."""
    return tuple(labels_of(wire)[::-1])
