"""What is verified of frameworks, programmes, measures and maps beyond their schemas: that they hold together.

Each fault is a French sentence that names the file or the framework, for the person who wrote it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from rempart.content import knowledge as packaged
from rempart.content.directory import Status
from rempart.content.exposure_catalogue import exposure_checks
from rempart.content.frameworks import Framework, Item, ItemMap, Programme, Window
from rempart.content.knowledge import as_day
from rempart.content.loader import directory_checks
from rempart.content.measures import Measure, Mends
from rempart.content.plain_words import plain_words


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that is verified together; `facts` and `findings` are the names that audits give."""

    frameworks: Mapping[str, Framework]
    programmes: Mapping[str, Programme]
    measures: Mapping[str, Measure]
    maps: Mapping[str, ItemMap]
    facts: Collection[str]
    findings: Collection[str]

    @property
    def items(self) -> dict[str, Item]:
        """Every item by id; of a duplicate, the last."""
        return {item.id: item for f in self.frameworks.values() for item in f.items}


def as_packaged() -> Knowledge:
    """The knowledge that Rempart brings. Raises InvalidContent when a file does not fit its schema."""
    return Knowledge(
        frameworks=packaged.frameworks(),
        programmes=packaged.programmes(),
        measures=packaged.measures(),
        maps=packaged.item_maps(),
        facts=packaged.fact_words(),
        findings={*directory_checks(), *exposure_checks()},
    )


def faults() -> list[str]:
    """Every fault of the knowledge that Rempart brings; empty when all is well."""
    known = as_packaged()
    return faults_of(known) + [
        f"reference/plain_words.yaml : rien ne dit à une direction ce que demande « {finding} »."
        for finding in sorted(known.findings)
        if plain_words(finding) is None
    ]


def faults_of(known: Knowledge) -> list[str]:
    """Every fault of this knowledge: frameworks, then programmes, measures and maps."""
    found = _shared_items(known.frameworks.values())
    for framework in known.frameworks.values():
        dates = dates_of(known.programmes.get(framework.programme))
        place = f"frameworks/{framework.id}"
        if framework.programme and framework.programme not in known.programmes:
            found.append(f"{place} : le programme « {framework.programme} » n’existe pas.")
        found += of_framework(framework, facts=known.facts, dates=dates)
        found += [f"{place} : {fault}" for fault in _unexplained(framework)]
    for programme in known.programmes.values():
        place = f"programmes/{programme.id}.yaml"
        found += [f"{place} : {fault}" for fault in _of_programme(programme, known.frameworks)]
    items = known.items
    for measure in known.measures.values():
        place = f"measures/{measure.id}.yaml"
        found += [f"{place} : {fault}" for fault in _of_measure(measure, known, items)]
    found += _cycle_of_requires(known.measures)
    for item_map in known.maps.values():
        place = f"item_maps/{item_map.id}.yaml"
        found += [f"{place} : {fault}" for fault in _of_map(item_map, known.frameworks)]
    return found + cycle_of_maps(known.maps.values())


def dates_of(programme: Programme | None) -> frozenset[str]:
    """The names of dates that windows may use."""
    return frozenset(d.id for d in programme.dates) if programme else frozenset()


def of_framework(
    framework: Framework, *, facts: Collection[str], dates: Collection[str]
) -> list[str]:
    """Faults of one framework on its own, ours or an imported one: ids, levels, targets, groups, windows, facts."""
    place = f"frameworks/{framework.id}"
    found = [
        f"{place} : l’identifiant {what} est donné {times} fois."
        for what, times in Counter(_ids(framework)).items()
        if times > 1
    ]
    if not framework.items:
        found.append(f"{place} : aucune question.")
    groups = {group.id for group in framework.groups}
    for item in framework.items:
        where = f"{place} : {item.id} :"
        if not item.id.startswith(f"{framework.id}."):
            found.append(f"{where} l’identifiant doit commencer par « {framework.id}. ».")
        found += [f"{where} {fault}" for fault in _of_levels(item)]
        found += [
            f"{where} la classe d’entité « {g} » n’existe pas."
            for g in item.groups
            if g not in groups
        ]
        found += [f"{where} {fault}" for fault in _of_prefill(item, facts)]
        for piece in item.pieces:
            said = _of_window(piece.window, dates)
            found += [f"{where} pièce {piece.id} : {fault}" for fault in said]
    steps = [outcome.at_least for outcome in framework.outcomes]
    if steps and (steps[0] != 0 or steps != sorted(set(steps))):
        found.append(f"{place} : les conclusions vont de 0 vers 100, chacune à un seuil différent.")
    return found


