"""The errors that a user reads: what was found, what was expected, what to do."""

import errno
from typing import Final

_OF_SYSTEM: Final = {
    errno.ENOSPC: "il n’y a plus de place sur le disque",
    errno.EDQUOT if hasattr(errno, "EDQUOT") else -1: "votre part du disque est pleine",
    errno.EROFS: "ce disque est en lecture seule",
    errno.EACCES: "ce compte n’en a pas le droit",
    errno.EPERM: "ce compte n’en a pas le droit",
    errno.EEXIST: "un fichier de ce nom est déjà là",
    errno.ENOENT: "ce fichier ou ce dossier n’existe pas",
    errno.ENOTDIR: "une partie du chemin n’est pas un dossier",
    errno.EISDIR: "c’est un dossier",
    errno.EBUSY: "un autre programme l’utilise",
    errno.EFBIG: "le fichier serait trop grand pour ce disque",
    errno.EIO: "le disque ne répond pas bien",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.ECONNREFUSED: "rien n’écoute à cette adresse",
    errno.EHOSTUNREACH: "aucun chemin n’y mène",
    errno.ENETUNREACH: "aucun chemin n’y mène",
    errno.ETIMEDOUT: "aucune réponse",
}


def system_words(fault: OSError) -> str:
    """What the system says of a file or a connection, in French; in its own words when they are rare."""
    words = _OF_SYSTEM.get(fault.errno or 0, "")
    return words or fault.strerror or str(fault)


class RempartError(Exception):
    """An anticipated failure, worded in French for the person who runs the command.

    Raised by engines and content; the command line prints it and exits with 2.
    """

    def __init__(self, found: str, *, expected: str = "", todo: str = "") -> None:
        self.found = found
        self.expected = expected
        self.todo = todo
        super().__init__(" ".join(part for part in (found, expected, todo) if part))


class UnreadableSource(RempartError):
    """A file, folder or server that cannot be read as a directory collection."""


class InvalidContent(RempartError):
    """A content file that does not respect its schema or its examples."""
