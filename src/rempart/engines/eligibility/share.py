"""The part of the activity that is covered, and whom to add to reach what a programme asks (66 %)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity or a site of the file, its weight (combined activity, in any unit), and whether it is covered."""

    id: str
    name: str
    weight: Decimal
    is_covered: bool


@dataclass(frozen=True, slots=True)
class Share:
    """`value` is the part covered, from 0 to 1; None when no activity is known. `fewest` is the shortest list to add so
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
    if any(e.weight < 0 for e in entities):
        raise ValueError("A weight cannot be negative.")
    total = sum((e.weight for e in entities), Decimal(0))
    if total == 0:
        return Share(None, required, False)
    covered = sum((e.weight for e in entities if e.is_covered), Decimal(0))
    missing = required * total - covered
    if missing <= 0:
        return Share(covered / total, required, True)
    candidates = sorted(
        (e for e in entities if not e.is_covered and e.weight > 0),
        key=lambda e: (-e.weight, e.id),
    )
    alone = tuple(e for e in reversed(candidates) if e.weight >= missing)
    return Share(covered / total, required, False, _fewest(candidates, missing), alone)


def _fewest(candidates: Sequence[Entity], missing: Decimal) -> tuple[Entity, ...]:
    """Heaviest first is the shortest list; its last place goes to the lightest that still suffices."""
    chosen: list[Entity] = []
    for place, entity in enumerate(candidates):
        if entity.weight >= missing:
            enough = [e for e in candidates[place:] if e.weight >= missing]
            return (*chosen, enough[-1])
        chosen.append(entity)
        missing -= entity.weight
    return tuple(chosen)
