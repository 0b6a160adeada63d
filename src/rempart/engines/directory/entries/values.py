"""Values as directories give them, on the wire or as collectors print them, turned into text and integers."""

import re
from calendar import timegm
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

from rempart.engines.directory.descriptors import UnreadableDescriptor, sid_text
from rempart.engines.directory.model import NEVER, UNKNOWN

FILETIME_EPOCH: Final = 11_644_473_600
"""Seconds between 1601-01-01 and 1970-01-01."""
_NEVER_EXPIRES = 0x7FFFFFFFFFFFFFFF
_GENERALIZED = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(Z|[+-]\d{4})?$")
_ISO = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$"
)
_SID = re.compile(rb"[Ss]-1-\d{1,15}(?:-\d{1,10})*")
_FAR_YEARS = (2999, 9999)
"""Years by which collectors write "never" (ORADAD and .NET)."""


def text(value: bytes) -> str:
    """UTF-8 text; bytes that are not are replaced, never refused."""
    return value.decode("utf-8", "replace")


def integer(value: bytes) -> int | None:
    """A decimal integer of 64 bits, or None. `0x…` is read too, because collectors print flags so."""
    try:
        number = int(value, 16) if value[:2].lower() == b"0x" else int(value)
    except ValueError:
        return None
    return number if -_NEVER_EXPIRES <= number <= _NEVER_EXPIRES else None


def boolean(value: bytes) -> str:
    """TRUE or FALSE, whatever the spelling (TRUE, True, 1)."""
    return "TRUE" if value.strip().lower() in (b"true", b"1") else "FALSE"


def instant(value: bytes) -> int:
    """Unix seconds of a date: FILETIME in decimal, GeneralizedTime, or ISO 8601 with a space or a T.

    0 and "the end of times" give NEVER; what is no date gives UNKNOWN. A date without a zone is UTC.
    """
    if value.isdigit() and len(value) not in (14, 12) and len(value) < 20:
        ticks = int(value)
        if ticks in (0, _NEVER_EXPIRES):
            return NEVER
        if ticks > _NEVER_EXPIRES:
            return UNKNOWN
        return max(ticks // 10_000_000 - FILETIME_EPOCH, NEVER)
    return _dated(value)


@lru_cache(maxsize=65536)
def _dated(value: bytes) -> int:
    found = _GENERALIZED.match(value) or _ISO.match(value.strip())
    if not found:
        return UNKNOWN
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if year in _FAR_YEARS or year < 1970:
        return NEVER
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return UNKNOWN
    zone = (found.group(7) or b"Z").replace(b":", b"")
    shift = 0
    if zone != b"Z":
        shift = (int(zone[1:3]) * 3600 + int(zone[3:5]) * 60) * (-1 if zone[:1] == b"-" else 1)
    return timegm((year, month, day, hour, minute, second)) - shift


def expiry(value: bytes) -> str:
    """A date as FILETIME in decimal text, whatever its form was; 0 means never."""
    if value.isdigit() and len(value) != 14:
        return value.decode("ascii")
    seconds = instant(value)
    if seconds == UNKNOWN:
        return text(value)
    return str((seconds + FILETIME_EPOCH) * 10_000_000) if seconds != NEVER else "0"


def sid(value: bytes) -> str:
    """`S-1-…` of a SID in binary or in text; "" when it is neither."""
    if value[:2] in (b"S-", b"s-"):
        found = _SID.fullmatch(value.strip())
        return value.strip().decode("ascii").upper() if found else ""
    try:
        return sid_text(value)
    except UnreadableDescriptor:
        return ""


def guid(value: bytes) -> str:
    """A GUID in upper case without braces, from its 16 bytes or its text; "" when it is neither."""
    try:
        if len(value) == 16:
            return str(UUID(bytes_le=value)).upper()
        return str(UUID(value.decode("ascii").strip("{} "))).upper()
    except (ValueError, UnicodeDecodeError):
        return ""


def hexadecimal(value: bytes) -> str:
    """Binary as hexadecimal, upper case."""
    return value.hex().upper()


def fingerprint(value: bytes) -> str:
    """What tells one long value from another, where how many there are matters more than what they are."""
    return sha256(value).hexdigest()[:16]


def descriptor_bytes(value: bytes) -> bytes:
    """A descriptor in binary, from binary or from hexadecimal text (ORADAD)."""
    if value[:2] == b"01" and len(value) % 2 == 0:
        try:
            return bytes.fromhex(value.decode("ascii"))
        except (ValueError, UnicodeDecodeError):
            return value
    return value


def linked_dn(value: bytes) -> str:
    """The DN of a value of syntax DN, DN-Binary (`B:8:…:dn`) or DN-String (`S:3:…:dn`)."""
    written = text(value)
    if written[:2] in ("B:", "S:"):
        _, length, rest = (written.split(":", 2) + ["", ""])[:3]
        if length.isdigit():
            return rest[int(length) + 1 :]
    return written


def rdn_value(dn: str) -> str:
    """The value of the first component of a DN, without escapes: `CN=Le\\, Goff,OU=x` gives `Le, Goff`."""
    first, _ = split_dn(dn)
    value = first.partition("=")[2]
    if "\\" not in value:
        return value
    value = re.sub(r"((?:\\[0-9a-fA-F]{2})+)", _unhex, value)
    return re.sub(r"\\(.)", r"\1", value)


def _unhex(found: re.Match[str]) -> str:
    return bytes.fromhex(found.group(1).replace("\\", "")).decode("utf-8", "replace")


def split_dn(dn: str) -> tuple[str, str]:
    """(first component, parent DN) of a DN; escaped commas do not split."""
    at = dn.find(",")
    while at > 0 and _escaped(dn, at):
        at = dn.find(",", at + 1)
    return (dn, "") if at < 0 else (dn[:at], dn[at + 1 :])


def _escaped(dn: str, at: int) -> bool:
    slashes = 0
    while at - slashes > 0 and dn[at - slashes - 1] == "\\":
        slashes += 1
    return slashes % 2 == 1
