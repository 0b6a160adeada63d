"""The part of the activity that is covered, and whom to add to reach what a programme asks (66 %)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity or a site of the file, its weight (combined activity, in any unit; None while nobody knows it), and
    whether it is covered."""

    id: str
    name: str
    weight: Decimal | None
    is_covered: bool


@dataclass(frozen=True, slots=True)
class Share:
    """`value` is the part covered, from 0 to 1; None when an activity is not known, or all are nil. `fewest` is the shortest list to add so
    that the part is reached (its last one the lightest that suffices); `alone`, those of which any one is enough."""

    value: Decimal | None
    required: Decimal
    is_reached: bool
    fewest: tuple[Entity, ...] = ()
    alone: tuple[Entity, ...] = ()


def share_of(entities: Sequence[Entity], required: Decimal) -> Share:
    """The part covered by `entities`, beside `required` (0 to 1; source: arrêté of the programme).

    Raises ValueError on a negative weight or a required part that is not between 0 and 1.
    """
    if not 0 <= required <= 1:
        raise ValueError("A part is between 0 and 1.")
    known = [(e, e.weight) for e in entities if e.weight is not None]
    if any(weight < 0 for _, weight in known):
        raise ValueError("A weight cannot be negative.")
    total = sum((weight for _, weight in known), Decimal(0))
    if total == 0 or len(known) < len(entities):
        return Share(None, required, False)
    covered = sum((weight for e, weight in known if e.is_covered), Decimal(0))
    missing = required * total - covered
    if missing <= 0:
        return Share(covered / total, required, True)
    candidates = sorted(
        ((e, weight) for e, weight in known if not e.is_covered and weight > 0),
        key=lambda found: (-found[1], found[0].id),
    )
    alone = tuple(e for e, weight in reversed(candidates) if weight >= missing)
    return Share(covered / total, required, False, _fewest(candidates, missing), alone)


def _fewest(candidates: Sequence[tuple[Entity, Decimal]], missing: Decimal) -> tuple[Entity, ...]:
    """Heaviest first is the shortest list; its last place goes to the lightest that still suffices."""
    chosen: list[Entity] = []
    for place, (entity, weight) in enumerate(candidates):
        if weight >= missing:
            enough = [e for e, other in candidates[place:] if other >= missing]
            return (*chosen, enough[-1])
        chosen.append(entity)
        missing -= weight
    return tuple(chosen)
