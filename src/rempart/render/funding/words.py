"""What the documents of a file say, ready to be printed: texts and numbers only."""

from msgspec import Struct


class Piece(Struct, frozen=True):
    """A piece that is asked."""

    title: str
    document: str  # its title; empty: to be given
    dated: str
    state: str
    is_right: bool
    is_optional: bool
    sha256: str = ""


class Objective(Struct, frozen=True):
    """An objective."""

    ref: str
    title: str
    state: str
    basis: str  # on what the state rests: a measure, a document, or what somebody says
    declared: str
    documented: str  # what a document says
    measured: str  # what a measure shows
    share: str
    source: str
    pieces: list[Piece]


class Entity(Struct, frozen=True):
    """An entity and its activity."""

    name: str
    finess: str
    weight: str
    source: str
    covered: str


class Line(Struct, frozen=True):
    """An expense."""

    label: str
    kind: str
    supplier: str
    invoice: str
    engaged: str
    invoiced: str
    euros: str
    elsewhere: str
    counted: str
    state: str
    proof: str


class Balance(Struct, frozen=True):
    """The ledger and its totals."""

    period: str
    lines: list[Line]
    totals: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    remarks: list[str]


class Whole(Struct, frozen=True):
    """A file, or its balance alone (`objectives` empty)."""

    title: str
    establishment: str
    span: str
    made: str
    state: str
    statement: str
    summary: str
    dates: list[tuple[str, str]]
    objectives: list[Objective]
    shares: list[str]
    entities: list[Entity]
    balance: Balance | None
    note: str
