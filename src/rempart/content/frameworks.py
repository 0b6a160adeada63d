"""Frameworks: what an establishment is asked, in plain French, with what one can see at each level.

Files: `frameworks/<framework>/framework.yaml` (title, scale, themes) and one file a theme beside it, named after the
theme, that holds its items. The words are ours; identifiers, dates and figures are those of the source named.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from rempart.content.directory import Status, Text
from rempart.content.severity import Severity

Identifier = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$", max_length=60)]
ItemId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+$", max_length=80)]
LevelValue = Annotated[int, Meta(ge=0, le=10)]


class Origin(Struct, forbid_unknown_fields=True, frozen=True):
    """Where a fact comes from. `is_certain` is false for one that no official text has confirmed: shown as such."""

    document: Text
    version: str = ""
    link: str = ""
    anchor: str = ""
    is_certain: bool = True


class Level(Struct, forbid_unknown_fields=True, frozen=True):
    """A level of an item, described by what somebody can see when it is reached."""

    value: LevelValue
    text: Text


class Window(Struct, forbid_unknown_fields=True, frozen=True):
    """Between which days a piece must be dated, both included.

    Each bound is a day (ISO) or the name of a date of the framework's programme (`programmes/`), some of which each
    establishment states for itself; empty: no bound on that side.
    """

    since: str = ""
    until: str = ""


class Piece(Struct, forbid_unknown_fields=True, frozen=True):
    """A piece that proves an item: a document, a record, the report of a test."""

    id: Identifier
    title: Text
    window: Window = Window()
    valid_months: Annotated[int, Meta(ge=0, le=120)] = 0  # 0: it does not expire by itself
    is_optional: bool = False


class Step(Struct, forbid_unknown_fields=True, frozen=True):
    """From `at_least` upwards, the measured figure shows this level."""

    at_least: float
    level: LevelValue


class Prefill(Struct, forbid_unknown_fields=True, frozen=True):
    """A measured fact (`directory.level`…) that answers an item by itself; the highest step that it reaches counts."""

    fact: Text
    steps: list[Step]


class Item(Struct, forbid_unknown_fields=True, frozen=True):
    """One thing that is asked."""

    id: ItemId  # starts with the id of its framework; never reused
    title: Text  # the question, in plain words
    levels: list[Level]  # in order; the first is what one sees when nothing is done
    target: LevelValue  # from this level on, nothing is left to do
    source: Origin
    ref: str = ""  # the official identifier
    plain: str = ""  # the same thing explained to somebody who does not know the words
    why: str = ""  # what it changes for care and for the people cared for
    how_to_know: str = ""  # whom to ask, where to look
    weight: Annotated[float, Meta(ge=0, le=100)] = 1
    severity: Severity = Severity.MEDIUM  # what a gap weighs in the plan
    groups: list[str] = []  # classes of entity concerned; empty: all
    pieces: list[Piece] = []
    prefill: list[Prefill] = []
    share: Annotated[float, Meta(ge=0, le=1)] = (
        0  # part of the activity that must be covered (0.66)
    )
    only_if: str = ""  # in plain words: for whom; empty: for all
    is_deviation: bool = False  # a gap must be declared in a request for authorisation
    status: Status = Status.STABLE


class Theme(Struct, forbid_unknown_fields=True, frozen=True):
    """A chapter of a framework."""

    id: Identifier
    title: Text
    why: str = ""
    ref: str = ""
    weight: Annotated[float, Meta(ge=0, le=100)] = 1
    items: list[Item] = []


class Group(Struct, forbid_unknown_fields=True, frozen=True):
    """A class of entities that a part of the items concerns."""

    id: Text
    title: Text
    how_to_know: str = ""


class Outcome(Struct, forbid_unknown_fields=True, frozen=True):
    """What a score leads to (a level of exercise to choose…): the highest one whose `at_least` is reached, 0 to 100."""

    id: Identifier
    title: Text
    text: Text
    at_least: Annotated[float, Meta(ge=0, le=100)]


class Framework(Struct, forbid_unknown_fields=True, frozen=True):
    """A whole framework, its themes in order."""

    id: Identifier
    version: Text
    title: Text
    short_title: Text
    description: Text
    statement: Text  # who wrote the words, what is official in them and what is not
    source: Origin
    status: Status
    revised_on: date | None
    themes: list[Theme]
    minutes: Annotated[int, Meta(ge=1, le=100_000)] = 30  # to answer it all
    audience: str = ""  # for whom, in plain words
    groups: list[Group] = []
    outcomes: list[Outcome] = []
    programme: str = ""  # id of the programme whose dates its windows name
    provider: str = ""  # of an imported one
    copyright: str = ""
    language: str = "fr"

    @property
    def items(self) -> list[Item]:
        """Every item, in order."""
        return [item for theme in self.themes for item in theme.items]


class NamedDate(Struct, forbid_unknown_fields=True, frozen=True):
    """A date that windows name; without `on`, each establishment states its own."""

    id: Identifier
    title: Text
    source: Origin
    on: date | None = None


class Threshold(Struct, forbid_unknown_fields=True, frozen=True):
    """A figure of a programme, in force between two days. A null value is not known, and shown as such."""

    id: Identifier
    title: Text
    source: Origin
    value: float | None = None
    unit: str = ""
    since: date | None = None
    until: date | None = None


class Programme(Struct, forbid_unknown_fields=True, frozen=True):
    """A call or a domain of a programme: its dates and figures, with their sources."""

    id: Identifier
    title: Text
    framework: Identifier
    dates: list[NamedDate]
    thresholds: list[Threshold]
    status: Status
    revised_on: date
    expenses_since: str = ""  # names of dates: the period of eligibility of expenses
    expenses_until: str = ""
    expense_kinds: list[str] = []
    note: str = ""


class Pair(Struct, forbid_unknown_fields=True, frozen=True):
    """Two items that ask for the same thing, or one for a part of the other."""

    a: ItemId
    b: ItemId
    relation: Annotated[str, Meta(pattern="^(equal|a_includes_b|b_includes_a|overlap)$")]
    confidence: Annotated[float, Meta(gt=0, le=1)]
    note: str = ""


class ItemMap(Struct, forbid_unknown_fields=True, frozen=True):
    """The items of two frameworks that answer one another; made by us."""

    id: Identifier
    a: Identifier  # framework
    b: Identifier
    status: Status
    revised_on: date
    pairs: list[Pair]
