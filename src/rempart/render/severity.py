"""How a severity is said and shown: the same words and the same colours on every page and in every file."""

from typing import Final

from rempart.content.severity import RANKS, Severity, severities
from rempart.render.french import number
from rempart.render.text import name

_TAGS: Final = {
    Severity.CRITICAL: "l1",
    Severity.HIGH: "l2",
    Severity.MEDIUM: "l3",
    Severity.LOW: "l4",
    Severity.INFO: "none",
}


def severity_word(key: str) -> str:
    """« critique », of one finding; a severity that is not known is shown as it is."""
    return severities()[Severity(key)].word if key in RANKS else name(key)


def severity_plural(key: str) -> str:
    """« critiques », of several findings."""
    return severities()[Severity(key)].plural if key in RANKS else name(key)


def severity_title(key: str) -> str:
    """« Critiques », over those that are."""
    several = severity_plural(key)
    return several[:1].upper() + several[1:]


def severity_class(key: str) -> str:
    """The class of the label in a page."""
    return _TAGS[Severity(key)] if key in RANKS else "none"


def severity_delay(key: str) -> str:
    """« à traiter aujourd’hui »: by when to deal with such a finding."""
    return severities()[Severity(key)].delay if key in RANKS else ""


def severity_codes() -> str:
    """« critical (critique), high (grave)… »: what programs read, and its word."""
    return ", ".join(f"{code} ({words.word})" for code, words in severities().items())


def severity_points() -> str:
    """« critique 100, grave 35… »: what an open finding of each weighs."""
    return ", ".join(
        f"{words.word} {number(words.points)}" for words in severities().values() if words.points
    )


def severity_legend() -> str:
    """What each word asks for, in one sentence, where a reader first meets them."""
    told = (f"{words.word} : {words.delay}" for words in severities().values() if words.points)
    legend = " ; ".join(told)
    return f"{legend[:1].upper()}{legend[1:]}."
