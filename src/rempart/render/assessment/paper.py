"""The paper twin of a framework: a PDF to fill with a pen, then typed in one page in the same order."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from rempart.content.frameworks import Framework, Item
from rempart.render.french import day
from rempart.render.pdf.typeset import typeset


@dataclass(frozen=True, slots=True)
class PaperHead:
    """What the first page says: for whom, when it was printed (ISO), and the code that finds the assessment again."""

    establishment: str
    finess: str
    code: str
    printed_on: str


def paper(framework: Framework, head: PaperHead, groups: Collection[str] = ()) -> bytes:
    """The PDF/UA of every item that concerns these classes of entities (all when there is none), numbered from 1."""
    return typeset(
        "rempart.render.assessment",
        "paper.typ",
        _data(framework, head, groups),
        made_on=head.printed_on,
    )


def _data(framework: Framework, head: PaperHead, groups: Collection[str]) -> dict[str, Any]:
    number = 0
    themes = []
    for theme in framework.themes:
        rows = []
        for item in theme.items:
            if groups and item.groups and not set(groups) & set(item.groups):
                continue
            number += 1
            rows.append(_row(item, number))
        if rows:
            themes.append({"title": theme.title, "why": theme.why, "rows": rows})
    return {
        "title": framework.title,
        "statement": framework.statement,
        "establishment": head.establishment,
        "finess": head.finess,
        "code": head.code,
        "printed": day(head.printed_on),
        "count": number,
        "minutes": framework.minutes,
        "version": framework.version,
        "themes": themes,
    }


def _row(item: Item, number: int) -> dict[str, Any]:
    return {
        "number": str(number),
        "title": item.title,
        "ref": item.ref,
        "plain": item.plain or item.only_if,
        "how": item.how_to_know,
        "levels": [{"value": str(level.value), "text": level.text} for level in item.levels],
    }