def _ids(framework: Framework) -> Iterator[str]:
    yield from (f"du thème {theme.id}" for theme in framework.themes)
    yield from (f"de la question {item.id}" for item in framework.items)
    yield from (f"de la conclusion {outcome.id}" for outcome in framework.outcomes)
    yield from (f"de la classe {group.id}" for group in framework.groups)
    for item in framework.items:
        yield from (f"de la pièce {item.id}/{piece.id}" for piece in item.pieces)


def _shared_items(frameworks: Iterable[Framework]) -> list[str]:
    owners: dict[str, set[str]] = {}
    for framework in frameworks:
        for item in framework.items:
            owners.setdefault(item.id, set()).add(framework.id)
    return [
        f"frameworks : l’identifiant {item} est donné par plusieurs référentiels : "
        f"{', '.join(sorted(names))}."
        for item, names in owners.items()
        if len(names) > 1
    ]


def _of_levels(item: Item) -> list[str]:
    values = [level.value for level in item.levels]
    if len(values) < 2:
        return ["il faut au moins deux niveaux."]
    found = []
    if values != sorted(set(values)):
        found.append("les niveaux doivent aller croissant, chacun une fois.")
    if item.target not in values:
        found.append(f"le niveau visé {item.target} n’est pas un de ses niveaux.")
    elif item.target == values[0]:
        found.append("le niveau visé est celui où rien n’est fait.")
    return found


def _of_prefill(item: Item, facts: Collection[str]) -> list[str]:
    values = {level.value for level in item.levels}
    found = []
    for prefill in item.prefill:
        if prefill.fact not in facts:
            found.append(f"le fait mesuré « {prefill.fact} » n’existe pas.")
        if not prefill.steps:
            found.append(f"le fait mesuré « {prefill.fact} » ne mène à aucun niveau.")
        found += [
            f"le fait mesuré « {prefill.fact} » mène au niveau inconnu {step.level}."
            for step in prefill.steps
            if step.level not in values
        ]
        bounds = [step.at_least for step in prefill.steps]
        if len(bounds) != len(set(bounds)):
            found.append(f"le fait mesuré « {prefill.fact} » donne deux niveaux au même seuil.")
    return found


def _of_window(window: Window, dates: Collection[str]) -> list[str]:
    found = [
        f"la date « {bound} » n’est ni un jour ni une date du programme."
        for bound in (window.since, window.until)
        if bound and as_day(bound) is None and bound not in dates
    ]
    since, until = as_day(window.since), as_day(window.until)
    if since and until and since > until:
        found.append("la fenêtre de dates finit avant de commencer.")
    return found


def _unexplained(framework: Framework) -> Iterator[str]:
    """What a framework of ours owes to somebody who does not know the words; a deprecated one is left as it is."""
    if framework.status == Status.DEPRECATED:
        return
    for item in framework.items:
        missing = [n for n in ("plain", "why", "how_to_know") if not getattr(item, n).strip()]
        if missing:
            yield f"{item.id} : il manque {', '.join(missing)}."


def _of_programme(programme: Programme, frameworks: Mapping[str, Framework]) -> Iterator[str]:
    if programme.framework not in frameworks:
        yield f"le référentiel « {programme.framework} » n’existe pas."
    elif frameworks[programme.framework].programme != programme.id:
        yield f"le référentiel « {programme.framework} » ne nomme pas ce programme."
    names = [d.id for d in programme.dates] + [t.id for t in programme.thresholds]
    for name, times in Counter(names).items():
        if times > 1:
            yield f"l’identifiant {name} est donné {times} fois."
    for name in (programme.expenses_since, programme.expenses_until):
        if name and name not in dates_of(programme):
            yield f"la date « {name} » de la période d’éligibilité n’existe pas."
    for threshold in programme.thresholds:
        if threshold.since and threshold.until and threshold.since > threshold.until:
            yield f"le seuil {threshold.id} finit avant de commencer."


