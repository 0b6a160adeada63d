"""CISO Assistant libraries (YAML): frameworks as their loader takes them, at the state of August 2026.

Form: `objects.framework` (a table) or `objects.frameworks` (a list); nodes are flat, in order, a tree by `parent_urn`.
A node becomes an item when it is `assessable`. Its levels are, first found: the answers of its question with a single
choice, the scale of the framework (or the one that the node names), else three plain ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from rempart.content.directory import Status
from rempart.content.frameworks import Framework, Group, Item, Level, Origin, Piece, Theme
from rempart.content.severity import Severity
from rempart.engines.exchange.reading import (
    MOST_ITEMS,
    PLAIN_LEVELS,
    ReadFramework,
    UnreadableFramework,
    identifier,
    item_id,
    load_yaml,
    text_of,
    with_items,
    words,
)
from rempart.kernel.french import counted

WHAT: Final = "une bibliothèque CISO Assistant (YAML)"
SEVERITIES: Final = {
    "mandatory": Severity.HIGH,
    "recommended": Severity.MEDIUM,
    "nice_to_have": Severity.LOW,
}
RESULTS: Final = {
    "non_compliant": 0, "false": 0, "partially_compliant": 1, "compliant": 2, "true": 2,
}  # fmt: skip
MOST_LEVELS: Final = 11  # 0 to 10


def read_ciso(data: bytes) -> list[ReadFramework]:
    """Every framework of a library, in order.

    Raises UnreadableFramework when the file is not a library, holds no framework, or one that does not stand: a node
    without a name of its own, a name given twice, a parent that is missing or that goes round.
    """
    library = load_yaml(text_of(data, WHAT), WHAT)
    objects = library.get("objects") if isinstance(library, dict) else None
    if not isinstance(objects, dict):
        raise UnreadableFramework(
            "Ce fichier n’a pas de rubrique « objects ».",
            expected=f"Était attendu : {WHAT}.",
            todo="Choisissez le fichier .yaml d’une bibliothèque.",
        )
    found = objects.get("frameworks", objects.get("framework"))
    frameworks = [found] if isinstance(found, dict) else found
    if not isinstance(frameworks, list) or not all(isinstance(f, dict) for f in frameworks):
        kinds = ", ".join(sorted(map(str, objects))) or "rien"
        raise UnreadableFramework(
            f"Cette bibliothèque ne contient pas de référentiel, mais : {kinds}.",
            todo="Choisissez une bibliothèque qui contient « framework ».",
        )
    return [_Reader(library, framework).read() for framework in frameworks]


@dataclass
class _Reader:
    library: Mapping[str, Any]
    framework: Mapping[str, Any]
    left_out: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    def read(self) -> ReadFramework:
        nodes = [n for n in self.framework.get("requirement_nodes") or [] if isinstance(n, dict)]
        by_urn = self._by_urn(nodes)
        self.id = identifier(words(self.framework.get("ref_id")) or words(self.library["urn"]))
        themes: dict[str, Theme] = {}
        items: dict[str, list[Item]] = {}
        for node in nodes:
            top = self._top(node, by_urn)
            key = str(top["urn"]) if not top.get("assessable") else ""
            if key not in themes:
                themes[key] = self._theme(top if key else {}, len(themes) + 1)
            if node.get("assessable"):
                items.setdefault(key, []).extend(self._items(node))
        count = sum(map(len, items.values()))
        if not count:
            raise UnreadableFramework("Ce référentiel ne contient aucune exigence à évaluer.")
        if count > MOST_ITEMS:
            raise UnreadableFramework(
                f"Ce référentiel compte {count} exigences, plus que {MOST_ITEMS}."
            )
        return ReadFramework(
            self._framework(with_items(themes, items), count), tuple(self.left_out)
        )

    def _by_urn(self, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for place, node in enumerate(nodes, 1):
            urn = words(node.get("urn")).lower()
            if not urn:
                raise UnreadableFramework(f"L’exigence n° {place} n’a pas d’identifiant (urn).")
            if urn in found:
                raise UnreadableFramework(f"L’identifiant « {urn} » est donné à deux exigences.")
            found[urn] = node
        return found

    def _top(
        self, node: Mapping[str, Any], by_urn: Mapping[str, Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        seen = {words(node["urn"]).lower()}
        while parent := words(node.get("parent_urn")).lower():
            if parent not in by_urn:
                raise UnreadableFramework(
                    f"L’exigence « {words(node['urn'])} » se range sous « {parent} », qui n’existe pas."
                )
            if parent in seen:
                raise UnreadableFramework(
                    f"L’exigence « {parent} » est rangée sous elle-même : les renvois tournent en rond."
                )
            seen.add(parent)
            node = by_urn[parent]
        return node

    def _theme(self, node: Mapping[str, Any], place: int) -> Theme:
        ref, name = words(node.get("ref_id")), words(node.get("name"))
        title = name or ref or words(node.get("description"))[:200] or "Exigences"
        return Theme(
            f"theme_{place}", title, ref=ref, why=words(node.get("description")) if name else ""
        )

    def _items(self, node: Mapping[str, Any]) -> Iterator[Item]:
        questions = self._questions(node)
        scored = [(q, levels) for q in questions if len(levels := self._choices(q)) > 1]
        if not scored:
            yield self._item(node, "", "", self._scale(node))
        for place, (question, levels) in enumerate(scored, 1):
            suffix = f".q{place}" if len(scored) > 1 else ""
            yield self._item(node, suffix, words(question.get("text")), levels)
        free = len(questions) - len(scored)
        if free:
            self.left_out.append(
                f"{words(node.get('ref_id')) or words(node['urn'])} : {counted(free, 'question')} sans choix noté."
            )

    def _questions(self, node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        given = node.get("questions") or {}
        found = given.values() if isinstance(given, dict) else given
        return [q for q in found if isinstance(q, dict)] if isinstance(given, (dict, list)) else []

    def _item(
        self, node: Mapping[str, Any], suffix: str, question: str, levels: Sequence[Level]
    ) -> Item:
        ref, name = words(node.get("ref_id")), words(node.get("name"))
        description = words(node.get("description"))
        named = item_id(self.id, (ref or words(node["urn"]).rsplit(":", 1)[-1]) + suffix)
        if self.ids.setdefault(named, words(node["urn"]) + suffix) != words(node["urn"]) + suffix:
            named = item_id(self.id, words(node["urn"]).rsplit(":", 1)[-1] + suffix)
            if self.ids.setdefault(named, words(node["urn"])) != words(node["urn"]):
                named = item_id(self.id, f"{len(self.ids)}-{named.removeprefix(self.id + '.')}")
                self.ids[named] = words(node["urn"])
        title = question or name or description or ref or named
        evidence = words(node.get("typical_evidence"))
        return Item(
            id=named,
            title=title[:600],
            levels=list(levels),
            target=levels[-1].value,
            source=self._origin(ref),
            ref=ref,
            plain="\n".join(part for part in (name, description) if part and part != title),
            how_to_know=words(node.get("annotation")),
            weight=_weight(node.get("weight")),
            severity=SEVERITIES.get(words(node.get("importance")), Severity.MEDIUM),
            groups=self._groups_of(node, title),
            pieces=[Piece("piece", evidence[:600], is_optional=True)] if evidence else [],
        )

    def _groups_of(self, node: Mapping[str, Any], title: str) -> list[str]:
        """The classes of a requirement; one that the library does not define would hide it from everybody."""
        given = [words(g) for g in node.get("implementation_groups") or []]
        known = {group.id for group in self._groups()}
        for name in given:
            if known and name not in known:
                self.left_out.append(
                    f"« {title[:120]} » nomme la classe « {name} », qui n’est pas définie : cette classe est laissée de côté."
                )
        return [name for name in given if name in known]

    def _groups(self) -> list[Group]:
        given = self.framework.get("implementation_groups_definition") or []
        return [
            Group(words(g.get("ref_id")), words(g.get("name")) or words(g.get("ref_id")))
            for g in given
            if isinstance(g, dict) and words(g.get("ref_id"))
        ]

    def _choices(self, question: Mapping[str, Any]) -> list[Level]:
        choices = [c for c in question.get("choices") or [] if isinstance(c, dict)]
        if question.get("type") not in ("unique_choice", "single_choice"):
            return []
        ranked = [(rank, c) for c in choices if (rank := _rank(c)) is not None]
        ranked.sort(key=lambda pair: pair[0])
        levels = [
            Level(value, words(c.get("value")) or f"Réponse {value + 1}")
            for value, (_, c) in enumerate(ranked[:MOST_LEVELS])
        ]
        return levels if len({rank for rank, _ in ranked}) > 1 else []

    def _scale(self, node: Mapping[str, Any]) -> Sequence[Level]:
        given = self.framework.get("scores_definition")
        if isinstance(given, dict):
            other = (given.get("alternatives") or {}).get(node.get("scores_definition_ref"))
            given = other or given.get("scale")
        steps = [s for s in given or [] if isinstance(s, dict)]
        if not 2 <= len(steps) <= MOST_LEVELS:
            return PLAIN_LEVELS
        return [
            Level(
                value,
                " : ".join(
                    part for part in (words(s.get("name")), words(s.get("description"))) if part
                )
                or f"Niveau {words(s.get('score'))}",
            )
            for value, s in enumerate(steps)
        ]

    def _framework(self, themes: list[Theme], count: int) -> Framework:
        title = words(self.framework.get("name")) or words(self.library.get("name")) or self.id
        provider = words(self.library.get("provider"))
        return Framework(
            id=self.id,
            version=words(self.library.get("version")) or "1",
            title=title[:300],
            short_title=(words(self.framework.get("ref_id")) or title)[:60],
            description=words(self.framework.get("description")) or title,
            statement=(
                f"Importé d’une bibliothèque CISO Assistant. Les textes sont ceux de leurs auteurs"
                f"{f' ({provider})' if provider else ''}."
            ),
            source=self._origin(""),
            status=Status.STABLE,
            revised_on=_day(self.library.get("publication_date")),
            themes=themes,
            minutes=max(1, count),
            groups=self._groups(),
            provider=provider,
            copyright=words(self.library.get("copyright")),
            language=words(self.library.get("locale")) or "fr",
        )

    def _origin(self, anchor: str) -> Origin:
        name = (
            words(self.library.get("name")) or words(self.library.get("ref_id")) or "Bibliothèque"
        )
        return Origin(name, words(self.library.get("version")), anchor=anchor)


def _rank(choice: Mapping[str, Any]) -> float | None:
    score, result = choice.get("add_score"), words(choice.get("compute_result")).lower()
    if result == "not_applicable":
        return None
    if isinstance(score, (int, float)) and not isinstance(score, bool):
        return float(score)
    return RESULTS.get(result)


def _weight(given: Any) -> float:
    return min(max(float(given), 0.0), 100.0) if isinstance(given, (int, float)) else 1.0


def _day(given: Any) -> date | None:
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(words(given))
    except ValueError:
        return None
