"""Figures kept ready for lists: recomputed in the transaction of the act that changes them.

An outer app registers what it keeps; the action that changed an establishment calls `refresh`. Nothing is implicit:
no signal, and a test holds that every action that records findings or audits calls it. An act whose whole effect on the
lists is one known fact calls `mark` instead, which costs one statement.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

Recompute = Callable[[Collection[str] | None], None]
Mark = Callable[[str], None]

_PROJECTIONS: Final[dict[str, Recompute]] = {}
_MARKS: Final[dict[str, Mark]] = {}
_WAITING: Final[ContextVar[set[str] | None]] = ContextVar("waiting", default=None)


def register(name: str, recompute: Recompute) -> None:
    """Add or replace a projection: a function that recomputes its rows for some FINESS numbers, or for all (None)."""
    _PROJECTIONS[name] = recompute


def refresh(establishments: Collection[str] | None) -> None:
    """Recompute every projection of these establishments, in the present transaction; None: of all, at once."""
    waiting = _WAITING.get()
    if waiting is not None and establishments is not None:
        waiting.update(establishments)
        return
    for recompute in _PROJECTIONS.values():
        recompute(establishments)


def register_mark(fact: str, write: Mark) -> None:
    """Add or replace how the lists note a fact of one establishment, from its FINESS number."""
    _MARKS[fact] = write


def mark(fact: str, establishment: str) -> None:
    """Note a fact of an establishment, in the present transaction; the next `refresh` must find the same."""
    waiting = _WAITING.get()
    if waiting is not None:
        waiting.add(establishment)
    elif write := _MARKS.get(fact):
        write(establishment)


@contextmanager
def gathered() -> Iterator[None]:
    """Many acts, one refresh at their end: open it inside the transaction that holds them."""
    if _WAITING.get() is not None:
        yield
        return
    waiting: set[str] = set()
    token = _WAITING.set(waiting)
    try:
        yield
    finally:
        _WAITING.reset(token)
    if waiting:
        refresh(sorted(waiting))
