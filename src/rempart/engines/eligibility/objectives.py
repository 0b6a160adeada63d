"""Each objective of a programme: met, not met, or not measured, from which evidence, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rempart.content.frameworks import Framework, Item, Piece
from rempart.engines.eligibility.share import Entity, Share, share_of
from rempart.kernel.outcome import Outcome
from rempart.kernel.period import Place, after_months, bound, placed


@dataclass(frozen=True, slots=True)
class Held:
    """A document that an establishment holds: what it proves (`piece:<item>/<piece>`), its day, how long it is valid."""

    id: str
    title: str
    subjects: frozenset[str]
    dated_on: date | None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered of an item: a level, or None for « je ne sais pas »; `is_not_applicable` with a reason."""

    level: int | None
    is_not_applicable: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A level that a measure shows for an item, with its words."""

    level: int
    label: str


@dataclass(frozen=True, slots=True)
class PieceState:
    """A piece that is asked: the best document for it and where its day is; no document when it is missing."""

    piece: Piece
    document: Held | None
    place: Place | None
    is_expired: bool
    due_on: date | None  # last day of the window, when it is known

    @property
    def is_held(self) -> bool:
        """Whether a document dated in its window, still valid, proves it."""
        return self.document is not None and self.place is Place.INSIDE and not self.is_expired


@dataclass(frozen=True, slots=True)
class ObjectiveState:
    """One objective. `declared` is what was answered, `measured` what a measure shows: never mixed."""

    item: Item
    outcome: Outcome
    pieces: tuple[PieceState, ...]
    declared: Given | None
    measured: Measured | None
    share: Share | None

    @property
    def missing(self) -> tuple[PieceState, ...]:
        """Pieces that must still be given, or given again."""
        return tuple(p for p in self.pieces if not p.piece.is_optional and not p.is_held)


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that is known of the holder of a file, on `today`. `entities` by item id: who is covered by that objective."""

    answers: Mapping[str, Given]
    measured: Mapping[str, Measured]
    documents: Sequence[Held]
    entities: Mapping[str, Sequence[Entity]]
    named: Mapping[str, date | None]
    today: date


def evaluate(framework: Framework, holdings: Holdings) -> list[ObjectiveState]:
    """The state of each item of a framework.

    NOT_MEASURED while nothing was answered nor measured and no piece was given. A level that a measure shows counts
    before the one declared. PASSED wants the target level, every piece that is not optional dated in its window, and
    the share of activity where one is asked (of two entities at least); all else is FAILED.
    """
    return [_state(item, holdings) for item in framework.items]


def _state(item: Item, holdings: Holdings) -> ObjectiveState:
    pieces = tuple(_piece(item, piece, holdings) for piece in item.pieces)
    declared, measured = holdings.answers.get(item.id), holdings.measured.get(item.id)
    entities = holdings.entities.get(item.id, ())
    share = (
        share_of(entities, Decimal(str(item.share))) if item.share and len(entities) > 1 else None
    )
    return ObjectiveState(
        item, _outcome(item, pieces, declared, measured, share), pieces, declared, measured, share
    )


def _outcome(
    item: Item,
    pieces: Sequence[PieceState],
    declared: Given | None,
    measured: Measured | None,
    share: Share | None,
) -> Outcome:
    if declared is not None and declared.is_not_applicable:
        return Outcome.NOT_APPLICABLE
    level = measured.level if measured else declared.level if declared else None
    is_level_met = level is not None and level >= item.target
    if level is not None and not is_level_met:
        return Outcome.FAILED
    if level is None and not any(p.document for p in pieces):
        return Outcome.NOT_MEASURED
    if any(not p.is_held and not p.piece.is_optional for p in pieces):
        return Outcome.FAILED
    if share is not None and not share.is_reached:
        return Outcome.FAILED if share.value is not None else Outcome.NOT_MEASURED
    return Outcome.PASSED if is_level_met else Outcome.NOT_MEASURED


def _piece(item: Item, piece: Piece, holdings: Holdings) -> PieceState:
    subject = f"piece:{item.id}/{piece.id}"
    window, named = piece.window, holdings.named
    found = [
        PieceState(
            piece,
            document,
            placed(document.dated_on, window.since, window.until, named),
            _is_expired(piece, document, holdings.today),
            bound(window.until, named),
        )
        for document in holdings.documents
        if subject in document.subjects
    ]
    if not found:
        return PieceState(piece, None, None, False, bound(window.until, named))
    return max(found, key=lambda p: (p.is_held, p.document and p.document.dated_on or date.min))


def _is_expired(piece: Piece, document: Held, today: date) -> bool:
    if document.valid_until is not None:
        return document.valid_until < today
    if not piece.valid_months or document.dated_on is None:
        return False
    return after_months(document.dated_on, piece.valid_months) < today
