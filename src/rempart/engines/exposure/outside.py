"""What other tools say of places that the perimeter does not hold: set apart, shown, proposed, and never counted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.names import address_of, place, with_parents
from rempart.engines.exposure.perimeter import Perimeter
from rempart.engines.exposure.products import endpoint_of
from rempart.engines.exposure.report import Outside
from rempart.engines.exposure.scope import Right, Scope
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Seen
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import PortsSeen

MOST_TARGETS: Final = 20
MOST_SAID: Final = 6
LONGEST_HOST: Final = 253
NOWHERE: Final = "Ce fichier ne dit pas de quelle machine il parle."


@dataclass(slots=True)
class _Place:
    """What is known of one name or address outside."""

    why: str
    is_excluded: bool
    targets: set[str] = field(default_factory=set)
    tools: set[str] = field(default_factory=set)
    says: dict[str, None] = field(default_factory=dict)
    worst: int = len(SEVERITIES)
    count: int = 0


def set_apart(
    claims: Iterable[ClaimSeen], perimeter: Perimeter, seen: Iterable[Seen]
) -> tuple[list[ClaimSeen], list[Outside]]:
    """The claims on what is in the perimeter, consented or not, and what the others accuse, by name or address.

    A place that the sweep looked at is inside: a declared name led there, with the right to follow.
    """
    holder = _Holder(perimeter, seen)
    inside: list[ClaimSeen] = []
    places: dict[str, _Place] = {}
    refusals: dict[tuple[str, str], Right | None] = {}
    for claim in claims:
        where = claim.endpoint
        key = (where.name, where.address)
        if key not in refusals:
            refusals[key] = holder.refusal(*key)
        refusal = refusals[key]
        if refusal is None or (not refusal.is_excluded and holder.is_of_a_zone(claim)):
            inside.append(claim)
        elif claim.says == "failed":
            host = (where.name or where.address)[:LONGEST_HOST]
            known = places.setdefault(host, _Place(refusal.refusal, refusal.is_excluded))
            _learn(known, claim)
    return inside, _lines(places)


class _Holder:
    """What the perimeter holds, whatever the day, and what the sweep looked at."""

    def __init__(self, perimeter: Perimeter, seen: Iterable[Seen]) -> None:
        self._scope = Scope(perimeter, date.min)
        self._looked: set[str] = set()
        self._zones: set[str] = set()
        for one in seen:
            endpoint = None if isinstance(one, ClaimSeen) else endpoint_of(one)
            if isinstance(one, ZoneSeen):
                self._zones.add(one.domain)
            elif isinstance(one, PortsSeen):
                self._looked.add(one.address)
            elif endpoint is not None:
                self._looked.add(endpoint.address)

    def refusal(self, name: str, address: str) -> Right | None:
        """Why neither a name nor its address is of the perimeter, None when one of them is. What is excluded never is."""
        asked = [self._scope.name_outside(name)] if name else []
        asked += [self._scope.address_outside(address)] if address else []
        refused = [right for right in asked if right is not None]
        excluded = [right for right in refused if right.is_excluded]
        if excluded:
            return excluded[0]
        if len(refused) < len(asked) or _known(address) in self._looked:
            return None
        return refused[0] if refused else Right(NOWHERE)

    def is_of_a_zone(self, claim: ClaimSeen) -> bool:
        """Whether it speaks of a zone that was looked at, or of its mail."""
        if claim.check.partition("_")[0] not in {"dns", "mail"}:
            return False
        return not self._zones.isdisjoint(with_parents(claim.endpoint.name))


def _known(address: str) -> str:
    try:
        return str(address_of(address))
    except ValueError:
        return address


def _learn(known: _Place, claim: ClaimSeen) -> None:
    known.count += 1
    known.tools.add(claim.tool)
    if len(known.targets) < MOST_TARGETS:
        known.targets.add(claim.target)
    if len(known.says) < MOST_SAID:
        known.says[claim.title] = None
    if claim.severity in SEVERITIES:
        known.worst = min(known.worst, SEVERITIES.index(claim.severity))


def _lines(places: dict[str, _Place]) -> list[Outside]:
    return [
        Outside(
            host=host,
            why=found.why,
            targets=sorted(found.targets, key=place),
            tools=sorted(found.tools),
            says=list(found.says),
            count=found.count,
            severity=[*SEVERITIES, ""][found.worst],
            is_excluded=found.is_excluded,
        )
        for host, found in sorted(places.items(), key=lambda item: place(item[0]))
    ]
