"""Values of SharpHound, whatever the version dresses them in."""

from typing import Any, Final

import numpy as np

from rempart.engines.directory.columns import Cells, cells_of
from rempart.engines.directory.model import UNKNOWN

LATEST: Final = 253_402_300_799
"""The last second of the year 9999: a later date is no date."""
_ENCRYPTION_NAMES: Final = {
    "DES-CBC-CRC": 0x1,
    "DES-CBC-MD5": 0x2,
    "RC4-HMAC-MD5": 0x4,
    "AES128-CTS-HMAC-SHA1-96": 0x8,
    "AES256-CTS-HMAC-SHA1-96": 0x10,
}


def when(value: Any) -> int:
    """A date of SharpHound: Unix seconds; -1 and 0 mean never; absent, unknown."""
    if type(value) is int:
        seconds = value
    elif value is None or isinstance(value, bool):
        return UNKNOWN
    else:
        try:
            seconds = int(value)
        except (TypeError, ValueError, OverflowError):
            return UNKNOWN
    if seconds > LATEST:
        return UNKNOWN
    return seconds if seconds > 0 else 0


def dates(values: list[Any]) -> Cells:
    """`when` of many values; those of one type are read together."""
    types = set(map(type, values))
    if types <= {int, type(None)}:
        if None in values:
            values = [LATEST + 1 if value is None else value for value in values]
        try:
            seconds = cells_of(values)
        except OverflowError:
            return cells_of([when(value) for value in values])
        return np.where(seconds > LATEST, UNKNOWN, np.maximum(seconds, 0))
    return cells_of([when(value) for value in values])


def truth(value: Any) -> bool | None:
    """A flag, whatever its dress."""
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(value.lower())
    return None if value is None else bool(value)


def encryption_types(value: Any) -> int:
    """msDS-SupportedEncryptionTypes as an integer, from a number or a list of names; UNKNOWN when absent."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value & 0x7FFFFFFF
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return UNKNOWN
    return sum({_ENCRYPTION_NAMES.get(str(v).upper(), 0) for v in value})


def identifier(value: Any) -> str:
    """The id inside a reference: a string, or an object of any version."""
    if isinstance(value, dict):
        value = (
            value.get("ObjectIdentifier") or value.get("MemberId") or value.get("ComputerSID") or ""
        )
    return value.upper() if isinstance(value, str) else ""


def listed(value: Any) -> list[Any]:
    """The items of what should be a list; none when it is anything else."""
    return value if isinstance(value, list) else []


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of what should be a list of objects."""
    return [item for item in listed(value) if isinstance(item, dict)]
