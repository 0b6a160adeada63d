"""What a page answers when an act cannot be done: a sentence that says what to do."""

import errno
from typing import Final

from rempart.kernel.errors import RempartError

NO_ROOM: Final = frozenset(
    {errno.ENOSPC, errno.EFBIG, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else [])}
)
# PostgreSQL says it in the language of its server: its code is the same everywhere.
DISK_FULL: Final = "53100"

LAST_RESORT: Final = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{title} · Rempart</title></head>
<body><h1>{title}</h1><p>{found}</p><p><strong>{todo}</strong></p></body></html>
"""


class Refused(RempartError):
    """An act that the rules do not allow now; the view answers 409 or 422 with its sentence."""


class TooLarge(RempartError):
    """More was sent than the server takes; the answer is 413."""


class NoRoom(RempartError):
    """The disk of the server is full; the answer is 507."""

    def __init__(self) -> None:
        super().__init__(
            "Le disque du serveur est plein : rien n’a été enregistré.",
            todo="Prévenez la personne qui exploite Rempart, et recommencez quand elle a fait de la place.",
        )


def is_no_room(fault: BaseException | None) -> bool:
    """Whether a fault says that the disk is full, whoever met it: a file, or the database."""
    if fault is None:
        return False
    if isinstance(fault, OSError):
        return fault.errno in NO_ROOM
    if getattr(fault.__cause__, "sqlstate", "") == DISK_FULL:
        return True
    words = str(fault).lower()
    return "database or disk is full" in words or "no space left on device" in words
