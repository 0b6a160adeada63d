"""Names taken from a directory are hostile until shown: what is invisible or misleading is made visible.

Source of the character classes: Unicode 15 (Bidi_Control, Default_Ignorable_Code_Point, Cc, Cs, Zl, Zp) and
Unicode TR36 on visual spoofing.
"""

import re
from typing import Final

NAME_LIMIT: Final = 200
"""Characters of a directory name that a page shows; the JSON report keeps them all."""

_INVISIBLE: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff"
)
_HIDDEN: Final = re.compile(f"[{_INVISIBLE}]")
_HIDDEN_IN_NAME: Final = re.compile(f"[\t\n{_INVISIBLE}]")
_MARKS: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_STACKED: Final = re.compile(f"([{_MARKS}]{{3}})[{_MARKS}]+")


def _code(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"


def visible(text: str) -> str:
    """The text with control, bidirectional and invisible characters written as ⟨U+202E⟩; lines and tabs stay."""
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(_code, text)


def clip(text: str, limit: int) -> str:
    """The text, or its first `limit` characters and its length when it is longer."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text)} caractères)"


def abridge(text: str, limit: int) -> str:
    """Prose cut after its last whole sentence within `limit` characters, or else after its last whole word."""
    if len(text) <= limit:
        return text
    kept = text[:limit]
    end = max(kept.rfind(mark) for mark in (". ", "! ", "? "))
    if end >= limit // 3:
        return kept[: end + 1]
    return kept.rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def excerpt(text: str, limit: int, rest: str) -> str:
    """Prose on one line, hidden characters visible; beyond `limit`, cut after a whole word, and `rest` (a file) is said to
    have the whole."""
    shown = name(text[:limit], limit)
    if len(text) <= limit:
        return shown
    return f"{shown.rsplit(' ', 1)[0].rstrip(' ,;:')}… (suite dans {rest})"


def name(text: str, limit: int = NAME_LIMIT) -> str:
    """A name of the directory on one line: every hidden character visible, piled accents cut, length bounded."""
    if text.isascii() and text.isprintable():
        return clip(text, limit)
    shown = _STACKED.sub(r"\1…", _HIDDEN_IN_NAME.sub(_code, clip(text, limit)))
    return shown


def shorten(text: str, limit: int) -> str:
    """A name cut in its middle, so that both its beginning and its end help to recognise it."""
    if len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[head + 1 - limit :]}"
