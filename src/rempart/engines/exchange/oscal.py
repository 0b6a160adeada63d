"""OSCAL catalogs (NIST, JSON, 1.0 to 1.2) read as frameworks.

Groups at the top are the themes; every control, and every control within a control, is an item. The words of its
statement have their parameters written in; a parameter without a value shows its label between brackets.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from rempart.content.directory import Status
from rempart.content.frameworks import Framework, Item, Origin, Theme
from rempart.engines.exchange.reading import (
    MOST_DEPTH,
    MOST_ITEMS,
    PLAIN_LEVELS,
    ReadFramework,
    UnreadableFramework,
    identifier,
    item_id,
    load_json,
    text_of,
    too_deep,
    with_items,
    words,
)

WHAT: Final = "un catalogue OSCAL (JSON)"
INSERT: Final = re.compile(r"\{\{\s*(?:insert:\s*)?param,\s*([^}\s]+)\s*\}\}")


def read_oscal(data: bytes) -> ReadFramework:
    """The framework that a catalog is.

    Raises UnreadableFramework when the file is not a catalog, names a control twice, or nests without end.
    """
    whole = load_json(text_of(data, WHAT), WHAT)
    catalog = whole.get("catalog") if isinstance(whole, dict) else None
    if not isinstance(catalog, dict):
        kinds = ", ".join(sorted(whole)) if isinstance(whole, dict) and whole else "autre chose"
        raise UnreadableFramework(
            f"Ce fichier n’est pas un catalogue OSCAL, mais : {kinds[:200]}.",
            expected="Était attendue une rubrique « catalog ».",
        )
    return _Reader(catalog).read()


@dataclass
class _Reader:
    catalog: Mapping[str, Any]
    parameters: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)

    def read(self) -> ReadFramework:
        metadata = _table(self.catalog.get("metadata"))
        title = words(metadata.get("title")) or "Catalogue OSCAL"
        self.id, self.title, self.version = identifier(title), title, words(metadata.get("version"))
        self._learn(self.catalog, 0)
        themes: dict[str, Theme] = {}
        items: dict[str, list[Item]] = {}
        for place, group in enumerate([*_tables(self.catalog, "groups"), self._loose()], 1):
            key = f"theme_{place}"
            items[key] = list(self._controls(group, 0))
            themes[key] = Theme(
                key, words(group.get("title")) or "Exigences", ref=words(group.get("id"))
            )
        count = sum(map(len, items.values()))
        if not count:
            raise UnreadableFramework("Ce catalogue ne contient aucune exigence.")
        if count > MOST_ITEMS:
            raise UnreadableFramework(
                f"Ce catalogue compte {count} exigences, plus que {MOST_ITEMS}."
            )
        framework = Framework(
            id=self.id,
            version=self.version or "1",
            title=title[:300],
            short_title=title[:60],
            description=words(metadata.get("remarks")) or title,
            statement="Importé d’un catalogue OSCAL. Les textes sont ceux de leurs auteurs.",
            source=Origin(title, self.version),
            status=Status.STABLE,
            revised_on=_day(words(metadata.get("last-modified"))),
            themes=with_items(themes, items),
            minutes=count,
            provider=self._provider(metadata),
            language=words(metadata.get("language")) or "en",
        )
        return ReadFramework(framework, tuple(self.left_out))

    def _loose(self) -> Mapping[str, Any]:
        return {"controls": self.catalog.get("controls"), "title": self.title}

    def _learn(self, holder: Mapping[str, Any], depth: int) -> None:
        if depth > MOST_DEPTH:
            raise too_deep()
        for parameter in _tables(holder, "params"):
            values = [words(v) for v in parameter.get("values") or []]
            label = words(parameter.get("label")) or words(parameter.get("id"))
            self.parameters[words(parameter.get("id"))] = ", ".join(values) or f"[{label}]"
        for inner in (*_tables(holder, "groups"), *_tables(holder, "controls")):
            self._learn(inner, depth + 1)

    def _controls(self, group: Mapping[str, Any], depth: int) -> Iterator[Item]:
        for control in _tables(group, "controls"):
            if item := self._item(control):
                yield item
            yield from self._controls(control, depth + 1)
        for inner in _tables(group, "groups"):
            yield from self._controls(inner, depth + 1)

    def _item(self, control: Mapping[str, Any]) -> Item | None:
        ref = words(control.get("id"))
        if not ref:
            raise UnreadableFramework("Une exigence de ce catalogue n’a pas d’identifiant (id).")
        if ref in self.seen:
            raise UnreadableFramework(f"L’identifiant « {ref} » est donné à deux exigences.")
        self.seen.add(ref)
        status = [
            words(p.get("value")) for p in _tables(control, "props") if p.get("name") == "status"
        ]
        if "withdrawn" in map(str.lower, status):
            self.left_out.append(f"{ref} : exigence retirée par ses auteurs.")
            return None
        label = [
            words(p.get("value")) for p in _tables(control, "props") if p.get("name") == "label"
        ]
        statement = "\n".join(self._prose(control, "statement"))
        return Item(
            id=item_id(self.id, ref),
            title=(words(control.get("title")) or statement or ref)[:600],
            levels=list(PLAIN_LEVELS),
            target=PLAIN_LEVELS[-1].value,
            source=Origin(self.title, self.version, anchor=ref),
            ref=label[0] if label else ref,
            plain=statement,
            how_to_know="\n".join(self._prose(control, "guidance")),
        )

    def _prose(self, control: Mapping[str, Any], name: str) -> Iterator[str]:
        for part in _tables(control, "parts"):
            if part.get("name") == name:
                yield from self._parts(part, 0)

    def _parts(self, part: Mapping[str, Any], depth: int) -> Iterator[str]:
        if depth > MOST_DEPTH:
            raise too_deep()
        if prose := words(part.get("prose")):
            yield INSERT.sub(lambda found: self.parameters.get(found[1], f"[{found[1]}]"), prose)
        for inner in _tables(part, "parts"):
            yield from self._parts(inner, depth + 1)

    def _provider(self, metadata: Mapping[str, Any]) -> str:
        return ", ".join(
            words(p.get("name")) for p in _tables(metadata, "parties") if words(p.get("name"))
        )[:200]


def _table(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _tables(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    given = holder.get(name)
    return [x for x in given if isinstance(x, dict)] if isinstance(given, list) else []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
