"""Text as it is searched: without accents, case or punctuation."""

import re
import unicodedata

_OTHER = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def folded(text: str) -> str:
    """`EHPAD « L’Été »` → `ehpad l ete`."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return _OTHER.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()
