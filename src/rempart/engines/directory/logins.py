"""Accounts known by what their login begins with: of synchronization, of single sign-on."""

from typing import Final
from weakref import WeakKeyDictionary

from rempart.engines.directory.identifiers import Beginnings
from rempart.engines.directory.model import Directory

_KNOWN: Final[WeakKeyDictionary[Directory, Beginnings]] = WeakKeyDictionary()


def called(directory: Directory, *starts: str) -> list[int]:
    """Rows whose login, or whose name where the login is not known, begins with one of these lower-case starts."""
    known = _KNOWN.get(directory)
    if known is None:
        texts = list(directory.names)
        for row, values in directory.attributes.get("samaccountname", {}).items():
            texts[row] = values[0]
        known = _KNOWN[directory] = Beginnings(texts)
    return known.places(*starts)