def _of_measure(measure: Measure, known: Knowledge, items: Mapping[str, Item]) -> Iterator[str]:
    for name in measure.requires:
        if name not in known.measures:
            yield f"la mesure préalable « {name} » n’existe pas."
    for name in ("days", "euros", "euros_per_year"):
        if getattr(measure.cost, name).low > getattr(measure.cost, name).high:
            yield f"le coût « {name} » : le bas de la fourchette dépasse le haut."
    if not measure.steps:
        yield "aucune étape."
    if not measure.mends:
        yield "elle ne répare rien."
    named = Counter(mends.item or mends.finding for mends in measure.mends)
    for name, times in named.items():
        if times > 1:
            yield f"elle répare {times} fois « {name} »."
    for mends in measure.mends:
        yield from _of_mends(mends, known.findings, items)


def _of_mends(mends: Mends, findings: Collection[str], items: Mapping[str, Item]) -> Iterator[str]:
    if bool(mends.item) == bool(mends.finding):
        yield "ce qu’elle répare est soit une question, soit un constat d’audit, l’un des deux."
    elif mends.finding:
        if mends.finding not in findings:
            yield f"le constat « {mends.finding} » n’existe pas."
    elif (item := items.get(mends.item or "")) is None:
        yield f"la question « {mends.item} » n’existe pas."
    else:
        levels = item.levels
        if mends.to not in {level.value for level in levels}:
            yield f"la question « {mends.item} » n’a pas de niveau {mends.to}."
        elif mends.to == levels[0].value:
            yield f"la question « {mends.item} » : le niveau {mends.to} est celui où rien n’est fait."


def _cycle_of_requires(measures: Mapping[str, Measure]) -> list[str]:
    return [
        f"measures : {' → '.join(cycle)} : chacune attend la suivante, aucune ne peut commencer."
        for cycle in _first_cycle({m.id: m.requires for m in measures.values()})
    ]


def _of_map(item_map: ItemMap, frameworks: Mapping[str, Framework]) -> Iterator[str]:
    if item_map.a == item_map.b:
        yield "elle rapproche un référentiel de lui-même."
    for side in ("a", "b"):
        name = getattr(item_map, side)
        if name not in frameworks:
            yield f"le référentiel « {name} » n’existe pas."
            continue
        ids = {item.id for item in frameworks[name].items}
        for pair in item_map.pairs:
            if getattr(pair, side) not in ids:
                yield f"la question « {getattr(pair, side)} » n’est pas de {name}."
    for pair in item_map.pairs:
        if pair.a == pair.b:
            yield f"la question « {pair.a} » est rapprochée d’elle-même."
    for (a, b), times in Counter((pair.a, pair.b) for pair in item_map.pairs).items():
        if times > 1:
            yield f"« {a} » et « {b} » sont rapprochées {times} fois."


def cycle_of_maps(maps: Iterable[ItemMap]) -> list[str]:
    """A question that includes another which includes it back, through any number of maps.

    Questions said equal count as one, so that a contradiction through an equality is seen as well.
    """
    pairs = [pair for item_map in maps for pair in item_map.pairs if pair.a != pair.b]
    same = _Classes()
    for pair in pairs:
        if pair.relation == "equal":
            same.join(pair.a, pair.b)
    parts: dict[str, list[str]] = {}
    for pair in pairs:
        if pair.relation in ("a_includes_b", "b_includes_a"):
            whole, part = (pair.a, pair.b) if pair.relation == "a_includes_b" else (pair.b, pair.a)
            if same.of(whole) == same.of(part):
                return [f"item_maps : « {whole} » inclut « {part} », et lui est dite égale."]
            parts.setdefault(same.of(whole), []).append(same.of(part))
    return [
        f"item_maps : {' → '.join(cycle)} : chaque question inclut la suivante, en boucle."
        for cycle in _first_cycle(parts)
    ]


class _Classes:
    """Names said equal, each known by one of them."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def of(self, name: str) -> str:
        while (parent := self._parent.get(name, name)) != name:
            name = parent
        return name

    def join(self, one: str, other: str) -> None:
        self._parent[self.of(one)] = self.of(other)


def _first_cycle(follows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The first cycle of the graph as names, the first one repeated at the end; empty when there is none."""
    try:
        TopologicalSorter(follows).prepare()
    except CycleError as fault:
        return [list(reversed(fault.args[1]))]
    return []


def unmended(known: Knowledge) -> list[str]:
    """The items that no measure brings to their target, in order."""
    reached: dict[str, int] = {}
    for measure in known.measures.values():
        for mends in measure.mends:
            if mends.item:
                reached[mends.item] = max(mends.to, reached.get(mends.item, 0))
    return [name for name, item in known.items.items() if reached.get(name, -1) < item.target]
