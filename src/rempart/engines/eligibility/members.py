"""What the members of a common file answer, beside its holder: an objective binds all the parties of a GHT."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rempart.content.frameworks import Item
from rempart.engines.eligibility.objectives import Given
from rempart.engines.eligibility.share import Entity


@dataclass(frozen=True, slots=True)
class Member:
    """An entity of a common file and what it answers by item; `answers` is None when it shares no answer."""

    id: str
    name: str
    answers: Mapping[str, Given] | None

    def of(self, item: Item) -> Given | None:
        """What it answers to an item."""
        return None if self.answers is None else self.answers.get(item.id)


def lowest(item: Item, said: Sequence[Given]) -> Given | None:
    """The lowest of several answers to an item, « sans objet » left aside; one that is not known hides all but a level
    under the target. None when there is no answer."""
    real = [given for given in said if not given.is_not_applicable]
    if not real:
        return said[0] if said else None
    levels = [given.level for given in real if given.level is not None]
    if levels and min(levels) < item.target:
        return Given(min(levels))
    return Given(min(levels) if len(levels) == len(real) else None)


def together(item: Item, holder: Given | None, members: Sequence[Member]) -> Given | None:
    """What the whole file answers to an item; None when nobody answered.

    The pieces and targets of CaRE bind all the parties of a GHT (annex 1 of the arrêté of 3 July 2025), so that the
    lowest level counts, and « je ne sais pas » of a single one leaves the item unknown. The holder answers for those
    that say nothing themselves. Where only a part of the activity is asked (`item.share`), members who are below do
    not hold the others back: `covered` takes them out of that part.
    """
    said = [given for member in members if (given := member.of(item)) is not None]
    if holder is None:
        whole = lowest(item, said)
    elif item.share and not holder.is_not_applicable:
        return holder
    else:
        return lowest(item, [holder, *said])
    if item.share:
        return max(said, key=lambda given: -1 if given.level is None else given.level, default=None)
    is_below = whole is not None and whole.level is not None and whole.level < item.target
    return whole if is_below or not said or len(said) == len(members) else Given(None)


def covered(item: Item, entity: Entity, member: Member | None) -> Entity:
    """The entity of a part of the activity: its own answer counts before what was ticked for it."""
    given = member.of(item) if member else None
    if given is None or given.level is None:
        return entity
    return replace(entity, is_covered=given.level >= item.target)
