"""How much a finding weighs, whatever saw it: one scale, its French words and its points (`reference/severities.yaml`)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from rempart.content.directory import Text
from rempart.content.loader import content_root, read_yaml
from rempart.kernel.errors import InvalidContent

_PLACE: Final = "reference/severities.yaml"


class Severity(StrEnum):
    """What a finding weighs; the first is the worst."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


SEVERITIES: Final = tuple(str(one) for one in Severity)
RANKS: Final[Mapping[str, int]] = {one: rank for rank, one in enumerate(SEVERITIES, 1)}


class SeverityWords(Struct, forbid_unknown_fields=True, frozen=True):
    """What a person reads of a severity: of one finding, of several, by when to deal with it, and why. `points` is
    what an open finding weighs, so that all sources are commensurable."""

    word: Text
    plural: Text
    delay: Text
    meaning: Text
    points: Annotated[float, Meta(ge=0)]


@cache
def severities() -> dict[Severity, SeverityWords]:
    """Every severity, the worst first. Raises InvalidContent when the table does not fit: one missing, two with the
    same word, or a lighter one that weighs more."""
    try:
        found = msgspec.convert(
            read_yaml(content_root() / "reference" / "severities.yaml"),
            dict[Severity, SeverityWords],
        )
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"{_PLACE} : {fault}.") from fault
    if list(found) != list(Severity):
        raise InvalidContent(f"{_PLACE} : attendu, dans l’ordre : {', '.join(Severity)}.")
    if len({words.word for words in found.values()}) < len(found):
        raise InvalidContent(f"{_PLACE} : deux gravités portent le même mot.")
    points = [words.points for words in found.values()]
    if points != sorted(set(points), reverse=True):
        raise InvalidContent(f"{_PLACE} : une gravité moindre doit peser moins.")
    return found


@cache
def risk_points() -> dict[str, float]:
    """What a finding of each severity weighs."""
    return {str(one): words.points for one, words in severities().items()}


def severity_choices() -> list[tuple[str, str]]:
    """Code and word of each, the worst first, for whoever offers the choice."""
    return [(str(one), words.word) for one, words in severities().items()]
