"""Figures kept ready for lists: recomputed in the transaction of the act that changes them.

An outer app registers what it keeps; the action that changed an establishment calls `refresh`. Nothing is implicit:
no signal, and a test holds that every action that records findings or audits calls it.
"""

from collections.abc import Callable, Collection
from typing import Final

_PROJECTIONS: Final[dict[str, Callable[[Collection[str]], None]]] = {}


def register(name: str, recompute: Callable[[Collection[str]], None]) -> None:
    """Add or replace a projection: a function that recomputes its rows for some FINESS numbers."""
    _PROJECTIONS[name] = recompute


def refresh(establishments: Collection[str]) -> None:
    """Recompute every projection of these establishments, in the present transaction."""
    for recompute in _PROJECTIONS.values():
        recompute(establishments)
