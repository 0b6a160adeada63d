"""The characters that the fonts shipped with typst can draw: PDF/UA refuses a page with a missing glyph."""

import re
from typing import Final

from rempart.render.text import visible

# Found by compiling each block with the embedded fonts; a test compiles them all again.
BLOCKS: Final = (
    (0x0020, 0x007E),
    (0x00A0, 0x0377),
    (0x037A, 0x037F),
    (0x0384, 0x038A),
    (0x038E, 0x03A1),
    (0x03A3, 0x04FF),
    (0x05D0, 0x05EA),
    (0x0621, 0x063A),
    (0x0641, 0x064A),
    (0x0660, 0x0669),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x202F, 0x2040),
    (0x2044, 0x2052),
    (0x20A0, 0x20BF),
    (0x2190, 0x22FF),
    (0x2500, 0x25FF),
    (0x2713, 0x2718),
    (0x27E8, 0x27E9),
)

_MISSING: Final = re.compile(
    "[^\n" + "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in BLOCKS) + "]"
)


_UNBROKEN: Final = re.compile(r"\S{30}(?=\S{6})")
ZERO_WIDTH_SPACE: Final = "\u200b"


def drawable(text: str) -> str:
    """The text with each character that no shipped font draws written as ⟨U+6F22⟩, and long words breakable."""
    shown = _MISSING.sub(lambda m: f"⟨U+{ord(m[0]):04X}⟩", visible(text).replace("\t", " "))
    return _UNBROKEN.sub(lambda m: m[0] + ZERO_WIDTH_SPACE, shown)
