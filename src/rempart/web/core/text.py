"""Text as it is searched: without accents, case or punctuation."""

import re
import unicodedata
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_DOTS: Final = re.compile(r"\b(\w)\.(?=\w\b)")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789\n"


def folded(text: str) -> str:
    """`E.H.P.A.D. « L’Été »` → `ehpad l ete`."""
    return _OTHER.sub(" ", _plain(_undotted(text))).strip()


def folded_lines(texts: list[str]) -> list[str]:
    """`folded` of many texts at once, several times faster; none may hold a line feed."""
    odd = [n for n, t in enumerate(texts) if "." in t or not t.isascii() and _RARE.search(t)]
    if odd:
        texts = texts.copy()
        for n in odd:
            texts[n] = _plain(_undotted(texts[n]))
    spaced = b"\n%b\n" % "\n".join(texts).encode("latin-1", "replace").translate(_KEPT)
    while b"  " in spaced:
        spaced = spaced.replace(b"  ", b" ")
    trimmed = spaced.replace(b"\n ", b"\n").replace(b" \n", b"\n")
    return trimmed[1:-1].decode("ascii").split("\n")


def _undotted(text: str) -> str:
    return _DOTS.sub(r"\1", text)


def _plain(text: str) -> str:
    small = text.casefold().replace("œ", "oe").replace("æ", "ae")
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", small))


_BECOME: Final = [_plain(chr(n)) for n in range(256)]
_KEPT: Final = bytes(ord(c) if len(c) == 1 and c in _LETTERS else ord(" ") for c in _BECOME)
"""What each character of Latin-1 becomes when it becomes one letter, one figure or a space."""
_RARE: Final = re.compile(
    f"[^{re.escape(''.join(chr(n) for n in range(256) if len(_BECOME[n]) == 1))}]"
)
