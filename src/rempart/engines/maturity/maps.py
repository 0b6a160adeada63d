"""One answer proposes others: items of two frameworks that answer one another. A person always confirms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rempart.content.frameworks import Framework, Item, ItemMap, Pair
from rempart.engines.maturity.answers import Answers, bounds, level_of

_SLACK: Final = 1e-9
_TURNED: Final = {"a_includes_b": "b_includes_a", "b_includes_a": "a_includes_b"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A level proposed for `item`, from the level answered to `source_item` of another framework.

    `relation`, seen from the source: `equal`, `includes` (the source asks for more), `is_included` (it asks for a part
    only), `overlap`.
    """

    item: str
    value: int
    confidence: float
    source_framework: str
    source_item: str
    source_value: int
    relation: str
    note: str = ""


def proposals(
    framework: Framework,
    known: Mapping[str, tuple[Framework, Answers]],
    maps: Iterable[ItemMap],
) -> dict[str, Proposal]:
    """Item id → the best proposal for it, from what was answered in other frameworks (`known`, by framework id).

    The level keeps its place on the scale: a level at three quarters of one scale proposes the highest level that is
    at most at three quarters of the other. When the source asks for a part only, the proposal stays under the target,
    since a part does not prove the whole. The most certain proposal wins; of two as certain, the lower level.
    """
    mine = {item.id: item for item in framework.items}
    found: dict[str, Proposal] = {}
    for item_map in maps:
        for other, pair in _sides(item_map, framework.id):
            if other not in known:
                continue
            proposal = _proposed(mine, *known[other], pair)
            if proposal and _is_better(proposal, found.get(proposal.item)):
                found[proposal.item] = proposal
    return found


def _sides(item_map: ItemMap, framework_id: str) -> Iterable[tuple[str, Pair]]:
    """(the other framework, the pair with the source as `a` and the item proposed as `b`)."""
    if item_map.b == framework_id:
        yield from ((item_map.a, pair) for pair in item_map.pairs)
    if item_map.a == framework_id:
        for pair in item_map.pairs:
            relation = _TURNED.get(pair.relation, pair.relation)
            yield item_map.b, Pair(pair.b, pair.a, relation, pair.confidence, pair.note)


def _proposed(
    mine: Mapping[str, Item], source: Framework, answers: Answers, pair: Pair
) -> Proposal | None:
    item = mine.get(pair.b)
    asked = next((i for i in source.items if i.id == pair.a), None)
    value = level_of(asked, answers.get(pair.a)) if asked else None
    if item is None or asked is None or value is None:
        return None
    level = same_place(asked, value, item)
    if pair.relation == "b_includes_a":
        under = [found.value for found in item.levels if found.value < item.target]
        level = min(level, max(under, default=level))
    words = {"a_includes_b": "includes", "b_includes_a": "is_included"}
    relation = words.get(pair.relation, pair.relation)
    return Proposal(
        item.id, level, pair.confidence, source.id, asked.id, value, relation, pair.note
    )


def same_place(source: Item, value: int, item: Item) -> int:
    """The highest level of `item` that is not higher on its scale than `value` on the scale of `source`."""
    least, most = bounds(source)
    part = (value - least) / (most - least) if most > least else 1.0
    low, high = bounds(item)
    span = high - low
    return max(
        (
            level.value
            for level in item.levels
            if not span or (level.value - low) / span <= part + _SLACK
        ),
        default=low,
    )


def _is_better(new: Proposal, old: Proposal | None) -> bool:
    return old is None or (new.confidence, -new.value) > (old.confidence, -old.value)
