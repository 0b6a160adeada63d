"""What is kept of answers in an assessment's own row, and how it reads. No database."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from rempart.content.frameworks import Framework, Item
from rempart.engines.maturity.answers import (
    NOT_APPLICABLE,
    UNKNOWN,
    Given,
    Kind,
    at,
    items_for,
    level_of,
)
from rempart.engines.maturity.score import Range, score
from rempart.kernel.french import plural
from rempart.web.core.errors import Refused

_CODES: Final = {Kind.UNKNOWN: "u", Kind.NOT_APPLICABLE: "n"}
_GIVEN: Final = {"u": UNKNOWN, "n": NOT_APPLICABLE}

Kept = Mapping[str, list[Any]]
"""Item id → [level, or "u", or "n"; version of the answer; checksum of its note]."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answers to an item."""

    given: Given
    note: str = ""


def entry(reply: Reply, version: int) -> list[Any]:
    """What an assessment's row keeps of an answer."""
    code = _CODES.get(reply.given.kind, reply.given.value)
    return [code, version, zlib.crc32(reply.note.encode("utf-8"))]


def version_of(kept: Kept, item: str) -> int:
    """The version of the present answer; 0 when there is none."""
    return int(kept[item][1]) if item in kept else 0


def says_the_same(kept: Kept, item: str, reply: Reply) -> bool:
    """Whether the present answer is already this one, note included."""
    found = kept.get(item)
    return found is not None and found == entry(reply, found[1])


def answers_of(kept: Kept) -> dict[str, Given]:
    """The answers, as the engine of scores takes them."""
    return {item: _GIVEN.get(said[0]) or at(said[0]) for item, said in kept.items()}


def checked(item: Item, reply: Reply) -> Reply:
    """The reply, or a refusal: a level that the item has not, « sans objet » without a reason."""
    if reply.given.kind is Kind.LEVEL and level_of(item, reply.given) is None:
        raise Refused("Ce niveau n’existe pas pour cette question.", todo="Rechargez la page.")
    if reply.given.kind is Kind.NOT_APPLICABLE and not reply.note.strip():
        raise Refused(
            "Dites en une phrase pourquoi la question est sans objet : c’est ce qui la retire du calcul."
        )
    return Reply(reply.given, reply.note.strip())


def parsed(value: str) -> Given | None:
    """What a form sends of an answer: a level, `unknown` or `not_applicable`; None for nothing."""
    if value in (Kind.UNKNOWN, Kind.NOT_APPLICABLE):
        return Given(Kind(value))
    return at(int(value)) if value.isascii() and value.isdecimal() and len(value) < 3 else None


def figures(framework: Framework, kept: Kept, groups: list[str]) -> dict[str, Any]:
    """The counters and the score that an assessment's row keeps."""
    found = score(framework, answers_of(kept), groups)
    low, high = hundredths(found.score)
    return {
        "answered": found.count.answered,
        "unknown": found.count.unknown,
        "not_applicable": found.count.not_applicable,
        "total": found.count.total,
        "low": low,
        "high": high,
        "themes": {t.theme: hundredths(t.score) for t in found.themes},
    }


def hundredths(found: Range | None) -> tuple[int | None, int | None]:
    """A range in hundredths of a per cent."""
    return (round(found.low * 100), round(found.high * 100)) if found else (None, None)


def as_range(low: int | None, high: int | None) -> Range | None:
    """A range that a row keeps."""
    return None if low is None or high is None else Range(low / 100, high / 100)


def next_item(items: list[Item], kept: Kept, after: str = "") -> Item | None:
    """The first item without an answer after this one, then from the beginning; None when all have one."""
    names = [item.id for item in items]
    start = names.index(after) + 1 if after in names else 0
    return next((i for i in items[start:] + items[:start] if i.id not in kept), None)


def asked(framework: Framework, groups: list[str]) -> list[Item]:
    """The items that are asked of an establishment of these classes."""
    return items_for(framework, groups)


def ago(day: date, today: date) -> str:
    """« il y a 120 jours », « aujourd’hui »."""
    days = (today - day).days
    if days <= 0:
        return "aujourd’hui"
    return f"il y a {days} {plural(days, 'jour')}"


def range_words(found: Range | None) -> str:
    """« 62 % », « de 40 à 75 % »; a dash when nothing applies."""
    if found is None:
        return "–"
    low, high = round(found.low), round(found.high)
    return f"{low} %" if low == high else f"de {low} à {high} %"
