"""Text as it is searched: without accents, case or punctuation."""

import re
import unicodedata
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_DOTS: Final = re.compile(r"\.(?<=\b\w\.)(?=\w\b)")  # begins with its dot: much the quickest
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789\n"


def folded(text: str) -> str:
    """`E.H.P.A.D. « L’Été »` → `ehpad l ete`."""
    return _OTHER.sub(" ", _plain(_undotted(text))).strip()


def folded_lines(texts: list[str]) -> list[str]:
    """`folded` of many texts at once, several times faster; none may hold a line feed."""
    small = _undotted("\n".join(texts)).encode("latin-1", "replace").translate(_KEPT)
    if _RARE in small:
        usual = (t if t.isascii() else _plain(_undotted(t)).replace(".", " ") for t in texts)
        small = _undotted("\n".join(usual)).encode("latin-1", "replace").translate(_KEPT)
    spaced = b"\n%b\n" % small.replace(_RARE, b" ")
    while b"  " in spaced:
        spaced = spaced.replace(b"  ", b" ")
    trimmed = spaced.replace(b"\n ", b"\n").replace(b" \n", b"\n")
    return trimmed[1:-1].decode("ascii").split("\n")


def _undotted(text: str) -> str:
    return _DOTS.sub("", text)


def _plain(text: str) -> str:
    small = text.casefold().replace("œ", "oe").replace("æ", "ae")
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", small))


_BECOME: Final = [_plain(chr(n)) for n in range(256)]
_RARE: Final = b"?"
_KEPT: Final = bytes(
    ord(c if c in _LETTERS else " ") if len(c) == 1 and n != ord("?") else ord(_RARE)
    for n, c in enumerate(_BECOME)
)
"""What each character of Latin-1 becomes when it becomes one letter, one figure or a space; what others do is rare."""
