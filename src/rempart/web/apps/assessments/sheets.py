"""The code that a printed questionnaire bears, and that finds its page again."""

import re
from typing import Final

from rempart.web.apps.assessments.completing import SIGNS

_CODE: Final = re.compile(r"P?([0-9]{1,18})([0-9A-Z])")
_PRIME: Final = 31
"""A digit mistaken for another, or two that changed places, always change what is left of a division by it."""


def code_of(number: int) -> str:
    """`P-1042-K`: the number of the assessment and a sign that a slip of the pen does not keep."""
    return f"P-{number}-{SIGNS[number % _PRIME]}"


def number_of(code: str) -> int | None:
    """The assessment of a code as somebody types it; None when it is not one, or was copied wrong."""
    plain = re.sub(r"[\s.\-–—]", "", code.upper()).translate(str.maketrans("OIL", "011"))
    found = _CODE.fullmatch(plain)
    if found is None:
        return None
    number = int(found[1])
    return number if SIGNS[number % _PRIME] == found[2] else None
