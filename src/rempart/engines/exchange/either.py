"""A framework file of either kind, told apart by what it holds and never by its name."""

from typing import Final

from rempart.engines.exchange.ciso import read_ciso
from rempart.engines.exchange.oscal import read_oscal
from rempart.engines.exchange.reading import ReadFramework, UnreadableFramework

ARCHIVE, DOCUMENT = b"PK\x03\x04", b"%PDF"
MARK: Final = b"\xef\xbb\xbf"


def read_framework(data: bytes) -> list[ReadFramework]:
    """The frameworks of a CISO Assistant library (YAML), or the one of an OSCAL catalog (JSON).

    Raises UnreadableFramework, with what was found and where, for anything else.
    """
    start = data[:256].removeprefix(MARK).lstrip()
    if start.startswith((ARCHIVE, DOCUMENT)):
        raise UnreadableFramework(
            "Ce fichier est un classeur, une archive ou un PDF.",
            expected="Sont lus : une bibliothèque CISO Assistant (.yaml), un catalogue OSCAL (.json).",
            todo="Choisissez le fichier d’origine du référentiel.",
        )
    if not start:
        raise UnreadableFramework("Ce fichier est vide.", todo="Choisissez-en un autre.")
    return [read_oscal(data)] if start.startswith(b"{") else read_ciso(data)
