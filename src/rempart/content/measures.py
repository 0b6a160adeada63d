"""Measures: what somebody does to mend findings and gaps, what it costs, and what must come before.

Files: `measures/<id>.yaml`. Costs are ranges, for an establishment of the size stated, that each corrects for itself.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from rempart.content.directory import Status, Text
from rempart.content.frameworks import Identifier, ItemId, LevelValue, Origin

Amount = Annotated[float, Meta(ge=0, le=1e9)]


class Range(Struct, forbid_unknown_fields=True, frozen=True):
    """Between two figures."""

    low: Amount = 0
    high: Amount = 0


class Cost(Struct, forbid_unknown_fields=True, frozen=True):
    """For one establishment of about `beds` beds."""

    days: Range  # of its own people
    euros: Range = Range()  # once, licences and services
    euros_per_year: Range = Range()
    beds: Annotated[int, Meta(ge=1)] = 80
    source: str = "estimation de Rempart, à corriger par l’établissement"


class Mends(Struct, forbid_unknown_fields=True, frozen=True):
    """What a measure mends: an item, up to a level; or a finding of an audit, by its key (`vuln_…`)."""

    item: ItemId | None = None
    to: LevelValue = 0
    finding: str = ""


class Measure(Struct, forbid_unknown_fields=True, frozen=True):
    """One measure, as its file states it."""

    id: Identifier
    title: Text  # an infinitive: « Tester la restauration d’une sauvegarde »
    why: Text
    steps: list[Text]  # what to do, in order
    cost: Cost
    mends: list[Mends]
    status: Status
    revised_on: date
    source: Origin
    requires: list[str] = []  # measures that come before
    owner_function: str = ""  # who usually does it
    is_shareable: bool = False  # done once for several establishments of a group
    is_quick: bool = False  # a nursing home can do it within a month, without a specialist
