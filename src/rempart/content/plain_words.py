"""What an audit's finding asks for, in words that a director reads (`reference/plain_words.yaml`, and measures)."""

from functools import cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from rempart.content.directory import Text
from rempart.content.knowledge import measures
from rempart.content.loader import content_root, read_yaml
from rempart.kernel.errors import InvalidContent

_PLACE: Final = "reference/plain_words.yaml"


class PlainWords(Struct, forbid_unknown_fields=True, frozen=True):
    """What to do, why, and who usually does it; `about` is how the keys of the findings begin."""

    about: Annotated[str, Meta(pattern=r"^[a-z0-9_]+$")]
    title: Text
    why: Text
    who: Text


class _Table(Struct, forbid_unknown_fields=True, frozen=True):
    words: list[PlainWords]


@cache
def _families() -> tuple[PlainWords, ...]:
    """The most precise first. Raises InvalidContent when the file does not fit its schema."""
    data = read_yaml(content_root() / "reference" / "plain_words.yaml")
    try:
        found = msgspec.convert(data, _Table).words
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"{_PLACE} : {fault}.") from fault
    if len({words.about for words in found}) < len(found):
        raise InvalidContent(f"{_PLACE} : une même famille a deux fois des mots.")
    return tuple(sorted(found, key=lambda words: (-len(words.about), words.about)))


@cache
def _mended() -> dict[str, PlainWords]:
    """By finding of the directory audit, the words of the first measure that mends it."""
    return {
        mends.finding: PlainWords(mends.finding, m.title, m.why, m.owner_function or "direction")
        for _, m in sorted(measures().items(), reverse=True)
        for mends in m.mends
        if mends.finding
    }


def plain_words(check: str) -> PlainWords | None:
    """The words for the findings of a check, or None where nobody wrote any."""
    written = next((words for words in _families() if check.startswith(words.about)), None)
    return written or _mended().get(check)
